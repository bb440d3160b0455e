"""The layers of a network by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.graph.nodes import Node


def named_layers(nodes: Iterable[Node], inside: str = "") -> Iterator[tuple[str, Node]]:
    """Yield all layers with their names, which have dots for layers inside others."""
    for node in nodes:
        yield inside + node.name, node
        yield from _inner(node, f"{inside}{node.name}.")


def _inner(node: Node, inside: str) -> Iterator[tuple[str, Node]]:
    if not node.active:
        return
    for number, _, round_ in node.each_round():
        yield f"{inside}{number}", round_
        yield from _inner(round_, f"{inside}{number}.")
    yield from named_layers(node.graph.nodes if node.graph else node.children, inside)
