"""New tensors in `forward`: on the device, and of the dtype, of an input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.context import add_at_type

if TYPE_CHECKING:
    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.spec.entries import Entry


def placed(node: Node, entry: Entry, context: Context) -> Node | None:
    """Choose the input of the class that says the device, and the dtype of fractions.

    It is the first one, or for fractions the first that has some.

    Returns:
        None after a mistake: no input says it.
    """
    if context.inputs is None or node.function is None or node.function.new is None:
        return node  # it is made once, in `__init__`
    known = {w.name: w.value for w in context.inputs if w.value is not None}
    if not context.inputs:
        message = f"`{entry.type}` needs an input, which tells the device"
        help = "make it once: `buffer: {layers: […], persistent: false}`"
        add_at_type("MG320", message, entry, context.problems, help=help)
        return None
    new = node.function.new
    fractions = new.dtype == "float32"
    alike = [n for n, value in known.items() if value.dtype == "float32" and fractions]
    like = next(iter([*alike, *known]), context.inputs[0].name)
    function = node.function._replace(new=new._replace(follows=bool(alike)))
    return node._replace(function=function, like=like)
