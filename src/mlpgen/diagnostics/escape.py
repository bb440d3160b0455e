"""Escape text from specs, file names and paths before it reaches a terminal or log.

Terminals interpret control characters, and invisible ones can reverse the direction of
text. CI systems (GitHub, Azure, TeamCity) run commands that they find in the output.
"""

from __future__ import annotations

import json
import re
from typing import Any

_BEGINNING = re.compile(r"^(\s*):(?=:)")
_ANYWHERE = re.compile(r"#(?=#\w*\[)")
"""Beginnings of CI commands: `::error::` at the start of a line, `##[error]`."""


def safe(text: str) -> str:
    """Escape characters that end a line, move the cursor or reverse text."""
    return text if text.isprintable() else "".join(map(_safe, text))


def _safe(char: str) -> str:
    if char == "\t":
        return "    "
    if char.isprintable():
        return char
    return char.encode("unicode_escape").decode("ascii")


def guarded(line: str, *, whole: bool = True) -> str:
    """Escape CI commands in a line of safe parts.

    Args:
        line: The line. The escapes are those of Python string literals.
        whole: Whether this is the start of the line.
    """
    line = _ANYWHERE.sub(r"\\x23", line)
    return _BEGINNING.sub(r"\1\\x3a", line) if whole else line


def line(text: str) -> str:
    """Return text as one safe line, without CI commands."""
    return guarded(safe(text))


def lines(text: str) -> str:
    """Make each line of a text safe, without CI commands."""
    return "\n".join(map(line, text.split("\n")))


def as_json(data: Any) -> str:
    """Return data as ASCII JSON, without CI commands."""
    text = json.dumps(data, indent=2).replace("\x7f", "\\u007f")
    return _ANYWHERE.sub(r"\\u0023", text)
