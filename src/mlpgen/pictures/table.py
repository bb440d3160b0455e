"""The table of layers, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from mlpgen.diagnostics.escape import safe
from mlpgen.pictures.table_rows import rows

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph


MOST_ROWS = 2_000
"""The most rows of layers; one more row says how many are left out."""

_COUNTS = ("parameters", "multiply-adds")


def table(graph: Graph, depth: int | None = None) -> Table:
    """Return the table of a network."""
    found = rows(graph, depth)
    described = f": {graph.description}" if graph.description else ""
    made = Table(title=Text(safe(f"{graph.name}{described}")))
    made.add_column("layer", overflow="fold")
    made.add_column("type", overflow="fold")
    made.add_column("arguments", overflow="fold")
    made.add_column("output", no_wrap=True)
    for column in _COUNTS:
        made.add_column(column, justify="right", no_wrap=True)
    for row in found[:MOST_ROWS]:
        name = Text("  " * (row.level - 1) + safe(row.name))
        name.stylize("bold" if row.returned else "")
        about = Text(safe(row.arguments))
        if row.note:
            between = "\n" if row.arguments else ""
            about.append(between + safe(row.note), style="italic")
        made.add_row(
            name,
            Text(safe(row.type)),
            about,
            Text("\n".join(map(safe, row.output))),
            row.parameters,
            row.multiply_adds,
            style="dim" if not row.type or not row.active else "",
        )
    left_out = len(found) - MOST_ROWS
    if left_out > 0:
        made.add_row(f"… and {left_out:,} more rows", style="dim")
    made.add_section()
    total = (f"{graph.total_parameters:,}", f"{graph.total_multiply_adds:,}")
    made.add_row("total", "", "", "", *total, style="bold")
    return made
