"""`${…}`: arithmetic, comparison and and/or/not over the parameters of a spec."""

from __future__ import annotations

import ast
import operator
import re
import warnings
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from mlpgen.sizes import Real, Size, code_of, either, names_of, scaled, smaller

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

Number = int | float
Scalar = int | float | bool
_Found = TypeVar("_Found")

LONGEST = 60
"""Characters of one expression; more would not fit on a line of code."""
LARGEST = 2**63 - 1


class ExpressionError(ValueError):
    """An expression cannot be read or computed.

    Attributes:
        message: What is wrong.
        unknown: The name that is no parameter, if that is what is wrong.
    """

    def __init__(self, message: str, unknown: str = "") -> None:
        self.message = message
        self.unknown = unknown
        super().__init__(message)


class NotComputedError(ExpressionError):
    """An expression is right, but has no value with these parameters."""


class Expression(NamedTuple):
    """The value of an expression with the parameters' defaults, and its code.

    Attributes:
        value: A whole number that depends on parameters is a `Size`.
        code: The expression as ruff formats it.
        names: The parameters it uses.
        binding: How tightly the outermost operator binds, to place parentheses.
        turned: What its negation is, if that needs no `not` or `-`.
    """

    value: Scalar
    code: str
    names: frozenset[str] = frozenset()
    binding: int = 10
    turned: Expression | None = None


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
        return frozenset(re.findall(r"[a-z]\w*", raw))
    return frozenset()


def evaluate(
    text: str,
    parameters: Mapping[str, Scalar],
    fixed: Collection[str] = (),
) -> Expression:
    """Compute `${…}`.

    Args:
        text: The value as it stands in the spec, `${` and `}` included.
        parameters: Names and defaults.
        fixed: The names that stand for their value in code.

    Raises:
        ExpressionError: It is too long, no expression, uses what is not there, or its
            result is too large.
    """
    inner = text[2:-1].strip()
    if len(inner) > LONGEST:
        raise ExpressionError(
            f"the expression has {len(inner)} characters, the most is {LONGEST}"
        )
    known = {
        name: Expression(value, written(value))
        if name in fixed
        else _parameter(name, value)
        for name, value in parameters.items()
    }
    return _visit(_parse(inner), known)


def substituted(code: str, values: Mapping[str, Scalar | Expression]) -> int:
    """Compute the code of a size with other values in place of its names.

    Raises:
        ExpressionError: It is more than arithmetic, or the result is too large.
    """
    known = {name: _known(value) for name, value in values.items()}
    return _size(_parse(code), known)


def _known(value: Scalar | Expression) -> Expression:
    if isinstance(value, Expression):
        return value
    if not isinstance(value, Size):
        return Expression(value, written(value))
    code = code_of(value)
    return Expression(value, code, names_of(code), 0 if " if " in code else 10)


def _symbolic(expression: Expression) -> Number:
    """Return a number that knows its code."""
    value = expression.value
    if isinstance(value, float) and expression.names:
        return Real(value, expression.code)
    return value


def _size(node: ast.expr, known: Mapping[str, Expression]) -> int:
    """Compute a size: arithmetic, a choice, the smaller of two, or a scaled one."""
    match node:
        case ast.IfExp(test=test, body=body, orelse=orelse):
            condition = _boolean(_visit(test, known))
            holds = bool(condition.value)
            if not condition.names:
                return _size(body if holds else orelse, known)
            one = _if_needed(_size, body, known, needed=holds)
            other = _if_needed(_size, orelse, known, needed=not holds)
            return either(condition.code, holds, one, other)
        case ast.Call(func=ast.Name(id="min"), args=[left, right]):
            return smaller(_size(left, known), _size(right, known))
        case ast.Call(func=ast.Name(id="int"), args=[ast.BinOp() as product]):
            factor = _visit(product.right, known)
            return scaled(_size(product.left, known), _symbolic(factor))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            first, second = (_known(_size(each, known)) for each in (left, right))
            found = _binary(first, op, second).value
        case _:
            found = _visit(node, known).value
    if isinstance(found, bool | float):
        raise ExpressionError("a size is a whole number")
    return found


@lru_cache(1024)
def _parse(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        message = (
            f"`{text}` is no expression of Python"
            if text
            else "the expression is empty"
        )
        raise ExpressionError(message) from None


def _visit(node: ast.expr, known: Mapping[str, Expression]) -> Expression:
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            return Expression(_bounded(value), written(value))
        case ast.Name(id="true" | "false" as word):
            return Expression(word == "true", word.capitalize())
        case ast.Name(id=name):
            if name not in known:
                raise ExpressionError(f"there is no parameter `{name}`", unknown=name)
            return known[name]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _not(_boolean(_visit(operand, known)))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _negative(_number(_visit(operand, known)))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _number(_visit(operand, known))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(_visit(left, known), op, _visit(right, known))
        case ast.BoolOp(op=op, values=values):
            return _logical(op, _operands(op, values, known))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            return _comparison(_compared(left, ops, comparators, known), ops)
    raise ExpressionError(
        "an expression has numbers, parameters, + - * / // % **, comparisons, "
        "and, or, not; nothing else"
    )


def _if_needed(
    compute: Callable[[ast.expr, Mapping[str, Expression]], _Found],
    node: ast.expr,
    known: Mapping[str, Expression],
    *,
    needed: bool,
) -> _Found:
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
        return Size(other, value.terms)
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
            found.append(_boolean(_if_needed(_visit, node, known, needed=not decided)))
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
    found = [_number(_visit(left, known))]
    for node in comparators:
        before = _comparison(found, ops[: len(found) - 1]) if len(found) > 1 else None
        needed = before is None or bool(before.value)
        found.append(_number(_if_needed(_visit, node, known, needed=needed)))
    return found


def _parameter(name: str, value: Scalar) -> Expression:
    if isinstance(value, int) and not isinstance(value, bool):
        value = Size.parameter(name, value)
    return Expression(value, name, frozenset({name}))


_ARITHMETIC: dict[type[ast.operator], tuple[str, int, Callable[..., Number]]] = {
    ast.Add: ("+", 6, operator.add),
    ast.Sub: ("-", 6, operator.sub),
    ast.Mult: ("*", 7, operator.mul),
    ast.Div: ("/", 7, operator.truediv),
    ast.FloorDiv: ("//", 7, operator.floordiv),
    ast.Mod: ("%", 7, operator.mod),
}

_COMPARISONS: dict[type[ast.cmpop], tuple[str, Callable[[Number, Number], bool]]] = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}


_SIMPLE = r"-?[\w.]+"


def _binary(left: Expression, op: ast.operator, right: Expression) -> Expression:
    _number(left), _number(right)
    names = left.names | right.names
    if isinstance(op, ast.Pow):
        return _power(left, right, names)
    if type(op) not in _ARITHMETIC:
        raise ExpressionError("an expression has no bit operations")
    sign, binding, function = _ARITHMETIC[type(op)]
    try:
        value = function(left.value, right.value)
    except ZeroDivisionError:
        raise NotComputedError("the expression divides by zero") from None
    except OverflowError:
        raise NotComputedError("the result is too large") from None
    code = f"{_wrap(left, binding)} {sign} {_wrap(right, binding + 1)}"
    return _numeric(value, code, names, binding)


def _power(left: Expression, right: Expression, names: frozenset[str]) -> Expression:
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
    base_code, exponent_code = _wrap(left, 10), _wrap(right, 9)
    first = (
        exponent_code.split("**")[0].strip() if right.binding == 9 else exponent_code
    )
    simple = re.fullmatch(_SIMPLE, base_code) and re.fullmatch(_SIMPLE, first)
    sign = "**" if simple else " ** "  # as ruff spaces it
    return _numeric(value, f"{base_code}{sign}{exponent_code}", names, 9)


def _negative(inner: Expression) -> Expression:
    if inner.turned is not None:
        return inner.turned
    # ruff puts a power in parentheses behind a sign
    negative = _numeric(-inner.value, f"-{_wrap(inner, 10)}", inner.names, 8)
    return negative._replace(turned=inner if negative.binding == 8 else None)


def _not(inner: Expression) -> Expression:
    """Negate as people write it: `a != b` for `not a == b`, `a` for `not not a`."""
    if inner.turned is not None:
        return inner.turned
    code = f"not {_wrap(inner, 3)}"
    return Expression(not inner.value, code, inner.names, 3, turned=inner)


def _logical(op: ast.boolop, operands: list[Expression]) -> Expression:
    """Join with `and` or `or`; what decides by itself, or nothing, is left out."""
    word, binding = ("and", 2) if isinstance(op, ast.And) else ("or", 1)
    decides = binding == 1
    asked = {each.code: each for each in operands if each.names}
    decided = any(not each.names and each.value is decides for each in operands)
    if decided or any(_not(each).code in asked for each in asked.values()):
        return Expression(decides, repr(decides))
    if len(asked) < 2:
        return next(iter(asked.values()), Expression(not decides, repr(not decides)))
    values = [bool(each.value) for each in asked.values()]
    return Expression(
        all(values) if binding == 2 else any(values),
        f" {word} ".join(_wrap(each, 3) for each in asked.values()),
        frozenset[str]().union(*(each.names for each in asked.values())),
        binding,
    )


def _turned(op: ast.cmpop) -> ast.cmpop:
    """Turn a comparison around: `3 < a` is written `a > 3`."""
    turned = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
    return turned.get(type(op), type(op))()


def _comparison(operands: list[Expression], ops: Sequence[ast.cmpop]) -> Expression:
    if len(ops) == 1 and operands[1].names and not operands[0].names:
        operands, ops = operands[::-1], [_turned(ops[0])]
    code, value = _wrap(operands[0], 5), True
    for left, op, right in zip(operands, ops, operands[1:], strict=False):
        if type(op) not in _COMPARISONS:
            raise ExpressionError("an expression compares with < <= > >= == != only")
        sign, function = _COMPARISONS[type(op)]
        value = value and function(left.value, right.value)
        code += f" {sign} {_wrap(right, 5)}"
    names = frozenset[str]().union(*(each.names for each in operands))
    found = Expression(value, code, names, 4)
    opposite = {ast.Eq: " != ", ast.NotEq: " == "}.get(type(ops[0]))
    if len(ops) > 1 or opposite is None:
        return found
    code = f"{_wrap(operands[0], 5)}{opposite}{_wrap(operands[1], 5)}"
    return found._replace(turned=Expression(not value, code, names, 4, turned=found))


def _numeric(
    value: Number, code: str, names: frozenset[str], binding: int
) -> Expression:
    value = _bounded(value)
    if isinstance(value, Size):
        code = code_of(value)
        return Expression(value, code, names, 10 if code.isidentifier() else 6)
    if not names or isinstance(value, int):
        return Expression(value, written(value), frozenset(), 10 if value >= 0 else 8)
    return Expression(value, code, names, binding)


def _bounded(value: Number) -> Number:
    if abs(value) > LARGEST or not isfinite(value):
        raise NotComputedError("the result is too large")
    return value


def _number(expression: Expression) -> Expression:
    if isinstance(expression.value, bool):
        raise ExpressionError(f"`{expression.code}` is true or false, not a number")
    return expression


def _boolean(expression: Expression) -> Expression:
    if not isinstance(expression.value, bool):
        raise ExpressionError(f"`{expression.code}` is a number, not true or false")
    return expression


def _wrap(expression: Expression, binding: int) -> str:
    if expression.binding < binding:
        return f"({expression.code})"
    return expression.code
