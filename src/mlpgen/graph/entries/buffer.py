"""`buffer: {layers: […]}`: a tensor that functions compute once, in `__init__`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.arguments import read_layer
from mlpgen.graph.checks.unused import warn_about_layers
from mlpgen.graph.context import add_at_type
from mlpgen.graph.nodes import Maker, Node
from mlpgen.graph.outputs import reached
from mlpgen.graph.wires import Wire, Wires
from mlpgen.layers.base import Call
from mlpgen.spec.types import layer_class
from mlpgen.spec.wording import listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.graph.context import Context
    from mlpgen.spec.entries import Entry

    Resolve = Callable[
        [Entry, tuple[Wire, ...], Context, Wire | None], tuple[Node | None, Wire]
    ]

LAYERS = "layers"
"""The argument that holds the functions."""


def computed(entry: Entry, resolve: Resolve, context: Context) -> Node | None:
    """Resolve a buffer that is computed; None after a mistake.

    Args:
        entry: The buffer, whose children are the functions.
        resolve: Resolves one of them.
        context: The context of the buffer.
    """
    problems = context.problems
    path = (*entry.type_path, LAYERS)
    if entry.sources is not None:
        message = "`buffer` takes no inputs: its functions compute it from nothing"
        problems.add("MG314", message, (*entry.path, "from"))
        return None
    buffer, _ = read_layer(entry, context.scope, problems)
    if buffer is None:
        return None
    arguments = buffer.arguments()
    given = [name for name in entry.arguments if name != "persistent"]
    if given:
        message = f"{listed(given)} cannot be combined with `layers`"
        help = "the functions decide the shape and the values"
        problems.add("MG311", message, (*entry.type_path, given[0]), help=help)
        return None
    wires = Wires([], entry.children)
    within = context.within(entry)._replace(
        made={}, lost=set(), left_out=set(), inputs=None
    )
    nodes = []
    for child in entry.children:
        if not child.is_function:
            if child.type:
                _refuse(child, within)
            return None
        cls = layer_class(child.type)
        found = wires.find(child, cls.arity[1] if cls else 1, problems)
        other = wires.passing(child, problems)
        node, wire = resolve(child, found, within, other)
        if node is not None:
            nodes.append(_once(node))
            wires.add_parts(wire, node.parts)
        wires.add(child.name, wire)
    last = wires.last
    if last is None:
        message = "`layers` must be a list of functions that compute the buffer"
        problems.add("MG203", message, path)
        return None
    if last.value is None:
        return None
    kept = reached(tuple(nodes), (last.name,))
    warn_about_layers(nodes, kept, problems)
    arguments["layers"] = tuple(node.type for node in kept)
    return Node(
        name=entry.name,
        named=entry.named,
        maker=Maker(entry.type, "", arguments, frozenset()),
        sources=(),
        call=Call(()),
        inputs=(),
        parts={"": last.value},
        path=entry.path,
        computed=kept,
    )


def _once(node: Node) -> Node:
    """Let a function be called in `__init__`, where parameters are arguments."""
    assert node.function is not None
    return node._replace(function=node.function._replace(once=True))


def _refuse(child: Entry, context: Context) -> None:
    """Refuse what has a module or learns."""
    message = f"`{child.type}` cannot compute a buffer: only functions can"
    add_at_type("MG321", message, child, context.problems)
