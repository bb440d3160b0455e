"""Differences as Markdown, for the text of a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlpgen.changes.rows import rows, total_rows
from mlpgen.diagnostics.escape import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.changes.differences import Differences

MOST_ROWS = 60
"""The most rows of layers, which people read in a pull request."""


def text(found: Differences) -> str:
    """Return differences as a section with tables."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Differences) -> Iterator[str]:
    names = [*dict.fromkeys(found.names)]
    yield f"### {' → '.join(map(plain, names))}"
    yield ""
    if found.equal:
        yield (
            "The networks are equal"
            + "".join(f": {plain(t)}" for t in found.text)
            + "."
        )
        return
    for each in (*found.interface, *found.training):
        yield f"- {plain(each)}"
    if found.interface or found.training:
        yield ""
    every = rows(found)
    if every:
        yield _row(["", "layer", "type", "change", "output", "parameters"])
        yield "|---|---|---|---|---|---:|"
        for sign, name, *cells in every[:MOST_ROWS]:
            yield _row([f"`{sign}`", _code(name), *map(plain, cells)])
        if len(every) > MOST_ROWS:
            yield _row(["", f"… and {len(every) - MOST_ROWS:,} more", *[""] * 4])
        yield ""
    yield _row(["", "before", "after", "ratio"])
    yield "|---|---:|---:|---:|"
    yield from (_row([*each]) for each in total_rows(found.totals))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(name: str) -> str:
    """Return a name as code, which a table can hold."""
    return f"`{re.sub(r'[`|]', '', safe(name))}`"


def plain(words: str) -> str:
    """Return text without what Markdown or HTML would take for more than text."""
    return re.sub(r"([\\`*_{}\[\]<>|~#@!])", r"\\\1", safe(words))
