"""Pieces of Python code, safe by their type."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import category

from mlpgen.diagnostics.escape import guarded
from mlpgen.symbols import operands
from mlpgen.symbols.expressions import Expression
from mlpgen.symbols.operands import Operand, WholePower
from mlpgen.symbols.sizes import Real, Size
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Mapping


_AS_THEY_ARE: Mapping[str, Operand] = MappingProxyType({})


class Code(str):
    """Text that is Python code; templates print no other text."""

    __slots__ = ()


def as_code(value: Any) -> Any:
    """Mark all texts of a plan as code, also those of its tuples."""
    if isinstance(value, str):
        return Code(value)
    if not isinstance(value, tuple):
        return value
    items = map(as_code, value)
    return type(value)(*items) if hasattr(value, "_fields") else tuple(items)


class Group(NamedTuple):
    """Items in brackets, which can be split over lines.

    Attributes:
        opening: `nn.Linear(`.
        items: The items between the commas.
        closing: `)`.
        collection: Whether it is a tuple or list, which ruff splits item by item.
        exploded: Whether it is always split, one item per line.
        separator: The text between items: a space in a comprehension.
        comments: The comment of each item, if it is split.
        broken: The opening on several lines, for where it does not fit one.
    """

    opening: str
    items: tuple[Piece, ...]
    closing: str
    collection: bool = False
    exploded: bool = False
    separator: str = ", "
    comments: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


Value = Operand | Group
"""Code of a value, which other code can contain: see `operand`."""
Piece = str | Value


def literal(value: object, names: Mapping[str, Operand] = _AS_THEY_ARE) -> Value:
    """Write a value of a spec as Python does.

    Args:
        value: The value.
        names: What replaces the names in expressions.

    Raises:
        TypeError: A spec cannot hold such a value.
    """
    match value:
        case Expression() | Size() | Real():
            return in_forward(value.operand, names) if names else value.operand
        case bool() | int() | float():
            return operands.number(value)
        case None:
            return operands.atom("None")
        case TypeName():
            return operands.atom(value.code)
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


def in_forward(code: Operand, names: Mapping[str, Operand]) -> Operand:
    """Write an expression for `forward`.

    torch.jit.script takes a power of whole numbers for a fraction: it becomes
    `int(a**b)`.

    Args:
        code: The expression.
        names: What replaces its names.
    """
    found = code.mapped(lambda each: in_forward(each, names))
    if code.is_name:
        found = code.replaced(names)
    whole = any(isinstance(each, WholePower) for each in code.tokens)
    return operands.call("int", found) if whole else found


def quoted(text: str) -> str:
    """Write a string literal; characters that are not printable are escaped."""
    body = guarded("".join(escaped(char) for char in text), whole=False)
    if '"' in body and "'" not in body:
        return f"'{body}'"
    return '"' + body.replace('"', '\\"') + '"'


_INVISIBLE = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs")


def visible(text: str) -> str:
    """Escape characters that are not printable as Python does; backslashes stay."""
    return "".join(char if char == "\\" else escaped(char) for char in text)


def escaped(char: str) -> str:
    """Escape a backslash, or a character that is not printable, as Python does."""
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
    """Write a keyword argument."""
    if isinstance(value, Group):
        return value._replace(opening=f"{name}={value.opening}")
    if isinstance(value, Operand):
        text = f"{name}={value.text}"
        return value._replace(text=text, tokens=(f"{name}=", *value.tokens))
    return f"{name}={value}"


def operand(value: Value) -> Operand:
    """Write a value on one line, so that other code can contain it."""
    return operands.atom(flat(value)) if isinstance(value, Group) else value


def flat(piece: Piece) -> str:
    """Write a piece on one line."""
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Operand):
        return piece.text
    inner = piece.separator.join(flat(each) for each in piece.items)
    return f"{piece.opening}{inner}{piece.closing}"
