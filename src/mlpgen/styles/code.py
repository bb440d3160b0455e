"""Pieces of Python code, safe by their type, and laid out as ruff would."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import category, east_asian_width

from mlpgen.diagnostics.escape import guarded
from mlpgen.symbols import operands
from mlpgen.symbols.expressions import Expression
from mlpgen.symbols.operands import Operand, Place
from mlpgen.symbols.sizes import Real, Size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH = 88
INDENT = 4


_AS_THEY_ARE: Mapping[str, Operand] = MappingProxyType({})


class Code(str):
    """Text that may stand in a Python file as it is; templates print nothing else."""

    __slots__ = ()


def as_code(plan: Any) -> Any:
    """Mark what a plan holds as code: its texts, and those of its tuples."""
    if isinstance(plan, str):
        return Code(plan)
    if not isinstance(plan, tuple):
        return plan
    parts = map(as_code, plan)
    return type(plan)(*parts) if hasattr(plan, "_fields") else tuple(parts)


class Group(NamedTuple):
    """Something in brackets that can be spread over lines.

    Attributes:
        opening: `nn.Linear(`.
        items: What stands between the commas.
        closing: `)`.
        collection: A tuple or list, which ruff spreads one item a line at once.
        exploded: It is always spread, one item a line.
        separator: What stands between the items: a blank in a comprehension.
        comments: What the last line of each item says, if it is spread.
    """

    opening: str
    items: tuple[Piece, ...]
    closing: str
    collection: bool = False
    exploded: bool = False
    separator: str = ", "
    comments: tuple[str, ...] = ()


Value = Operand | Group
"""Code of a value, which can stand in other code: see `operand`."""
Piece = str | Value


def literal(value: object, names: Mapping[str, Operand] = _AS_THEY_ARE) -> Value:
    """Write a value of a spec as Python does.

    Args:
        value: The value.
        names: What stands for the names in expressions.

    Raises:
        TypeError: It is none that a spec can hold.
    """
    match value:
        case Expression() | Size() | Real():
            return value.operand.replaced(names) if names else value.operand
        case bool() | int() | float():
            return operands.number(value)
        case None:
            return operands.atom("None")
        case str():
            return operands.atom(quoted(value))
        case list():
            items = tuple(literal(each, names) for each in value)
            return Group("[", items, "]", collection=True)
        case tuple():
            items = tuple(literal(each, names) for each in value)
            if len(items) == 1:
                return Group("(", items, ",)", collection=True)
            return Group("(", items, ")", collection=True)
    raise TypeError(f"no literal for {type(value).__name__}")


def quoted(text: str) -> str:
    """Write a string literal in double quotes; whatever is not printable is escaped."""
    body = guarded("".join(_escaped(char) for char in text), whole=False)
    if '"' in body and "'" not in body:
        return f"'{body}'"
    return '"' + body.replace('"', '\\"') + '"'


_INVISIBLE = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs")


def visible(text: str) -> str:
    """Write what is not printable as Python escapes it; backslashes stay."""
    return "".join(char if char == "\\" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    if char == "\\":
        return "\\\\"
    # Not `isprintable`: what is unassigned depends on the version of Python.
    if char == " " or category(char) not in _INVISIBLE:
        return char
    return char.encode("unicode_escape").decode("ascii")


def call(function: str, *arguments: Piece) -> Group:
    """Write a call."""
    return Group(f"{function}(", arguments, ")")


def keyword(name: str, value: Piece) -> Piece:
    """Write an argument by name."""
    if isinstance(value, Group):
        return value._replace(opening=f"{name}={value.opening}")
    if isinstance(value, Operand):
        text = f"{name}={value.text}"
        return value._replace(text=text, parts=(f"{name}=", *value.parts))
    return f"{name}={value}"


def operand(value: Value) -> Operand:
    """Write a value on one line, so that it can stand in other code."""
    return operands.atom(flat(value)) if isinstance(value, Group) else value


def flat(piece: Piece) -> str:
    """Write a piece on one line."""
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Operand):
        return piece.text
    inner = piece.separator.join(flat(each) for each in piece.items)
    return f"{piece.opening}{inner}{piece.closing}"


def layout(
    piece: Piece, indent: int = 0, before: str = "", after: str = "", comment: str = ""
) -> list[str]:
    """Write a piece on as few lines as ruff would.

    Args:
        piece: What to write.
        indent: Columns to the left of it; not part of the lines.
        before: Text on the first line, such as `x = `.
        after: Text behind the last bracket, such as `,`.
        comment: What the last line says if there is room: `(N, 128)`.
    """
    lines = _spread(piece, WIDTH - indent, before, after)
    return _commented(lines, WIDTH - indent, comment)


def _commented(lines: list[str], room: int, comment: str) -> list[str]:
    if comment and width(lines[-1]) + 4 + width(comment) <= room:
        lines[-1] += f"  # {comment}"
    return lines


def _breaks(piece: Piece) -> bool:
    """Tell whether a piece is on several lines in any case."""
    return isinstance(piece, Group) and (
        (piece.exploded and bool(piece.items)) or any(map(_breaks, piece.items))
    )


def bracketed(code: Operand, indent: int, before: str, after: str = "") -> list[str]:
    """Write an expression behind `if` or `=`; in brackets if it is too long."""
    return _bracketed(code, WIDTH - indent, before, after)


def _bracketed(code: Operand, room: int, before: str, after: str) -> list[str]:
    if width(f"{before}{code.text}{after}") <= room:
        return [f"{before}{code.text}{after}"]
    made = _as_call(code)
    if made is not None:
        return _spread(made, room, before, after)
    return _by_brackets(code, room, before, after) or [
        f"{before}(",
        *indented(_broken(code, room - INDENT)),
        f"){after}",
    ]


def _as_call(code: Operand) -> Group | None:
    """Return a call with its arguments apart, if it is one."""
    words = [part for part in code.parts if isinstance(part, str) and part != ", "]
    if not words or words[-1] != ")" or len(words) > len(("groups=", "min(", ")")):
        return None
    arguments = tuple(part.operand for part in code.parts if isinstance(part, Place))
    return Group("".join(words[:-1]), arguments, ")") if arguments else None


def _by_brackets(code: Operand, room: int, before: str, after: str) -> list[str]:
    """Break inside of the brackets that are there, of one of two operands."""
    if len(code.parts) != len(("first", "sign", "last")):
        return []
    first, sign, last = code.parts
    if not isinstance(first, Place) or not isinstance(last, Place):
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


def _as_group(place: Place) -> Group | None:
    """Return what stands in brackets, or is a call, as something to be spread."""
    if place.needs_brackets:
        return Group("(", (place.operand,), ")")
    return _as_call(place.operand)


def _broken(code: Operand, room: int, sign: str = "", after: str = "") -> list[str]:
    """Break an expression before its outermost operators, as ruff does in brackets.

    Args:
        code: The expression.
        room: The columns of a line.
        sign: What stands before it on its first line.
        after: What stands behind it on its last line.
    """
    places = [at for at, part in enumerate(code.parts) if isinstance(part, Place)]
    if width(f"{sign}{code.text}{after}") <= room or not places:
        return [f"{sign}{code.text}{after}"]
    made = _as_call(code)
    if made is not None:
        return _spread(made, room, sign, after)
    lines: list[str] = []
    last = places[-1]
    end = "".join(str(part) for part in code.parts[last + 1 :]) + after
    for at, part in enumerate(code.parts[: last + 1]):
        if isinstance(part, str):
            operates = part.startswith(" ") and part.endswith(" ")
            sign = f"{part.strip()} " if operates else f"{sign}{part}"
            continue
        behind = end if at == last else ""
        if not part.needs_brackets:
            lines += _broken(part.operand, room, sign, behind)
        elif width(line := f"{sign}{part.text}{behind}") <= room:
            lines.append(line)
        else:
            inner = _broken(part.operand, room - INDENT)
            lines += [f"{sign}(", *indented(inner), f"){behind}"]
        sign = ""
    return lines


def _spread(piece: Piece, room: int, before: str, after: str) -> list[str]:
    statement = before.endswith((" = ", "return "))
    if isinstance(piece, Operand) and statement:
        return _bracketed(piece, room, before, after)
    if isinstance(piece, Operand) and not before:
        return _broken(piece, room, after=after)
    if not isinstance(piece, Group) or not piece.items:
        return [f"{before}{flat(piece)}{after}"]
    if statement and width(f"{before}{piece.opening}") > room:
        inner = _spread(piece, room - INDENT, "", "")
        return [f"{before}(", *indented(inner), f"){after}"]
    broken = _breaks(piece)
    if not broken and width(line := f"{before}{flat(piece)}{after}") <= room:
        return [line]
    first, last = f"{before}{piece.opening}", f"{piece.closing.lstrip(',')}{after}"
    body = piece.separator.join(flat(each) for each in piece.items)
    together = not piece.collection and not broken
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
    """Move lines to the right."""
    return [" " * by + line if line else line for line in lines]


def width(text: str) -> int:
    """Count the columns of a line; wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


_TYPOGRAPHY = str.maketrans("–−‘’×∗\xa0", "--''x* ")
"""Signs that ruff takes for others (RUF002), and what they become in a docstring."""


def prose(text: str, first: str = "", indent: int = 0) -> list[str]:
    """Break a text of the author into lines of a docstring.

    Whatever could end the docstring, is not printable, or would be obeyed by a workflow
    that prints it, is escaped.

    Args:
        text: The author's words, blanks folded.
        first: What stands before them on the first line.
        indent: Columns to the left of the docstring.
    """
    plain = text.translate(_TYPOGRAPHY)
    safe = "".join(_escaped(char) for char in plain).replace('"""', '\\"\\"\\"')
    room = WIDTH - indent - 6
    lines = [""]
    for word in guarded(f"{first}{safe}", whole=False).split():
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and width(longer) > room:
            lines.append(guarded(word))
        else:
            lines[-1] = longer
    return lines
