"""Breaks long lines of a script as ruff does."""

from __future__ import annotations

import ast
import re

from mlpgen.scripts.imports import parsed
from mlpgen.styles.brackets import Bracket, brackets, items_of
from mlpgen.styles.code import Group, Piece
from mlpgen.styles.layout import INDENT, WIDTH, indented, layout, width

_QUOTES = '"""'
_CALLS = 2
_END = re.compile(r"(?<=\)):$|(?<=\))(\.\w+)+$")
"""Of `for`, `if` or `with`; or what is taken of the value of a call."""


def broken(text: str) -> str:
    """Break lines of code that are too long; docstrings and comments stay."""
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
    before, piece, after = _split_statement(body, WIDTH - indent)
    return indented(layout(piece, indent, before, after), indent)


def _split_statement(body: str, room: int) -> tuple[str, Piece, str]:
    """Split a statement into the text before its value, the value, and the rest."""
    head = re.match(r"return |[\w.,:\[\] ]+? [+|]?= ", body)
    before = head[0] if head else ""
    rest = body[len(before) :]
    if body.startswith(("def ", "class ")):
        pair = next(brackets(rest))
        return before, _group(rest, pair, room), rest[pair.end + 1 :]
    found = _END.search(rest)
    end = found[0] if found else ""
    return before, _piece(rest.removesuffix(end), room, before), end


def _piece(text: str, room: int, before: str = "") -> Piece:
    """Turn an expression into a piece, a group if it ends with brackets.

    Of two calls in a row, `A(…).b(…)`, the last is split if all before it fits.

    Args:
        text: The expression.
        room: The columns of its first line.
        before: The text before it on that line.
    """
    pairs = list(brackets(text))
    if not pairs or pairs[-1].end != len(text) - 1:
        return text
    if len(pairs) == _CALLS and width(f"{before}{text[: pairs[-1].start + 1]}") > room:
        first = _group(text, pairs[0], room)
        return first._replace(closing=text[pairs[0].end :])
    return _group(text, pairs[-1], room)


def _group(text: str, pair: Bracket, room: int) -> Group:
    opening, closing = text[: pair.start + 1], text[pair.end]
    within = text[pair.start + 1 : pair.end]
    inner = items_of(within)
    items = tuple(_piece(each, room - INDENT) for each in inner)
    alone = re.fullmatch(r"(\w+=|.*: )?[\[({]", opening) is not None
    collection = alone and (closing != ")" or len(items) > 1)
    if within.endswith(","):  # which makes a tuple of one item
        return Group(opening, items, f",{closing}", collection=True)
    return Group(opening, items, closing, collection=collection)


def broken_if_same(text: str) -> str:
    """Break long lines, if the code then still means the same.

    This is for what templates of a project print, where any code is possible.
    """
    found = broken(text)
    return found if found == text or _same_code(text, found) else text


def _same_code(one: str, other: str) -> bool:
    """Tell whether Python parses two texts to the same tree."""
    try:
        return ast.dump(parsed(one)) == ast.dump(parsed(other))
    except (SyntaxError, ValueError):
        return False
