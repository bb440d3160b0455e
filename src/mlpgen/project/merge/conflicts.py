"""Git's markers of conflicts: read from a text, written, and settled line by line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Labels = tuple[str, str]
"""What git writes beside its markers: ours, theirs."""
_COMMENT = re.compile(r"(?<=\S)  # [^'\"]*$")
"""A comment behind code; one with quotes may be a part of a string."""
SIZE = 7
"""The length of git's markers."""


class Conflict(NamedTuple):
    """Lines that both sides changed: ours, those of the base if known, theirs."""

    ours: list[str]
    base: list[str]
    theirs: list[str]

    def lines(self, labels: Labels) -> list[str]:
        """Return the lines with git's markers around what differs."""
        start = _same(self.ours, self.theirs)
        end = _same(self.ours[start:][::-1], self.theirs[start:][::-1])
        return [
            *self.ours[:start],
            f"{'<' * SIZE} {labels[0]}",
            *self.ours[start : len(self.ours) - end],
            "=" * SIZE,
            *self.theirs[start : len(self.theirs) - end],
            f"{'>' * SIZE} {labels[1]}",
            *self.ours[len(self.ours) - end :],
        ]


Part = list[str] | Conflict
"""Lines without a conflict, or a conflict."""


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the first lines that are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def parse(text: str, size: int = SIZE) -> list[Part]:
    """Split a text at git's markers.

    Args:
        text: The text.
        size: The length of the markers.

    Returns:
        The parts; a text with markers that do not fit together is one without any.
    """
    lines = text.split("\n")
    parts: list[Part] = []
    plain: list[str] = []
    sides: list[list[str]] = []
    for line in lines:
        mark = _marker(line, size)
        if mark == "<" and not sides:
            sides = [[]]
        elif mark == "|" and len(sides) == 1:
            sides = [*sides, []]
        elif mark == "=" and len(sides) in (1, 2):
            sides = [sides[0], [] if len(sides) == 1 else sides[1], []]
        elif mark == ">" and len(sides) == 3:
            parts += [plain, Conflict(*sides)]
            plain, sides = [], []
        elif sides:
            sides[-1].append(line)
        else:
            plain.append(line)
    return [lines] if sides else [*parts, plain]


def _marker(line: str, size: int) -> str:
    """Return the character of the marker that a line is; empty for none."""
    found = line[:1]
    run = len(line) - len(line.lstrip(found)) if found else 0
    alone = line[run:].startswith(" ") if found in "<|>" else not line[run:]
    return found if found and found in "<|=>" and run == size and alone else ""


def longest_run(text: str) -> int:
    """Return the length of the longest line start that looks like a marker."""
    runs = re.findall(r"^(?:<+|\|+|=+|>+)", text, re.MULTILINE)
    return max(map(len, runs), default=0)


def settled(conflict: Conflict) -> Part:
    """Settle a conflict of changed lines, if no line was changed on both sides."""
    if not len(conflict.ours) == len(conflict.base) == len(conflict.theirs):
        return conflict
    lines = [*map(_line, *conflict)]
    return conflict if None in lines else [each for each in lines if each is not None]


def _line(ours: str, base: str, theirs: str) -> str | None:
    """Merge a line, or its code and its comment; None if both sides changed it."""
    if theirs in (base, ours):
        return ours
    if ours == base:
        return theirs
    code, comment = zip(*map(_split, (ours, base, theirs)), strict=True)
    if not all(comment):
        return None
    found = [*_either(*code), *_either(*comment)]
    return "".join(found) if len(found) == 2 else None


def _either(ours: str, base: str, theirs: str) -> Iterator[str]:
    """Yield the side that was changed, if not both were."""
    if theirs in (base, ours):
        yield ours
    elif ours == base:
        yield theirs


def _split(line: str) -> tuple[str, str]:
    """Split a line into its code and the comment behind it."""
    found = _COMMENT.search(line)
    at = found.start() if found else len(line)
    return line[:at], line[at:]
