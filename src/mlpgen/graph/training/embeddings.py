"""The embeddings that look up an input: how many different integers they know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.graph.nodes import Node


def embeddings_of(nodes: Iterable[Node], value: str) -> Iterator[Node]:
    """Yield the embeddings that look up a value, found through blocks and views.

    Args:
        nodes: The layers of a class, in their order.
        value: The name of a value of the class.
    """
    values = {value}
    for node in nodes:
        if not node.active:
            values |= {node.name} if node.passes in values else set()
            continue
        if not values.intersection(node.sources):
            continue
        inner = node.rounds[0].node if node.rounds else node
        cls = layer_class(inner.type)
        if inner.graph is not None:
            pairs = zip(inner.graph.inputs, node.sources, strict=False)
            for name in [inside for inside, source in pairs if source in values]:
                yield from embeddings_of(inner.graph.nodes, name)
        elif inner.type == "Sequential":
            yield from _first_of(inner.children)
        elif inner.type in ("Embedding", "EmbeddingBag"):
            yield inner
        elif cls is not None and cls.arranges:
            values.add(node.name)


def _first_of(chain: tuple[Node, ...]) -> Iterator[Node]:
    """Yield the embeddings that look up what arrives at a chain."""
    before = ""
    linked = []
    for child in chain:
        linked.append(child._replace(sources=(before,)))
        before = child.name
    yield from embeddings_of(linked, "")
