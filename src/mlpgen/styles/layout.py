"""Lays out code on lines as ruff does."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from mlpgen.styles.brackets import brackets, items_of
from mlpgen.styles.code import Group, flat
from mlpgen.symbols.operands import Operand, Slot, atom

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.styles.code import Piece


Lines = tuple[str, ...]
WIDTH = 88
INDENT = 4
BODY = 2 * INDENT
"""Columns to the left of the body of a method."""


def layout(
    piece: Piece, indent: int = 0, before: str = "", after: str = "", comment: str = ""
) -> list[str]:
    """Lay out a piece on as few lines as ruff would.

    Args:
        piece: The code.
        indent: Columns to the left of it, which the lines do not contain.
        before: Text before it on the first line, such as `x = `.
        after: Text after the last bracket, such as `,`.
        comment: A comment on the last line, if there is room: `(N, 128)`.
    """
    lines = _spread(piece, WIDTH - indent, before, after)
    return _commented(lines, WIDTH - indent, comment)


def _commented(lines: list[str], room: int, comment: str) -> list[str]:
    if comment and width(lines[-1]) + 4 + width(comment) <= room:
        lines[-1] += f"  # {comment}"
    return lines


def _always_splits(piece: Piece) -> bool:
    """Tell whether a piece is always on several lines."""
    return isinstance(piece, Group) and (
        (piece.exploded and bool(piece.items)) or any(map(_always_splits, piece.items))
    )


def bracketed(code: Operand, indent: int, before: str, after: str = "") -> list[str]:
    """Lay out an expression after `if` or `=`, parenthesized if it is too long."""
    return _bracketed(code, WIDTH - indent, before, after)


def _bracketed(code: Operand, room: int, before: str, after: str) -> list[str]:
    if width(f"{before}{code.text}{after}") <= room:
        return [f"{before}{code.text}{after}"]
    call = _as_call(code)
    if call is not None:
        return _spread(call, room, before, after)
    return _split_brackets(code, room, before, after) or [
        f"{before}(",
        *indented(_split(code, room - INDENT)),
        f"){after}",
    ]


def _as_call(code: Operand) -> Group | None:
    """Return a call as a group of its arguments, an item of a list as one of its index.

    It is None if the code is neither.
    """
    if len(code.tokens) == 1:
        return _last_call(code.text)
    if code.tokens[-1] == "]":
        found, _, index = code.tokens[:3]
        if isinstance(found, Slot) and isinstance(index, Slot):
            return Group(f"{found.text}[", (index.operand,), "]")
    words = [token for token in code.tokens if isinstance(token, str) and token != ", "]
    if not words or words[-1] != ")" or len(words) > len(("groups=", "min(", ")")):
        return None
    arguments = tuple(token.operand for token in code.tokens if isinstance(token, Slot))
    return Group("".join(words[:-1]), arguments, ")") if arguments else None


def _last_call(text: str) -> Group | None:
    """Return a call behind other brackets, `self.layers[0](x)`, as a group.

    ruff splits the last brackets of such code. It is None for anything else.
    """
    if not text.endswith(")"):
        return None
    *before, last = brackets(text)
    items = tuple(map(atom, items_of(text[last.start + 1 : last.end])))
    return Group(text[: last.start + 1], items, ")") if before and items else None


def _last_call_before(piece: Group) -> tuple[Group, str] | None:
    """Return the call whose result has this method, and the call of the method.

    ruff splits the arguments of the first of two calls, `torch.bmm(a, b).squeeze(1)`,
    if its dots are not those of a chain. It is None for anything else.
    """
    head, dot, method = piece.opening.rpartition(").")
    if not dot or "(" in method[:-1] or not method.endswith("("):
        return None
    *_, last = brackets(f"{head})")
    opening, inside = head[: last.start + 1], head[last.start + 1 :]
    if not inside or ")" in opening:
        return None
    items = tuple(map(atom, items_of(inside)))
    return Group(opening, items, ")"), flat(piece).removeprefix(f"{head})")


def _split_brackets(code: Operand, room: int, before: str, after: str) -> list[str]:
    """Split inside the brackets of one of two operands; empty if that is impossible."""
    if len(code.tokens) != len(("first", "sign", "last")):
        return []
    first, sign, last = code.tokens
    if not isinstance(first, Slot) or not isinstance(last, Slot):
        return []
    groups = _as_group(first), _as_group(last)
    start, end = f"{before}{first.text}{sign}", f"{sign}{last.text}{after}"
    if groups[1] and width(f"{start}{groups[1].opening}") <= room:
        return _spread(groups[1], room, start, after)
    if groups[0] is None or not (first.needs_brackets or groups[1]):
        return []
    if width(f"){end}") <= room:
        return _spread(groups[0], room, before, end)
    if groups[1] is None:
        return []
    opening = groups[1].opening
    *lines, line = _spread(groups[0], room, before, f"{sign}{opening}")
    return [*lines, *_spread(groups[1], room, line.removesuffix(opening), after)]


def _as_group(slot: Slot) -> Group | None:
    """Return an operand in brackets, or a call, as a group that can be split."""
    if slot.needs_brackets:
        return Group("(", (slot.operand,), ")")
    return _as_call(slot.operand)


def _split(code: Operand, room: int, sign: str = "", after: str = "") -> list[str]:
    """Split an expression before its outermost operators, as ruff does in brackets.

    Args:
        code: The expression.
        room: The columns of a line.
        sign: Text before it on its first line.
        after: Text after it on its last line.
    """
    slots = [at for at, token in enumerate(code.tokens) if isinstance(token, Slot)]
    if width(f"{sign}{code.text}{after}") <= room or not slots:
        return [f"{sign}{code.text}{after}"]
    call = _as_call(code)
    if call is not None:
        return _spread(call, room, sign, after)
    lines: list[str] = []
    last = slots[-1]
    end = "".join(str(token) for token in code.tokens[last + 1 :]) + after
    for at, token in enumerate(code.tokens[: last + 1]):
        if isinstance(token, str):
            operates = token.startswith(" ") and token.endswith(" ")
            sign = f"{token.strip()} " if operates else f"{sign}{token}"
            continue
        tail = end if at == last else ""
        if not token.needs_brackets:
            lines += _split(token.operand, room, sign, tail)
        elif width(line := f"{sign}{token.text}{tail}") <= room:
            lines.append(line)
        else:
            inner = _split(token.operand, room - INDENT)
            lines += [f"{sign}(", *indented(inner), f"){tail}"]
        sign = ""
    return lines


def _spread(piece: Piece, room: int, before: str, after: str) -> list[str]:
    """Lay out a piece: on one line, its items on the next, or one per line."""
    statement = before.endswith((" = ", "return "))
    if isinstance(piece, Operand) and statement:
        return _bracketed(piece, room, before, after)
    if isinstance(piece, Operand) and not before:
        return _split(piece, room, after=after)
    if not isinstance(piece, Group) or not piece.items:
        return [f"{before}{flat(piece)}{after}"]
    if piece.broken and width(f"{before}{piece.opening}") > room:
        *lines, opening = piece.broken
        rest = piece._replace(opening=opening, broken=())
        return [*lines, *_spread(rest, room, "", after)]
    if statement and width(f"{before}{piece.opening}") > room:
        if (called := _last_call_before(piece)) is not None:
            group, method = called
            return _spread(group, room, before, f"{method}{after}")
        inner = _spread(piece, room - INDENT, "", "")
        return [f"{before}(", *indented(inner), f"){after}"]
    splits = _always_splits(piece)
    if not splits and width(line := f"{before}{flat(piece)}{after}") <= room:
        return [line]
    first, last = f"{before}{piece.opening}", f"{piece.closing.lstrip(',')}{after}"
    body = piece.separator.join(flat(each) for each in piece.items)
    together = not piece.collection and not splits
    if together and width(body) <= room - INDENT:
        return [first, " " * INDENT + body, last]
    bare = piece.separator == " " or (
        len(piece.items) == 1 and not piece.collection and not piece.exploded
    )
    comments = piece.comments or ("",) * len(piece.items)
    inner = [
        line
        for each, comment in zip(piece.items, comments, strict=True)
        for line in _commented(
            _spread(each, room - INDENT, "", "" if bare else ","),
            room - INDENT,
            comment,
        )
    ]
    return [first, *indented(inner), last]


def indented(lines: Sequence[str], by: int = INDENT) -> list[str]:
    """Indent lines that are not empty."""
    return [" " * by + line if line else line for line in lines]


def width(text: str) -> int:
    """Return the columns of a line; wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
