"""Classes that take any number of tensors: `forward(self, *xs: Tensor)`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlpgen.names.identifiers import free_name

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph


def with_one_input(graph: Graph) -> Graph:
    """Return a class that joins its inputs as one that takes all of them as one.

    Its first layer joins them: `torch.cat(xs, dim=1)`. Its input has the shape of the
    joined tensor.
    """
    first, *others = graph.nodes
    assert first.function is not None
    taken = {node.name for node in graph.nodes} | {*graph.parameters, *graph.inferred}
    name = free_name("xs", taken)
    joined = first._replace(
        sources=(name,),
        inputs=(first.value,),
        function=first.function._replace(gathers=False),
    )
    return replace(graph, inputs={name: first.value}, nodes=(joined, *others))
