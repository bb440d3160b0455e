"""What in-place layers can overwrite: torch decides."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
import yaml
from torch import nn

from mlpgen import SpecError
from mlpgen.layers import LAYERS

from ..networks import model, network
from ..random_chains import IN_CHAINS
from .harness import example_of, ours, run, tensors, theirs

IN_PLACE = [name for name in LAYERS if "inplace" in LAYERS[name].model_fields]


def entry(name: str, *, inplace: bool) -> object:
    data = yaml.safe_load(LAYERS[name].example)
    if not inplace:
        return data
    value = data[name] if isinstance(data, dict) else {}
    given = value if isinstance(value, dict) else {LAYERS[name].shorthand(): value}
    return {name: {**given, "inplace": True}}


def test_an_expression_counts_as_in_place() -> None:
    """The class can be made with other arguments."""
    layers = ["PReLU", "Sigmoid", {"ReLU": {"inplace": "${fast}"}}]
    for fast in (True, False):
        spec = {"name": "Net", "parameters": {"fast": fast}, "input": [4]}
        with pytest.raises(SpecError, match="MG216"):
            network({**spec, "layers": layers})


@pytest.mark.parametrize("first_in_place", [False, True])
@pytest.mark.parametrize("second", IN_PLACE)
@pytest.mark.thinned(7)
def test_gradients(second: str, first_in_place: bool) -> None:
    """Each pair is refused if and only if torch cannot compute its gradients."""
    for first in IN_PLACE if first_in_place else IN_CHAINS:
        before = LAYERS[first].example_input
        layers = [
            {"PReLU": None},
            entry(first, inplace=first_in_place),
            "Identity",
            entry(second, inplace=True),
        ]
        plain = [
            {"PReLU": None},
            entry(first, inplace=False),
            entry(second, inplace=False),
        ]
        spec = {"name": "Net", "input": list(before)}
        try:
            net = network({**spec, "layers": layers})
        except SpecError as error:
            if not fits({**spec, "layers": plain}):
                continue
            assert [each.code for each in error.diagnostics] == ["MG216"], first
            assert refused_by_torch(layers, before), f"{first}, {second}"
            continue
        made = model(net, "sequential").train()
        x = torch.randn(2, *before, requires_grad=True)
        made(x).sum().backward()


def fits(spec: dict[str, Any]) -> bool:
    try:
        network(spec)
    except SpecError:
        return False
    return True


def parts_of_others() -> list[tuple[str, str]]:
    """Return the layers outside of chains, with each part that has a gradient."""
    found = []
    for name in LAYERS:
        if name not in IN_CHAINS:
            values = example_of(LAYERS[name])[: LAYERS[name].arity[1]]
            results = ours(name, example(name), values)[1]
            found += [(name, part) for part in results]
    return found


def example(name: str) -> dict[str, Any]:
    data = yaml.safe_load(LAYERS[name].example)
    value = data[name] if isinstance(data, dict) else {}
    return value if isinstance(value, dict) else {LAYERS[name].shorthand() or "": value}


@pytest.mark.parametrize(("name", "part"), parts_of_others())
def test_results_that_torch_needs_again(name: str, part: str) -> None:
    values = example_of(LAYERS[name])
    layer, results = ours(name, example(name), values)
    refused = []
    for second in (nn.ReLU(inplace=True), nn.Dropout(inplace=True)):
        inputs = tensors(layer, values, results)
        for each in inputs:
            each.requires_grad_(each.is_floating_point())
        found = run(layer, theirs(layer).train(), values, inputs)[part]
        try:
            second(found).sum().backward()
        except RuntimeError as error:
            assert "inplace operation" in str(error)
            refused.append(second)
    assert (layer.saves_output == "always") or not refused, refused


def refused_by_torch(layers: list[object], shape: tuple[int, ...]) -> bool:
    modules = []
    for layer in layers:
        name, value = (
            next(iter(layer.items())) if isinstance(layer, dict) else (layer, {})
        )
        cls = LAYERS[str(name)]
        data = value if isinstance(value, dict) else {cls.shorthand(): value}
        filled = cls.model_validate({k: v for k, v in data.items() if v is not None})
        filled = filled.model_copy(update=filled.inferred(shape))
        shape = filled.output(shape)
        arguments = filled.arguments()
        first = [arguments[key] for key in arguments if cls.required(key)]
        rest = {key: value for key, value in arguments.items() if not cls.required(key)}
        modules.append(getattr(nn, str(name))(*first, **rest))
    x = torch.randn(2, *input_of(layers), requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            nn.Sequential(*modules).train()(x).sum().backward()
        except RuntimeError as error:
            return "inplace operation" in str(error)
    return False


def input_of(layers: list[object]) -> tuple[int, ...]:
    second = layers[1]
    name = next(iter(second)) if isinstance(second, dict) else second
    return LAYERS[str(name)].example_input
