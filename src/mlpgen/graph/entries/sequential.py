"""`Sequential`: layers that run one after the other, as one module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.blocks.definitions import INPUT
from mlpgen.graph.chains import as_module
from mlpgen.graph.context import container, not_in_a_chain, wrong_number
from mlpgen.spec.types import TENSORS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.wires import Wire
    from mlpgen.spec.entries import Entry

    Resolve = Callable[[Entry, tuple[Wire, ...], Context], tuple[Node | None, Wire]]


def chained(
    entry: Entry, wires: tuple[Wire, ...], context: Context, resolve: Resolve
) -> Node | None:
    """Resolve a `Sequential`; None after a mistake.

    A function in it is the layer that does the same, or else a class that calls it.

    Args:
        entry: The entry.
        wires: Its inputs, which must be one.
        context: The context of the entry.
        resolve: Resolves an entry in it.
    """
    nodes: list[Node] = []
    if len(wires) != 1:
        wrong_number(entry, (INPUT,), wires, context)
        return None
    wire = wires[0]
    within = context.within(entry)._replace(made={})
    for child in entry.children:
        if child.type in TENSORS:
            not_in_a_chain(child, within)
            return None
        node, wire = resolve(child, (wire,), within)
        if node is not None and not node.is_link:
            not_in_a_chain(child, within)
            return None
        if node is not None:
            nodes.append(as_module(node, context.scope.free) or node)
    if wires[0].value is None or wire.value is None:
        return None
    children = tuple(nodes)
    if entry.options.get("numbered"):
        from mlpgen.graph.entries.numbered import numbered

        children = numbered(nodes)
    return container(entry, wires, children, wire.value)
