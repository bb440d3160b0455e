"""Evaluation of `${…}` with the parameters of a spec.

Arithmetic is imported only if an expression is more than a name, as in `sizes`.
"""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from mlpgen.symbols.expressions import (
    Expression,
    ExpressionError,
    NotComputedError,
    bounded,
    is_whole,
)
from mlpgen.symbols.sizes import (
    Real,
    Size,
    either,
    minimum,
    replaced,
    scaled,
    sum_of,
    with_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from mlpgen.symbols.expressions import Scalar

LONGEST = 1000
DEEPEST = 40
MOST_STEPS = 200
"""Limits of an expression: characters, nested parentheses, nested operations."""


def evaluate(
    text: str,
    parameters: Mapping[str, Scalar],
    fixed: Collection[str] = (),
    *,
    needed: bool = True,
) -> Expression:
    """Evaluate `${…}`.

    Args:
        text: The value in the spec, including `${` and `}`.
        parameters: The parameters' defaults, by name.
        fixed: The names that are replaced by their value in code.
        needed: Whether the value is needed; otherwise the code is enough.

    Raises:
        ExpressionError: It is too long, not an expression, or uses an unknown name, or
            its result is too large.
    """
    inner = text[2:-1].strip()
    if len(inner) > LONGEST:
        raise ExpressionError(
            f"the expression has {len(inner):,} characters, the maximum is {LONGEST:,}"
        )
    tree = _by_an_author(inner)
    known = {
        name: Expression.constant(parameters[name])
        if name in fixed
        else Expression.parameter(name, parameters[name])
        for name in _names_in(inner)
        if name in parameters
    }
    try:
        return _if_needed(_visit, tree, known, needed=needed)
    except ExpressionError as error:
        if error.node is None:
            raise
        part = ast.get_source_segment(inner, error.node)
        raise ExpressionError(f"`{part}` {error.message}") from None


def substituted(
    size: int, values: Mapping[str, Scalar | Expression], key: str = ""
) -> int:
    """Return a size with its names replaced by other values.

    Args:
        size: The size.
        values: The replacements of its names.
        key: Distinguishes sizes without code from those elsewhere.

    Raises:
        ExpressionError: It cannot be computed with these values.
    """
    known = {name: _known(value) for name, value in values.items()}
    sums = {
        name: sum_of(each.value) for name, each in known.items() if is_whole(each.value)
    }

    def again(value: Expression | Real | float) -> Expression | Real | float:
        if isinstance(value, Expression):
            return _boolean(_parse(value.code), known)
        if isinstance(value, Real):
            return _symbolic(_visit(_parse(value.code), known))
        return value

    try:
        return replaced(size, sums, again, key)
    except ZeroDivisionError:
        raise NotComputedError("the expression divides by zero") from None


def restated(
    condition: Expression, values: Mapping[str, Scalar | Expression]
) -> Expression:
    """Return a condition with its names replaced by other values.

    Raises:
        ExpressionError: It cannot be computed with these values.
    """
    known = {name: _known(value) for name, value in values.items()}
    return _boolean(_parse(condition.code), known)


def _known(value: Scalar | Expression) -> Expression:
    if isinstance(value, Expression):
        return value
    return Expression(value)


def _symbolic(expression: Expression) -> Real | float:
    """Return a number that knows its code."""
    value = float(expression.value)
    return Real(value, expression.operand) if expression.names else value


@lru_cache(1024)
def _parse(text: str) -> ast.expr:
    if _nesting(text) > DEEPEST:
        raise ExpressionError(f"more than {DEEPEST} nested parentheses")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        message = (
            f"`{text}` is not a Python expression"
            if text
            else "the expression is empty"
        )
        raise ExpressionError(message) from None
    if _height(tree) > MOST_STEPS:
        message = f"more than {MOST_STEPS} nested operations"
        raise ExpressionError(message)
    return tree


@lru_cache(1024)
def _by_an_author(text: str) -> ast.expr:
    """Parse an expression of a spec, which allows less than the code of sizes."""
    tree = _parse(text)
    if any(isinstance(each, (ast.IfExp, ast.Call)) for each in ast.walk(tree)):
        raise ExpressionError(_NOTHING_ELSE)
    return tree


@lru_cache(1024)
def _names_in(text: str) -> tuple[str, ...]:
    """Return the names in an expression, each once."""
    nodes = ast.walk(_parse(text))
    return (*dict.fromkeys(each.id for each in nodes if isinstance(each, ast.Name)),)


def _nesting(text: str) -> int:
    """Return the nesting depth of parentheses."""
    open_ = (+1 if sign == "(" else -1 for sign in text if sign in "()")
    return max(accumulate(open_), default=0)


def _height(tree: ast.expr) -> int:
    """Return the nesting depth of operations."""
    height, level = 0, [*ast.iter_child_nodes(tree)]
    while level:
        height += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return height


def _visit(node: ast.expr, known: Mapping[str, Expression]) -> Expression:
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            return Expression.constant(bounded(value))
        case ast.Name(id="true" | "false" as word):
            return Expression.constant(word == "true")
        case ast.Name(id=name):
            if name not in known:
                raise ExpressionError(f"there is no parameter `{name}`", unknown=name)
            return known[name]
    return _computed(node, known)


def _computed(node: ast.expr, known: Mapping[str, Expression]) -> Expression:
    from mlpgen.symbols import expression_arithmetic, expression_conditions

    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return expression_conditions.negated(_boolean(operand, known))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return expression_arithmetic.negative(_number(operand, known))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _number(operand, known)
        case ast.BinOp(left=left, op=op, right=right):
            return expression_arithmetic.binary(
                _number(left, known), op, _number(right, known)
            )
        case ast.BoolOp(op=op, values=values):
            return expression_conditions.logical(op, _operands(op, values, known))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            compared = _compared(left, ops, comparators, known)
            return expression_conditions.comparison(compared, ops)
    return _of_sizes(node, known)


_NOTHING_ELSE = (
    "expressions may only use numbers, parameters, + - * / // % **, comparisons, "
    "`and`, `or` and `not`"
)


def _of_sizes(node: ast.expr, known: Mapping[str, Expression]) -> Expression:
    """Evaluate what only the code of sizes has: choices, `min` and `int`."""
    match node:
        case ast.IfExp(test=test, body=body, orelse=orelse):
            condition = _boolean(test, known)
            holds = bool(condition.value)
            one = _if_needed(_number, body, known, needed=holds)
            other = _if_needed(_number, orelse, known, needed=not holds)
            return Expression(either(condition, _whole(one), _whole(other)))
        case ast.Call(func=ast.Name(id="min"), args=[left, right]):
            one, other = (_number(each, known) for each in (left, right))
            return Expression(minimum(_whole(one), _whole(other)))
        case ast.Call(
            func=ast.Name(id="int"),
            args=[ast.BinOp(op=ast.Mult(), left=left, right=right)],
        ):
            one, other = (_number(each, known) for each in (left, right))
            return Expression(scaled(_whole(one), _symbolic(other)))
        case ast.Constant(value=value) if value is ...:
            raise NotComputedError("a size has no code")
    raise ExpressionError(_NOTHING_ELSE)


def _whole(expression: Expression) -> int:
    """Return a size, which knows its code."""
    assert is_whole(expression.value)
    return expression.value


def _if_needed(
    compute: Callable[[ast.expr, Mapping[str, Expression]], Expression],
    node: ast.expr,
    known: Mapping[str, Expression],
    *,
    needed: bool,
) -> Expression:
    """Evaluate a part of an expression; if its value is not needed, only its code.

    Python does not evaluate what follows a false `and`. Its code is the same for other
    values of the parameters.
    """
    try:
        return compute(node, known)
    except NotComputedError:
        if needed:
            raise
    elsewhere = {
        name: each._replace(value=_other_value(each.value, _OTHERS[at % len(_OTHERS)]))
        if each.names
        else each
        for at, (name, each) in enumerate(known.items())
    }
    return compute(node, elsewhere)


_OTHERS = (53, 59, 61, 67, 71, 73, 79, 83, 89, 97)
"""Values that most expressions can be computed with."""


def _other_value(value: Scalar, other: int) -> Scalar:
    if isinstance(value, Size):
        return with_value(value, other)
    return value if isinstance(value, bool) else type(value)(other)


def _operands(
    op: ast.boolop, nodes: Sequence[ast.expr], known: Mapping[str, Expression]
) -> list[Expression]:
    """Evaluate the operands of `and` or `or`, as far as Python does."""
    decides = isinstance(op, ast.Or)
    found: list[Expression] = []
    for node in nodes:
        decided = any(each.value is decides for each in found)
        try:
            found.append(_if_needed(_boolean, node, known, needed=not decided))
        except NotComputedError:
            # If the result is known for all parameters, there is no further code.
            if not any(each.value is decides and not each.names for each in found):
                raise
    return found


def _compared(
    left: ast.expr,
    ops: Sequence[ast.cmpop],
    comparators: Sequence[ast.expr],
    known: Mapping[str, Expression],
) -> list[Expression]:
    """Evaluate the operands of a comparison, as far as Python does."""
    from mlpgen.symbols.expression_conditions import comparison

    found = [_number(left, known)]
    for node in comparators:
        before = comparison(found, ops[: len(found) - 1]) if len(found) > 1 else None
        needed = before is None or bool(before.value)
        found.append(_if_needed(_number, node, known, needed=needed))
    return found


def _number(node: ast.expr, known: Mapping[str, Expression]) -> Expression:
    expression = _visit(node, known)
    if isinstance(expression.value, bool):
        raise ExpressionError("is true or false, not a number", node=node)
    return expression


def _boolean(node: ast.expr, known: Mapping[str, Expression]) -> Expression:
    expression = _visit(node, known)
    if not isinstance(expression.value, bool):
        raise ExpressionError("is a number, not true or false", node=node)
    return expression
