"""The keys that change a layer, in the order they apply.

Their modules are imported on first use, as are those of `repeat`, of layers that are
left out and of blocks: most specs need few of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.spec.entries import Entry

    Key = Callable[[Node, Entry, Context], Node | None]

_KEYS = ("select", "share", "init", "parametrize")


def with_keys(node: Node | None, entry: Entry, context: Context) -> Node | None:
    """Apply the keys of an entry to its layer; None after a mistake."""
    if node is None and "share" in entry.options:
        from mlpgen.graph.entries.share import owner

        owner(entry, context)  # a wrong name is always a mistake
    failed = False
    for key in _KEYS:
        if node is not None and key in entry.options:
            changed = _meaning(key)(node, entry, context)
            failed = failed or changed is None
            node = changed or node
    return None if failed else node


def _meaning(key: str) -> Key:
    """Return the function that applies a key."""
    if key == "select":
        from mlpgen.graph.entries.select import selected as applied
    elif key == "share":
        from mlpgen.graph.entries.share import tied as applied
    elif key == "init":
        from mlpgen.graph.entries.init import initialized as applied
    else:
        from mlpgen.graph.entries.parametrize import parametrized as applied
    return applied
