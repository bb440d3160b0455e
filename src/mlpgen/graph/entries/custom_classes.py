"""The custom modules that a network imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.graph.nodes import Model, Node


def custom_classes(graph: Model) -> dict[str, tuple[str, ...]]:
    """Return the custom modules that a network imports, with their classes.

    Layers that `when` leaves out are included.
    """
    found: dict[str, dict[str, None]] = {}
    for each in (*graph.blocks, graph):
        for node in _every(each.nodes):
            if node.maker.module:
                found.setdefault(node.maker.module, {})[node.type] = None
    return {module: (*classes,) for module, classes in sorted(found.items())}


def _every(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _every(node.children)
        yield from _every(each.node for each in node.rounds)
