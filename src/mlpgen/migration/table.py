"""The plan of a migration as a table for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from mlpgen.diagnostics.escape import safe

if TYPE_CHECKING:
    from mlpgen.migration.plan import Migration

LONGEST_KEY = 40
"""Keys up to this length stand on one line."""
_COLORS = {
    "kept": "dim",
    "renamed": "cyan",
    "moved": "cyan",
    "widened": "green",
    "narrowed": "yellow",
    "new": "yellow",
    "dropped": "red",
}


def plan_table(plan: Migration) -> Table:
    """Return the table of a plan: each tensor, what becomes of it, and why."""
    width = min(max((len(each.key) for each in plan.moves), default=0), LONGEST_KEY)
    made = Table()
    made.add_column("tensor", overflow="fold", min_width=width)
    made.add_column("shape", no_wrap=True)
    made.add_column("status", no_wrap=True)
    made.add_column("why", overflow="fold")
    for each in plan.moves:
        made.add_row(
            Text(safe(each.key)),
            Text(f"[{', '.join(map(str, each.shape))}]"),
            Text(each.status, style=_COLORS[each.status]),
            Text(safe(each.why)),
        )
    return made
