"""`unused`: layers that `__init__` makes, and `forward` never calls.

Their parameters are keys of the state_dict, so that checkpoints of a model with such
layers fit. Nothing flows into them: their sizes are given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.context import add_at_type, container
from mlpgen.graph.entries.keys import with_keys
from mlpgen.graph.entries.share import named_again
from mlpgen.graph.layer import resolve_alone
from mlpgen.layers.base import Value
from mlpgen.spec.types import SHARE, TENSORS, is_function, layer_class

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.spec.entries import Entry


def resolve_unused(
    entry: Entry,
    context: Context,
    tensor: Callable[[Entry, tuple[()], Context], Node | None],
) -> Node | None:
    """Resolve a layer that never runs; None after a mistake.

    Args:
        entry: The entry.
        context: The context of the entry.
        tensor: Resolves a parameter or a buffer.
    """
    if entry.type == SHARE:
        node = named_again(entry, context)
    elif entry.type in TENSORS:
        node = tensor(entry, (), context)
    else:
        node = with_keys(_made(entry, context), entry, context)
    if node is None:
        return None
    return node._replace(sources=(), function=None, multiply_adds=0, unused=True)


def _made(entry: Entry, context: Context) -> Node | None:
    """Make a layer of torch.nn, or a `Sequential` of them."""
    if entry.type == "Sequential":
        return _chained(entry, context)
    if is_function(entry.type) or layer_class(entry.type) is None or entry.variable:
        message = f"`{entry.type}` cannot be in a `Sequential` that is unused"
        help = "write the layers of torch.nn that it makes"
        add_at_type("MG255", message, entry, context.problems, help=help)
        return None
    return resolve_alone(entry, context)


def _chained(entry: Entry, context: Context) -> Node | None:
    """Make the layers of a `Sequential`, which need not fit each other."""
    within = context.within(entry)._replace(made={})
    nodes = []
    for child in entry.children:
        node = with_keys(_made(child, within), child, within) if child.type else None
        if node is not None:
            nodes.append(node._replace(function=None, unused=True))
    if len(nodes) < len(entry.children):
        return None
    children = tuple(nodes)
    if entry.options.get("numbered"):
        from mlpgen.graph.entries.numbered import numbered

        children = numbered(nodes)
    return container(entry, (), children, Value(()))
