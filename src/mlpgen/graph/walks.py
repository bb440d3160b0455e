"""Walks through the layers of a network, with those inside blocks and rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.names.members import layer_and_rest

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Value


def producer_of(nodes: Iterable[Node], value: str) -> tuple[Node, Value] | None:
    """Return the layer that produces a value of a class, and the value."""
    named = {each.name: each for each in nodes}
    layer, part = layer_and_rest(value, named)
    node = named.get(layer)
    if node is None or (part and part not in node.parts):
        return None
    return node, node.parts[part] if part else node.value


def parts_in(node: Node, wanted: Container[str]) -> dict[str, str]:
    """Return the parts whose values are wanted, with the names of the values."""
    names = [f"{node.name}.{part}" for part in node.parts]
    names[0] = node.name
    found = zip(node.parts, names, strict=True)
    return {part: name for part, name in found if name in wanted}


def leaf_layers(nodes: Iterable[Node], *, every: bool = False) -> Iterator[Node]:
    """Yield each layer that contains no others, once for all equal rounds.

    Args:
        nodes: The layers of a class.
        every: Whether to include layers that a condition leaves out.
    """
    for node in nodes:
        inner = [each.node for each in node.rounds]
        inner += node.graph.nodes if node.graph else node.children
        if every or node.active:
            yield from leaf_layers(inner, every=every) if inner else (node,)


def every_layer(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield all layers, also those inside others; of equal rounds one."""
    for node in nodes:
        yield node
        inner = [*node.children, *(node.graph.nodes if node.graph else ())]
        yield from every_layer([*inner, *(each.node for each in node.rounds)])


def block_layers(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield each layer of a class that is a block, also inside containers."""
    for node in nodes:
        if node.graph is not None:
            yield node
        yield from block_layers(node.children)
        yield from block_layers(each.node for each in node.rounds)


def is_numbered(name: str) -> bool:
    """Return whether a parameter is in a numbered module, as `layers.0.weight`."""
    return any(part.isdigit() for part in name.split("."))
