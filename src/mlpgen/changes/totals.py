"""The size of a network: in all, and by the types of its layers."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.run_order import occurrences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.graph.run_order import Occurrence


class Sums(NamedTuple):
    """The totals of all layers of a type.

    Attributes:
        layers: The number of layers, as often as they run.
        parameters: The number of parameters.
        multiply_adds: The number of multiply-adds for one example.
    """

    layers: int = 0
    parameters: int = 0
    multiply_adds: int = 0

    def plus(self, other: Sums) -> Sums:
        """Add up two."""
        return Sums(*(a + b for a, b in zip(self, other, strict=True)))


class Totals(NamedTuple):
    """The size of a network.

    Attributes:
        layers: The number of layers, as often as they run.
        parameters: The number of parameters.
        multiply_adds: The number of multiply-adds for one example.
        activations: The number of values that its layers return for one example.
    """

    layers: int
    parameters: int
    multiply_adds: int
    activations: int


def totals(graph: Graph) -> Totals:
    """Return the size of a network."""
    runs = [*_runs(graph)]
    values = (
        prod(map(int, value.shape)) * run.examples
        for run in runs
        if not run.node.is_tensor
        for value in run.node.parts.values()
    )
    layers = sum(not run.node.is_tensor for run in runs)
    counts = graph.total_parameters, graph.total_multiply_adds
    return Totals(layers, *counts, sum(values))


def sums(graph: Graph) -> dict[str, Sums]:
    """Add up the layers of a network by type; a shared module counts once."""
    found: dict[str, Sums] = {}
    for run in _runs(graph):
        node = run.node
        parameters = _parameters(node) if run.time == 0 else 0
        each = Sums(1, parameters, node.multiply_adds * run.examples)
        found[node.type] = found.get(node.type, Sums()).plus(each)
    return found


def _runs(graph: Graph) -> Iterator[Occurrence]:
    """Yield the runs of all layers that contain no others."""
    for run in occurrences(graph):
        node = run.node
        if node.active and not (node.rounds or node.graph or node.children):
            yield run


def _parameters(node: Node) -> int:
    if not node.shared:
        return node.parameters
    shapes = (*node.weights.values(), *node.computed_from.values())
    return sum(int(prod(shape)) for shape in shapes)
