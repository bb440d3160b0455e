"""Text of specs, files, names and paths as it may reach a terminal or a log.

A terminal obeys control characters, and turns text around at some that are invisible. A
workflow on GitHub, Azure or TeamCity obeys lines of what it prints.
"""

from __future__ import annotations

import json
import re
from typing import Any

_BEGINNING = re.compile(r"^(\s*):(?=:)")
_ANYWHERE = re.compile(r"#(?=#\w*\[)")
"""Where a line is a command to what runs a workflow: `::error::`, `##[error]`."""


def safe(text: str) -> str:
    """Escape whatever could end a line, move a cursor or turn text around."""
    return text if text.isprintable() else "".join(map(_safe, text))


def _safe(char: str) -> str:
    if char == "\t":
        return "    "
    if char.isprintable():
        return char
    return char.encode("unicode_escape").decode("ascii")


def guarded(line: str, *, whole: bool = True) -> str:
    """Return a line of safe parts, such that no workflow obeys it.

    Args:
        line: The line; what is escaped in it is, as Python reads it, the same.
        whole: Whether it begins here.
    """
    line = _ANYWHERE.sub(r"\\x23", line)
    return _BEGINNING.sub(r"\1\\x3a", line) if whole else line


def line(text: str) -> str:
    """Return a text as one line that nothing obeys."""
    return guarded(safe(text))


def lines(text: str) -> str:
    """Return each line of a text as one that nothing obeys."""
    return "\n".join(map(line, text.split("\n")))


def as_json(data: Any) -> str:
    """Write data as JSON in ASCII, in which nothing is obeyed."""
    text = json.dumps(data, indent=2).replace("\x7f", "\\u007f")
    return _ANYWHERE.sub(r"\\u0023", text)
