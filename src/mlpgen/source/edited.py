"""A file after edits: its encoding, its mark and its line ends stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.source.decoding import BREAK, MARK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.diagnostics.diagnostic import Edit, Fix


def edited(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the content of a file after edits, which must not overlap."""
    mark = MARK if data.startswith(MARK) else b""
    return mark + _edited(data.removeprefix(mark).decode(), edits).encode()


def _edited(text: str, edits: Iterable[Edit]) -> str:
    breaks = [*BREAK.finditer(text)]
    starts = [0, *(each.end() for each in breaks)]
    line_end = breaks[0][0] if breaks else "\n"
    pieces, done = [], 0
    for span, new in sorted(edits):
        start = starts[span.line - 1] + span.column - 1
        pieces += [text[done:start], new.replace("\n", line_end)]
        done = starts[span.end_line - 1] + span.end_column - 1
    return "".join([*pieces, text[done:]])


def compatible(fixes: Iterable[Fix]) -> list[Fix]:
    """Return the fixes that can be made together; earlier ones first."""
    taken: dict[str, list[Edit]] = {}
    found = []
    for fix in fixes:
        others = taken.setdefault(fix.path, [])
        if not any(_meet(ours, theirs) for ours in fix.edits for theirs in others):
            others += fix.edits
            found.append(fix)
    return found


def _meet(one: Edit, other: Edit) -> bool:
    """Tell whether two edits touch the same characters, or write at the same place."""
    first, second = sorted((one.span, other.span))
    return first[2:] > second[:2] or first[:2] == second[:2]
