"""The marks that git leaves in a file where a merge could not decide."""

from __future__ import annotations

import re

_MARK = re.compile(r"(<{7}|\|{7}|={7}|>{7})(?:\s|$)")
_SIDES = ("<" * 7, ">" * 7)


def first_conflict(lines: list[str]) -> int | None:
    """Return the row of the first mark, counted from 0; None if there is none.

    A line of `=` alone may be text. One mark of a side is enough: a person may have
    removed the other.
    """
    rows = [row for row, line in enumerate(lines) if _MARK.match(line)]
    is_conflict = any(lines[row].startswith(_SIDES) for row in rows)
    return rows[0] if is_conflict else None
