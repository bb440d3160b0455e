"""Brackets in the text of code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""[rbf]?"(?:\\.|[^"\\])*"|[rbf]?'(?:\\.|[^'\\])*'|[\[({]|[\])}]|."""
)
_OPEN = {"(": ")", "[": "]", "{": "}"}


class Bracket(NamedTuple):
    """The positions of a pair of brackets."""

    start: int
    end: int


def items_of(text: str) -> list[str]:
    """Split at commas outside of brackets and quotes."""
    items, depth, item = [], 0, ""
    for token in _TOKEN.findall(text):
        depth += (token in _OPEN) - (token in _OPEN.values())
        if token == "," and not depth:
            items.append(item.strip())
            item = ""
        else:
            item += token
    return [each for each in (*items, item.strip()) if each]


def brackets(text: str) -> Iterator[Bracket]:
    """Yield the outermost brackets of a text."""
    depth = at = start = 0
    for token in _TOKEN.findall(text):
        if token in _OPEN:
            start = at if not depth else start
            depth += 1
        elif token in _OPEN.values():
            depth -= 1
            if not depth:
                yield Bracket(start, at)
        at += len(token)
