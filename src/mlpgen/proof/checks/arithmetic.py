"""`${…}` by itself: arithmetic on numbers, and nothing that Python could call."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Any

from .common import FailsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LARGEST = 2**64
_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_UNARY: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
}
_TRUTH = {"true": True, "false": False}


def computed(text: str, known: Mapping[str, Any]) -> Any:
    """Compute an expression of a spec.

    Args:
        text: What stands between `${` and `}`.
        known: What its names stand for.

    Raises:
        FailsError: It is more than arithmetic on numbers.
    """
    try:
        return _value(ast.parse(text.strip(), mode="eval").body, {**_TRUTH, **known})
    except (SyntaxError, KeyError, TypeError, ArithmeticError, ValueError) as error:
        raise FailsError(f"`{text}` is more than arithmetic: {error}") from None


def _value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            return value
        case ast.Name(id=name):
            return _number(known[name])
        case ast.UnaryOp(op=op, operand=operand):
            return _UNARY[type(op)](_value(operand, known))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _value(left, known), _value(right, known))
        case ast.BoolOp(op=ast.And(), values=values):
            return all(_value(each, known) for each in values)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(_value(each, known) for each in values)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            operands = [_value(each, known) for each in (left, *comparators)]
            pairs = zip(operands, ops, operands[1:], strict=False)
            return all(_binary(op, one, other) for one, op, other in pairs)
    raise TypeError(type(node).__name__)


def _binary(op: ast.AST, left: Any, right: Any) -> Any:
    if isinstance(op, ast.Pow) and abs(right) > 64:
        raise ValueError("the exponent is too large")
    return _number(_BINARY[type(op)](left, right))


def _number(value: Any) -> Any:
    if not isinstance(value, bool | int | float):
        raise TypeError(f"{type(value).__name__} is no number")
    if abs(value) > _LARGEST and isinstance(value, int):
        raise ValueError("the number is too large")
    return value
