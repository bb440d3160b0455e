"""Types of layers that may serve instead of another, as a parameter's value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.code_keys import graph_key, without_arguments
from mlpgen.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.nodes import Graph, Model

_MOST = 8
"""The number of types of a family that are tried."""
_COMMON = ("GELU", "Identity", "LayerNorm", "BatchNorm1d", "BatchNorm2d")


def other_types(name: str) -> Iterator[str]:
    """Yield other types to try: of the same family, of families like it, any."""
    family = next((f for f, names in LAYERS.families.items() if name in names), "")
    like = family.partition("_")[0]
    found = [*LAYERS.families.get(family, ())]
    for other, names in LAYERS.families.items():
        if family and other != family and other.partition("_")[0] == like:
            found += names
    at = found.index(name) + 1 if name in found else 0
    turned = [*found[at:], *found[:at]][:_MOST]
    yield from dict.fromkeys(each for each in (*turned, *_COMMON) if each != name)


def same_code(one: Model, other: Model) -> bool:
    """Tell whether the code of a model is that of another with other parameters.

    Args:
        one: The model.
        other: The same with other values as defaults.
    """
    mine, theirs = _classes(one), _classes(other)
    both = mine.keys() & theirs.keys()
    return all(_same_class(mine[name], theirs[name]) for name in both)


def _classes(model: Model) -> dict[str, Graph]:
    return {graph.name: graph for graph in (model, *model.blocks)}


def _same_class(one: Graph, other: Graph) -> bool:
    any_code = without_arguments(other)
    mine, theirs = (graph_key(each, any_code) for each in (one, other))
    return [key for _, key in mine] == [key for _, key in theirs]
