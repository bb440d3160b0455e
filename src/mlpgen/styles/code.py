"""Pieces of Python code, safe by their type, and laid out as ruff would."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import category

from mlpgen.diagnostics.escape import guarded
from mlpgen.symbols import operands
from mlpgen.symbols.expressions import Expression
from mlpgen.symbols.operands import Operand
from mlpgen.symbols.sizes import Real, Size

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    body = guarded("".join(escaped(char) for char in text), whole=False)
    if '"' in body and "'" not in body:
        return f"'{body}'"
    return '"' + body.replace('"', '\\"') + '"'


_INVISIBLE = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs")


def visible(text: str) -> str:
    """Write what is not printable as Python escapes it; backslashes stay."""
    return "".join(char if char == "\\" else escaped(char) for char in text)


def escaped(char: str) -> str:
    """Write a character that is not printable as Python escapes it."""
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
