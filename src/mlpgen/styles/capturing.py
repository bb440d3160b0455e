"""Layers inside of others whose outputs are asked for: forward hooks need modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.graph.nodes import Graph


def with_modules(graph: Graph, captured: Iterable[str]) -> tuple[Graph, ...]:
    """Return the blocks of a network, with modules for what is captured in them."""
    places = set(_places(graph, captured))
    return tuple(
        block._replace(
            nodes=tuple(
                node._replace(function=None)
                if (block.name, node.name) in places
                else node
                for node in block.nodes
            )
        )
        for block in graph.blocks
    )


def _places(graph: Graph, captured: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Find captured layers of blocks: the name of the class, and that in it."""
    for name in captured:
        outer, _, own = name.rpartition(".")
        block = graph.node(outer).graph if outer else None
        if block is not None:
            yield block.name, own
