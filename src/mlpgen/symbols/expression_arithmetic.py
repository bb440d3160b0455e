"""Arithmetic of expressions: value and code of `a + b`, `a ** b` and `-a`."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING

from mlpgen.symbols import operands
from mlpgen.symbols.expressions import (
    Expression,
    ExpressionError,
    NotComputedError,
    bounded,
    is_whole,
)
from mlpgen.symbols.operands import Precedence
from mlpgen.symbols.sizes import Size, of_sum, sum_of
from mlpgen.symbols.sum_functions import LARGEST_EXPONENT, WRONG_EXPONENT, power

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.symbols.expressions import Number
    from mlpgen.symbols.operands import Operand


_ARITHMETIC: dict[type[ast.operator], tuple[str, Callable[..., Number]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
}


def binary(left: Expression, op: ast.operator, right: Expression) -> Expression:
    """Apply a binary operator to two expressions."""
    if isinstance(op, ast.Pow):
        return _power(left, right)
    if type(op) not in _ARITHMETIC:
        help = "a power is `**`" if isinstance(op, ast.BitXor) else ""
        raise ExpressionError("bit operations are not allowed", help=help)
    sign, function = _ARITHMETIC[type(op)]
    try:
        value = function(left.value, right.value)
    except ZeroDivisionError:
        raise NotComputedError("the expression divides by zero") from None
    except OverflowError:
        raise NotComputedError("the result is too large") from None
    if is_whole(value):
        return Expression(bounded(value))
    return _numeric(value, operands.infix(sign, left.operand, right.operand))


def negative(inner: Expression) -> Expression:
    """Negate an expression; a double negation cancels."""
    if inner.turned is not None:
        return inner.turned
    if is_whole(inner.value):
        return Expression(bounded(-inner.value))
    negative = _numeric(-inner.value, operands.negative(inner.operand))
    signed = negative.operand.precedence is Precedence.SIGN
    return negative._replace(turned=inner if signed else None)


def _power(left: Expression, right: Expression) -> Expression:
    if is_whole(left.value) and is_whole(right.value):
        return _whole_power(left.value, right.value)
    try:
        value: Number = float(left.value) ** float(right.value)
    except (OverflowError, ZeroDivisionError):
        raise NotComputedError("the result is too large") from None
    if isinstance(value, complex):
        raise NotComputedError("the root of a negative number is not a real number")
    return _numeric(value, operands.power(left.operand, right.operand))


def _whole_power(base: int, exponent: int) -> Expression:
    """Return a power of whole numbers: `2 ** index` is a size as `2 * index` is."""
    if not 0 <= exponent <= LARGEST_EXPONENT:
        kind = NotComputedError if isinstance(exponent, Size) else ExpressionError
        raise kind(WRONG_EXPONENT)
    value = bounded(int(base) ** int(exponent))
    return Expression(of_sum(int(value), power(sum_of(base), sum_of(exponent))))


def _numeric(value: Number, operand: Operand) -> Expression:
    value = bounded(value)
    if is_whole(value):
        return Expression(value)
    if not operand.names:
        return Expression.constant(value)
    return Expression(value, operand)
