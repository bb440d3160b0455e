"""The tables of differences, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from mlpgen.changes.rows import rows, total_rows
from mlpgen.diagnostics.escape import safe

if TYPE_CHECKING:
    from mlpgen.changes.differences import Differences

MOST_ROWS = 500
"""The most rows; one more row says how many are left out."""
_COLORS = {"+": "green", "-": "red", "~": "yellow"}


def table(found: Differences) -> Table:
    """Return the table of the layers that differ."""
    made = Table(title=Text(" → ".join(map(safe, found.names))))
    made.add_column("")
    for column in ("layer", "type", "change"):
        made.add_column(column, overflow="fold")
    made.add_column("output", overflow="fold")
    made.add_column("parameters", justify="right")
    every = rows(found)
    for sign, *cells in every[:MOST_ROWS]:
        texts = (Text(safe(cell)) for cell in cells)
        made.add_row(Text(sign), *texts, style=_COLORS[sign])
    if len(every) > MOST_ROWS:
        made.add_row("", f"… and {len(every) - MOST_ROWS:,} more rows", style="dim")
    return made


def size_table(found: Differences) -> Table:
    """Return the table of sizes before and after."""
    made = Table()
    made.add_column("")
    for column in ("before", "after", "ratio"):
        made.add_column(column, justify="right", no_wrap=True)
    for each in total_rows(found.totals):
        made.add_row(*each)
    return made
