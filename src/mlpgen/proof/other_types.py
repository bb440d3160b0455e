"""Types of layers that may serve instead of another, as a parameter's value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.code_keys import graph_key
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
    """Tell whether two models differ in nothing but the values of their parameters."""
    mine, theirs = _keys(one), _keys(other)
    return all(mine[name] == theirs[name] for name in mine.keys() & theirs.keys())


def _keys(model: Model) -> dict[str, list[str]]:
    def keys(graph: Graph) -> list[str]:
        return [key for _, key in graph_key(graph)]

    return {graph.name: keys(graph) for graph in (model, *model.blocks)}
