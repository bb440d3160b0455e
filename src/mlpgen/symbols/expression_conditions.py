"""Conditions: comparisons, and `and`, `or` and `not` of them."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING

from mlpgen.symbols import operands
from mlpgen.symbols.expressions import Expression, ExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.symbols.expressions import Number


_COMPARISONS: dict[type[ast.cmpop], tuple[str, Callable[[Number, Number], bool]]] = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}


def comparison(compared: list[Expression], ops: Sequence[ast.cmpop]) -> Expression:
    """Compare each value with the next, written naturally: `a > 3` for `3 < a`."""
    if len(ops) == 1 and compared[1].names and not compared[0].names:
        compared, ops = compared[::-1], [_turned(ops[0])]
    value, signs = True, []
    for left, op, right in zip(compared, ops, compared[1:], strict=False):
        if type(op) not in _COMPARISONS:
            raise ExpressionError("only the comparisons < <= > >= == != are allowed")
        sign, function = _COMPARISONS[type(op)]
        value = value and function(left.value, right.value)
        signs.append(sign)
    codes = [each.operand for each in compared]
    code = operands.chain(codes[0], [*zip(signs, codes[1:], strict=True)])
    found = Expression(value, code)
    opposite = {"==": "!=", "!=": "=="}.get(signs[0])
    if len(ops) > 1 or opposite is None:
        return found
    other = operands.infix(opposite, *codes)
    return found._replace(turned=Expression(not value, other, turned=found))


def _turned(op: ast.cmpop) -> ast.cmpop:
    """Swap the sides of a comparison: `3 < a` is written `a > 3`."""
    turned = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
    return turned.get(type(op), type(op))()


def negated(inner: Expression) -> Expression:
    """Negate a condition, written naturally: `a != b` for `not a == b`."""
    if inner.turned is not None:
        return inner.turned
    return Expression(not inner.value, operands.negation(inner.operand), turned=inner)


def logical(op: ast.boolop, conditions: list[Expression]) -> Expression:
    """Join conditions with `and` or `or`; drop those without parameters."""
    decides = isinstance(op, ast.Or)
    asked = {each.operand: each for each in conditions if each.names}
    decided = any(not each.names and each.value is decides for each in conditions)
    if decided or any(negated(each).operand in asked for each in asked.values()):
        return Expression.constant(decides)
    if len(asked) < 2:
        return next(iter(asked.values()), Expression.constant(not decides))
    values = [bool(each.value) for each in asked.values()]
    return Expression(
        any(values) if decides else all(values),
        operands.logical("or" if decides else "and", [*asked]),
    )
