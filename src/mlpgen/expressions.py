"""`${…}`: arithmetic, comparison and and/or/not over the parameters of a spec."""

from __future__ import annotations

import ast
import operator
import re
import warnings
from functools import lru_cache
from itertools import accumulate
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import operands
from mlpgen.operands import Operand, Precedence
from mlpgen.sizes import Real, Size, names_of, operand_of, replaced, sum_of, worth

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

Number = int | float
Scalar = int | float | bool

LONGEST = 1000
DEEPEST = 40
MOST_STEPS = 200
"""Characters of one expression, parentheses and operations in each other: more than
anybody writes."""
LARGEST = 2**63 - 1


class ExpressionError(ValueError):
    """An expression cannot be read or computed.

    Attributes:
        message: What is wrong.
        unknown: The name that is no parameter, if that is what is wrong.
        node: The part of the expression that `message` is about: its text comes first.
    """

    def __init__(
        self, message: str, unknown: str = "", node: ast.expr | None = None
    ) -> None:
        self.message = message
        self.unknown = unknown
        self.node = node
        super().__init__(message)


class NotComputedError(ExpressionError):
    """An expression is right, but has no value with these parameters."""


class Expression(NamedTuple):
    """The value of an expression with the parameters' defaults, and its code.

    Attributes:
        value: A whole number that depends on parameters is a `Size`.
        said: The expression as ruff formats it; None if the value knows that.
        turned: What its negation is, if that needs no `not` or `-`.
    """

    value: Scalar
    said: Operand | None = None
    turned: Expression | None = None

    @property
    def operand(self) -> Operand:
        """The code, to be put into other code."""
        return operand_of(self.value) if self.said is None else self.said

    @property
    def code(self) -> str:
        """The code where nothing is around it."""
        return self.operand.text

    @property
    def names(self) -> frozenset[str]:
        """The parameters it uses."""
        return names_of(self.value) if self.said is None else self.said.names


def written(value: Scalar) -> str:
    """Write a number or true/false as Python code, as ruff formats it."""
    return repr(value).replace("e+", "e")


def is_expression(value: object) -> bool:
    """Tell whether a value of a spec is one expression."""
    return isinstance(value, str) and value.startswith("${") and value.endswith("}")


def names_in_text(raw: object) -> frozenset[str]:
    """Return the names in all expressions of a part of a spec."""
    if isinstance(raw, dict):
        raw = [*raw.values()]
    if isinstance(raw, list):
        return frozenset[str]().union(*map(names_in_text, raw))
    if isinstance(raw, str) and is_expression(raw):
        return frozenset(re.findall(r"(?<![\w.])[A-Za-z_]\w*", raw))
    return frozenset()


def evaluate(
    text: str,
    parameters: Mapping[str, Scalar],
    fixed: Collection[str] = (),
    *,
    needed: bool = True,
) -> Expression:
    """Compute `${…}`.

    Args:
        text: The value as it stands in the spec, `${` and `}` included.
        parameters: Names and defaults.
        fixed: The names that stand for their value in code.
        needed: Whether its value is; if not, its code is enough.

    Raises:
        ExpressionError: It is too long, no expression, uses what is not there, or its
            result is too large.
    """
    inner = text[2:-1].strip()
    if len(inner) > LONGEST:
        raise ExpressionError(
            f"the expression has {len(inner):,} characters, the most is {LONGEST:,}"
        )
    tree = _parse(inner)
    known = {
        name: _constant(parameters[name])
        if name in fixed
        else _parameter(name, parameters[name])
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
    """Say a size with other values in place of its names.

    Args:
        size: The size.
        values: What its names stand for.
        key: What tells sizes that no code can say from those elsewhere.

    Raises:
        ExpressionError: It cannot be computed with these.
    """
    known = {name: _known(value) for name, value in values.items()}
    sums = {
        name: sum_of(each.value)
        for name, each in known.items()
        if isinstance(each.value, int) and not isinstance(each.value, bool)
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
    """Say a condition with other values in place of its names.

    Raises:
        ExpressionError: It cannot be computed with these.
    """
    known = {name: _known(value) for name, value in values.items()}
    return _boolean(_parse(condition.code), known)


def _known(value: Scalar | Expression) -> Expression:
    if isinstance(value, Expression):
        return value
    return Expression(value)


def _constant(value: Scalar) -> Expression:
    """Return a value that depends on nothing."""
    return Expression(value, None if _is_whole(value) else operands.number(value))


def _symbolic(expression: Expression) -> Real | float:
    """Return a number that knows its code."""
    value = float(expression.value)
    return Real(value, expression.operand) if expression.names else value


@lru_cache(1024)
def _parse(text: str) -> ast.expr:
    if _nesting(text) > DEEPEST:
        raise ExpressionError(f"more than {DEEPEST} parentheses stand in each other")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        message = (
            f"`{text}` is no expression of Python"
            if text
            else "the expression is empty"
        )
        raise ExpressionError(message) from None
    if _height(tree) > MOST_STEPS:
        message = f"more than {MOST_STEPS} operations build on each other"
        raise ExpressionError(message)
    return tree


@lru_cache(1024)
def _names_in(text: str) -> tuple[str, ...]:
    """Return the names of an expression, each once."""
    nodes = ast.walk(_parse(text))
    return (*dict.fromkeys(each.id for each in nodes if isinstance(each, ast.Name)),)


def _nesting(text: str) -> int:
    """Return how many parentheses stand in each other."""
    open_ = (+1 if sign == "(" else -1 for sign in text if sign in "()")
    return max(accumulate(open_), default=0)


def _height(tree: ast.expr) -> int:
    """Return how many operations build on each other."""
    height, level = 0, [*ast.iter_child_nodes(tree)]
    while level:
        height += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return height


def _visit(node: ast.expr, known: Mapping[str, Expression]) -> Expression:
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            return _constant(_bounded(value))
        case ast.Name(id="true" | "false" as word):
            return _constant(word == "true")
        case ast.Name(id=name):
            if name not in known:
                raise ExpressionError(f"there is no parameter `{name}`", unknown=name)
            return known[name]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _not(_boolean(operand, known))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _negative(_number(operand, known))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _number(operand, known)
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(_number(left, known), op, _number(right, known))
        case ast.BoolOp(op=op, values=values):
            return _logical(op, _operands(op, values, known))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            return _comparison(_compared(left, ops, comparators, known), ops)
    raise ExpressionError(
        "an expression has numbers, parameters, + - * / // % **, comparisons, "
        "and, or, not; nothing else"
    )


def _if_needed(
    compute: Callable[[ast.expr, Mapping[str, Expression]], Expression],
    node: ast.expr,
    known: Mapping[str, Expression],
    *,
    needed: bool,
) -> Expression:
    """Compute a part of an expression; only its code, where its value is not needed.

    Python does not compute what stands behind a false `and`. Its code is the same
    with other values of the parameters.
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
"""Values with which most can be computed."""


def _other_value(value: Scalar, other: int) -> Scalar:
    if isinstance(value, Size):
        return worth(value, other)
    return value if isinstance(value, bool) else type(value)(other)


def _operands(
    op: ast.boolop, nodes: Sequence[ast.expr], known: Mapping[str, Expression]
) -> list[Expression]:
    """Compute what `and` or `or` joins, as far as Python does."""
    decides = isinstance(op, ast.Or)
    found: list[Expression] = []
    for node in nodes:
        decided = any(each.value is decides for each in found)
        try:
            found.append(_if_needed(_boolean, node, known, needed=not decided))
        except NotComputedError:
            # What is decided whatever the parameters are has no further code.
            if not any(each.value is decides and not each.names for each in found):
                raise
    return found


def _compared(
    left: ast.expr,
    ops: Sequence[ast.cmpop],
    comparators: Sequence[ast.expr],
    known: Mapping[str, Expression],
) -> list[Expression]:
    """Compute what is compared, as far as Python does."""
    found = [_number(left, known)]
    for node in comparators:
        before = _comparison(found, ops[: len(found) - 1]) if len(found) > 1 else None
        needed = before is None or bool(before.value)
        found.append(_if_needed(_number, node, known, needed=needed))
    return found


def _parameter(name: str, value: Scalar) -> Expression:
    if isinstance(value, int) and not isinstance(value, bool):
        return Expression(Size.parameter(name, value))
    return Expression(value, operands.name(name))


_ARITHMETIC: dict[type[ast.operator], tuple[str, Callable[..., Number]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
}

_COMPARISONS: dict[type[ast.cmpop], tuple[str, Callable[[Number, Number], bool]]] = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}


def _binary(left: Expression, op: ast.operator, right: Expression) -> Expression:
    if isinstance(op, ast.Pow):
        return _power(left, right)
    if type(op) not in _ARITHMETIC:
        raise ExpressionError("an expression has no bit operations")
    sign, function = _ARITHMETIC[type(op)]
    try:
        value = function(left.value, right.value)
    except ZeroDivisionError:
        raise NotComputedError("the expression divides by zero") from None
    except OverflowError:
        raise NotComputedError("the result is too large") from None
    if _is_whole(value):
        return Expression(_bounded(value))
    return _numeric(value, operands.infix(sign, left.operand, right.operand))


def _power(left: Expression, right: Expression) -> Expression:
    base, exponent = left.value, right.value
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and (right.names or not 0 <= exponent <= 63):
        raise ExpressionError("the exponent must be a number from 0 to 63")
    value: Number = 1
    if whole:
        for _ in range(int(exponent)):
            value = _bounded(value * base)
    else:
        try:
            value = float(base) ** float(exponent)
        except (OverflowError, ZeroDivisionError):
            raise NotComputedError("the result is too large") from None
    if isinstance(value, complex):
        raise NotComputedError("the root of a negative number is no number here")
    if _is_whole(value):
        return Expression(value)
    return _numeric(value, operands.power(left.operand, right.operand))


def _negative(inner: Expression) -> Expression:
    if inner.turned is not None:
        return inner.turned
    if _is_whole(inner.value):
        return Expression(_bounded(-inner.value))
    negative = _numeric(-inner.value, operands.negative(inner.operand))
    signed = negative.operand.precedence is Precedence.SIGN
    return negative._replace(turned=inner if signed else None)


def _not(inner: Expression) -> Expression:
    """Negate as people write it: `a != b` for `not a == b`, `a` for `not not a`."""
    if inner.turned is not None:
        return inner.turned
    return Expression(not inner.value, operands.negation(inner.operand), turned=inner)


def _logical(op: ast.boolop, conditions: list[Expression]) -> Expression:
    """Join with `and` or `or`; what decides by itself, or nothing, is left out."""
    decides = isinstance(op, ast.Or)
    asked = {each.operand: each for each in conditions if each.names}
    decided = any(not each.names and each.value is decides for each in conditions)
    if decided or any(_not(each).operand in asked for each in asked.values()):
        return _constant(decides)
    if len(asked) < 2:
        return next(iter(asked.values()), _constant(not decides))
    values = [bool(each.value) for each in asked.values()]
    return Expression(
        any(values) if decides else all(values),
        operands.logical("or" if decides else "and", [*asked]),
    )


def _turned(op: ast.cmpop) -> ast.cmpop:
    """Turn a comparison around: `3 < a` is written `a > 3`."""
    turned = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
    return turned.get(type(op), type(op))()


def _comparison(compared: list[Expression], ops: Sequence[ast.cmpop]) -> Expression:
    if len(ops) == 1 and compared[1].names and not compared[0].names:
        compared, ops = compared[::-1], [_turned(ops[0])]
    value, signs = True, []
    for left, op, right in zip(compared, ops, compared[1:], strict=False):
        if type(op) not in _COMPARISONS:
            raise ExpressionError("an expression compares with < <= > >= == != only")
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


def _numeric(value: Number, operand: Operand) -> Expression:
    value = _bounded(value)
    if _is_whole(value):
        return Expression(value)
    if not operand.names:
        return _constant(value)
    return Expression(value, operand)


def _is_whole(value: Scalar) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _bounded(value: Number) -> Number:
    if abs(value) > LARGEST or not isfinite(value):
        raise NotComputedError("the result is too large")
    return value


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
