"""A line of a file with carets under a value, as wide as a terminal shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

from mlpgen.diagnostics.escape import safe

if TYPE_CHECKING:
    from mlpgen.diagnostics.diagnostic import Place

WIDEST = 100
_LOOKED_AT = 4 * WIDEST


def excerpt(place: Place) -> tuple[str, str, str]:
    """Return the source line, the indentation of the carets, and the carets."""
    start = place.span.column - 1
    end = max(place.span.end_column - 1, start + 1)
    if place.span.end_line > place.span.line:
        end = max(len(place.text.rstrip()), start + 1)
    before, value, after = place.text[:start], place.text[start:end], place.text[end:]
    # A line can be a megabyte long: look at little more than what can be shown.
    head = _fitting(before[: -_LOOKED_AT - 1 : -1], WIDEST)[::-1]
    body = _fitting(value[:_LOOKED_AT], WIDEST)
    tail = _fitting(after[:_LOOKED_AT], WIDEST)
    if len(head) < len(before) or _columns(head + body + tail) > WIDEST:
        room = WIDEST - min(_columns(body), WIDEST // 2)
        head = _fitting(head[::-1], max(room // 2, room - _columns(tail)))[::-1]
        while head and not _columns(head[0]):  # a combining accent, its letter cut off
            head = head[1:]
    body = _fitting(body, WIDEST - _columns(head))
    tail = _fitting(tail, WIDEST - _columns(head) - _columns(body))
    left = "" if len(head) == len(before) else "…"
    right = "" if len(body) + len(tail) == len(value) + len(after) else "…"
    shown = f"{left}{safe(head)}{safe(body)}{safe(tail)}{right}"
    return shown, " " * _columns(left + head), "^" * max(_columns(body), 1)


def _fitting(characters: str, room: int) -> str:
    """Return the leading characters that fit into a number of columns."""
    taken = []
    for char in characters:
        room -= _columns(char)
        if room < 0:
            break
        taken.append(char)
    return "".join(taken)


def _columns(part: str) -> int:
    """Return the width of a text in terminal columns."""
    return sum(
        0 if category(char) in ("Mn", "Me") else 1 + (east_asian_width(char) in "WF")
        for char in safe(part)
    )
