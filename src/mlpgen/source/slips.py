"""Slips that YAML reads as text, so that it finds a mistake only further below."""

from __future__ import annotations

import re
from typing import NamedTuple

_DASH = re.compile(r"(\s*)-(?P<word>[A-Za-z]\w*)(?=:|\s*$)")
_COLON = re.compile(r"\s*(?:- +)?(?P<word>[A-Za-z_]\w*):(?=[^\s/:\\])")
_BARE = re.compile(r"\s*(?P<word>[A-Z]\w*)(?:: .*|:?\s*)$")
MOST = 50
"""How many lines above a mistake are looked at."""
_OF_A_LIST = re.compile(r"\s*(?:- .*|layers:\s*)$")


class Slip(NamedTuple):
    """A slip in a line.

    Attributes:
        row: The line, counted from 0.
        column: Where, counted from 0.
        message: What is missing.
        help: What mends it.
        inserted: The text that mends it, if it stands at the place of the mistake.
    """

    row: int
    column: int
    message: str
    help: str
    inserted: str = ""


def find_slip(lines: list[str], row: int) -> Slip | None:
    """Find the first of the slips in a line and directly above it.

    Args:
        lines: The lines of a file.
        row: Where YAML finds a mistake, counted from 0.
    """
    found = _slip(lines, row)
    for above in range(row - 1, max(row - MOST, -1), -1):
        each = _slip(lines, above)
        if each is None:
            break
        found = each
    return found


def _slip(lines: list[str], row: int) -> Slip | None:
    line = lines[row]
    if dash := _DASH.match(line):
        at, word = dash.end(1), dash["word"]
        message = "a space is missing after this `-`"
        return Slip(row, at, message, f"write `- {word}`", " ")
    if colon := _COLON.match(line):
        word = colon["word"]
        message = "a space is missing after this `:`"
        return Slip(row, colon.end() - 1, message, f"write `{word}: …`", " ")
    if (bare := _BARE.match(line)) and _in_a_list(lines, row):
        word = bare["word"]
        message = f"a `- ` is missing before `{word}`"
        at = bare.start("word")
        return Slip(row, at, message, "each layer starts with `- `", "- ")
    return None


def _in_a_list(lines: list[str], row: int) -> bool:
    """Tell whether a list begins above a line, or goes on there."""
    above = reversed(lines[max(row - MOST, 0) : row])
    first = next((each for each in above if not _BARE.match(each)), "")
    return _OF_A_LIST.match(first) is not None
