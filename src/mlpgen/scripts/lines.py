"""Long lines of a script, broken as ruff breaks them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import WIDTH, Group, Piece, indented, layout, width

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""[rbf]?"(?:\\.|[^"\\])*"|[rbf]?'(?:\\.|[^'\\])*'|[\[({]|[\])}]|."""
)
_OPEN = {"(": ")", "[": "]", "{": "}"}
_QUOTES = '"""'
_CALLS = 2


def fitted(text: str) -> str:
    """Break each line of code that is too long; docstrings and comments stay."""
    if all(map(_fits, text.split("\n"))):
        return text
    lines: list[str] = []
    quoted = False
    for line in text.split("\n"):
        quotes = line.count(_QUOTES)
        if _fits(line) or quoted or quotes or line.lstrip().startswith("#"):
            lines.append(line)
        else:
            lines += _broken(line)
        quoted ^= quotes % 2 == 1
    return "\n".join(lines)


def _fits(line: str) -> bool:
    return width(line) <= WIDTH


def _broken(line: str) -> list[str]:
    body = line.lstrip(" ")
    indent = len(line) - len(body)
    before, piece, after = _parted(body, WIDTH - indent)
    return indented(layout(piece, indent, before, after), indent)


class _Bracket(NamedTuple):
    """A pair of brackets: where it opens and where it closes."""

    start: int
    end: int


def _parted(body: str, room: int) -> tuple[str, Piece, str]:
    """Take a statement apart: what stands before its value, that, and what follows.

    Of two calls in a row, `A(…).b(…)`, the last one is spread if all before it fits.
    """
    head = re.match(r"return |[\w.,:\[\] ]+? [+|]?= ", body)
    before = head[0] if head else ""
    rest = body[len(before) :]
    pairs = list(_brackets(rest))
    if body.startswith(("def ", "class ")):
        pair = pairs[0]
        piece = _group(rest, pair)
        return before, piece, rest[pair.end + 1 :]
    if len(pairs) == _CALLS and width(f"{before}{rest[: pairs[-1].start + 1]}") > room:
        return before, _group(rest, pairs[0]), rest[pairs[0].end + 1 :]
    return before, _piece(rest), ""


def _piece(text: str) -> Piece:
    """Read an expression: one in brackets can be spread over lines."""
    pairs = list(_brackets(text))
    if not pairs or pairs[-1].end != len(text) - 1:
        return text
    return _group(text, pairs[-1])


def _group(text: str, pair: _Bracket) -> Group:
    opening, closing = text[: pair.start + 1], text[pair.end]
    inner = text[pair.start + 1 : pair.end]
    items = tuple(_piece(each) for each in _items(inner))
    alone = re.fullmatch(r"(\w+=|.*: )?[\[({]", opening) is not None
    single = alone and inner.endswith(",") and len(items) == 1  # `(1,)` is a tuple
    collection = alone and (closing != ")" or len(items) > 1 or single)
    return Group(opening, items, f",{closing}" if single else closing, collection)


def _items(text: str) -> list[str]:
    """Split at the commas outside of brackets and quotes."""
    items, depth, item = [], 0, ""
    for token in _TOKEN.findall(text):
        depth += (token in _OPEN) - (token in _OPEN.values())
        if token == "," and not depth:
            items.append(item.strip())
            item = ""
        else:
            item += token
    return [each for each in (*items, item.strip()) if each]


def _brackets(text: str) -> Iterator[_Bracket]:
    """Go through the outermost brackets of a text."""
    depth = at = start = 0
    for token in _TOKEN.findall(text):
        if token in _OPEN:
            start = at if not depth else start
            depth += 1
        elif token in _OPEN.values():
            depth -= 1
            if not depth:
                yield _Bracket(start, at)
        at += len(token)
