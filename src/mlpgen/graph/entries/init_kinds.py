"""`matrices` and `biases`: initial values of all parameters of a kind in a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.graph.inits import Inits
    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Shape

MATRICES, BIASES = KINDS = ("matrices", "biases")
"""All with two or more dimensions; vectors whose name contains `bias`."""


def of_kind(kind: str, shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """Return the parameters of a kind among those with these names and shapes."""
    if kind == MATRICES:
        return {name: shape for name, shape in shapes.items() if len(shape) > 1}
    return {
        name: shape
        for name, shape in shapes.items()
        if len(shape) == 1 and "bias" in name.rpartition(".")[2]
    }


def covered(inits: Inits, shapes: Mapping[str, Shape]) -> set[str]:
    """Return the parameters that initial values are for, also those of a kind."""
    found: set[str] = set()
    for name in inits:
        found |= {*of_kind(name, shapes)} if name in KINDS else {name}
    return found


def parameters_of(node: Node) -> dict[str, Shape]:
    """Return the shapes of all parameters in the module of a layer, with their names.

    Those of equal rounds count once.
    """
    if not node.graph and not node.children and not node.rounds:
        return {key or node.name: shape for key, shape in node.weights.items()}
    found: dict[str, Shape] = {}
    for each in inner_layers(node):
        before = "" if each.is_tensor else f"{each.name}."
        inside = parameters_of(each)
        found |= {f"{before}{name}": shape for name, shape in inside.items()}
    return found


def inner_layers(node: Node) -> list[Node]:
    """Return the layers directly inside a layer that have modules of their own."""
    every = [*node.children, *(node.graph.nodes if node.graph else ())]
    every += [round_ for each in node.rounds for round_ in (each.node, *each.each)]
    return [each for each in every if not each.shared]
