"""`select`: the result of a layer that is used where no part is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.wires import asked_for
from mlpgen.spec.wording import cut, listed, nearest

if TYPE_CHECKING:
    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.spec.entries import Entry


def selected(node: Node, entry: Entry, context: Context) -> Node | None:
    """Make the selected part the first; None if there is no such part."""
    wanted, parts = entry.options["select"], node.parts
    if wanted in parts and len(parts) > 1:
        return node._replace(parts={wanted: parts[wanted], **parts})
    gives = listed(parts) if len(parts) > 1 else "one tensor"
    message = f"`{entry.type}` has no part `{cut(wanted)}`: it returns {gives}"
    help = asked_for(entry.type, wanted) or nearest(wanted, parts)
    help = help or ("leave `select` out" if len(parts) < 2 else "")
    context.problems.add("MG219", message, (*entry.path, "select"), help=help)
    return None
