"""Layers of `torch.nn` are read back with the arguments that made them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from mlpgen.importer.arguments import given_arguments
from mlpgen.importer.recorder.leaves import leaf_arguments, leaf_type
from mlpgen.layers import LAYERS
from tests.layers.harness import example_of, ours, theirs
from tests.layers.test_catalogue import POOLS, arguments_of

if TYPE_CHECKING:
    from torch import nn

DRAWS = 2


def tried(name: str) -> list[dict[str, Any]]:
    """Return the arguments of the example, and others with one of them changed."""
    rng = random.Random(name)
    found = [arguments_of(name)]
    for field in LAYERS[name].model_fields:
        values = [each for each in POOLS.get(field, [True]) if each is not None]
        found += [{**found[0], field: rng.choice(values)} for _ in values[:DRAWS]]
    return found


def made(name: str, arguments: dict[str, Any]) -> tuple[Any, nn.Module] | None:
    """Make a layer in both libraries; None where it does not fit its example."""
    try:
        layer, _ = ours(name, arguments, example_of(LAYERS[name]))
        return layer, theirs(layer)
    except Exception:  # which the tests of the catalogue look at
        return None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", LAYERS)
def test_arguments_are_those_that_made_it(name: str) -> None:
    count = 0
    for arguments in tried(name):
        pair = made(name, arguments)
        if pair is None:
            continue
        layer, module = pair
        if leaf_type(module) != name:
            continue
        read = given_arguments(name, leaf_arguments(module, name))
        again = LAYERS[name].model_validate(read)
        again = again.model_copy(update=again.inferred_from(example_of(LAYERS[name])))
        assert said(again) == said(layer)
        count += 1
    assert count


def said(layer: Any) -> dict[str, Any]:
    """Return the arguments that a spec has, without what a layer does anyway."""
    asked = {*layer.of_call(), "inplace", "lengths"}
    found = {key: each for key, each in layer.arguments().items() if key not in asked}
    if found.get("stride") == found.get("kernel_size"):
        found.pop("stride", None)
    if not getattr(layer, "affine", True):
        found.pop("bias", None)
    if found.get("padding_idx") is not None:
        found["padding_idx"] %= found["num_embeddings"]
    return found
