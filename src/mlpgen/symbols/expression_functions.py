"""Functions and choices in expressions: value and code of `max(a, b)`, `a if b else c`.

They mean what they mean in Python, for any values of the parameters; `round` of a half
gives the even neighbour.
"""

from __future__ import annotations

import ast
import math
from typing import TYPE_CHECKING

from mlpgen.symbols import operands
from mlpgen.symbols.expression_conditions import negated
from mlpgen.symbols.expressions import (
    Expression,
    ExpressionError,
    NotComputedError,
    bounded,
    is_whole,
)
from mlpgen.symbols.sizes import Real, either, of_sum, scaled, sum_of
from mlpgen.symbols.sum_functions import ROUNDINGS, absolute, extreme, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.symbols.expressions import Number


def chosen(condition: Expression, one: Expression, other: Expression) -> Expression:
    """Choose between two numbers or two truths by a condition that has names."""
    if is_whole(one.value) and is_whole(other.value):
        return Expression(either(condition, one.value, other.value))
    if isinstance(one.value, bool) and not (one.names or other.names):
        if one.value == other.value:
            return Expression.constant(one.value)
        return condition if one.value else negated(condition)
    one, other = _real(one), _real(other)  # of one type, as torch.jit.script wants it
    if one.operand == other.operand:
        return one
    value = one.value if condition.value else other.value
    code = operands.choice(condition.operand, one.operand, other.operand)
    return Expression(value, code)


def _real(number: Expression) -> Expression:
    """Return a whole number as a floating-point one."""
    if not is_whole(number.value):
        return number
    value = float(number.value)
    if not number.names:
        return Expression.constant(value)
    return Expression(value, operands.call("float", number.operand))


def called(name: str, arguments: Sequence[Expression]) -> Expression:
    """Call a function with numbers; `int` also takes a condition, as 0 or 1.

    Raises:
        ExpressionError: There are too few arguments, or too many.
    """
    several = name in ("min", "max")
    if len(arguments) < 2 if several else len(arguments) != 1:
        count = "two numbers or more" if several else "one number"
        raise ExpressionError(f"`{name}` takes {count}")
    first = arguments[0]
    if isinstance(first.value, bool):
        return _as_number(first)
    if name == "log":
        return _logarithm(first)
    try:
        if not any(each.names for each in arguments):
            return Expression.constant(_plain(name, [x.value for x in arguments]))
        if several:
            return _extreme(name, arguments)
        return _absolute(first) if name == "abs" else _rounded(name, first)
    except (OverflowError, ValueError):
        raise NotComputedError("the result is too large") from None


def rounded_exactly(
    name: str, one: Expression, op: ast.operator, other: Expression
) -> Expression | None:
    """Round a product or quotient, if sizes have a rule for it; else return None.

    `int` of a size times a fraction is what torch does with a `scale_factor`; `floor`
    and `ceil` of a quotient of sizes need no fraction.
    """
    if not is_whole(one.value):
        return None
    if isinstance(op, ast.Mult) and name == "int" and not is_whole(other.value):
        factor = Real(other.value, other.operand) if other.names else other.value
        return Expression(bounded(scaled(one.value, factor)))
    if isinstance(op, ast.Div) and name in ("floor", "ceil") and is_whole(other.value):
        sign = -1 if name == "ceil" else 1
        try:
            return Expression(bounded(sign * (sign * one.value // other.value)))
        except ZeroDivisionError:
            raise NotComputedError("the expression divides by zero") from None
    return None


def _logarithm(number: Expression) -> Expression:
    if number.value <= 0:
        raise NotComputedError("only a number above 0 has a logarithm")
    value = math.log(number.value)
    if not number.names:
        return Expression.constant(value)
    return Expression(value, operands.call("math.log", number.operand))


def _as_number(condition: Expression) -> Expression:
    if not condition.names:
        return Expression.constant(int(condition.value))
    return Expression(either(condition, 1, 0))


def _plain(name: str, values: Sequence[Number]) -> Number:
    if name in ROUNDINGS:
        return bounded(ROUNDINGS[name](values[0]))
    if name == "abs":
        return bounded(abs(values[0]))
    return bounded(min(values) if name == "min" else max(values))


def _extreme(name: str, arguments: Sequence[Expression]) -> Expression:
    values = [each.value for each in arguments]
    value = _plain(name, values)
    whole = [each for each in values if is_whole(each)]
    if len(whole) == len(values):
        return Expression(of_sum(int(value), extreme(name, [*map(sum_of, whole)])))
    code = operands.call(name, *(_real(each).operand for each in arguments))
    return Expression(float(value), code)


def _absolute(number: Expression) -> Expression:
    value = abs(number.value)
    if is_whole(number.value):
        return Expression(of_sum(int(value), absolute(sum_of(number.value))))
    return Expression(value, operands.call("abs", number.operand))


def _rounded(name: str, number: Expression) -> Expression:
    if is_whole(number.value):
        return number
    real = Real(float(number.value), number.operand)
    value = int(bounded(ROUNDINGS[name](real)))
    return Expression(of_sum(value, rounded(name, real)))
