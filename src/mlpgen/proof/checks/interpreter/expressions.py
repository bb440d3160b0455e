"""Evaluates `${…}`: arithmetic on numbers and a few functions, without `eval`."""

from __future__ import annotations

import ast
import math
import operator
from typing import TYPE_CHECKING, Any

from ..errors import FailsError

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
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "round": round,
    "int": int,
    "abs": abs,
    "len": len,
    "floor": math.floor,
    "ceil": math.ceil,
    "log": math.log,
}
_TRUTH = {"true": True, "false": False}


def value_of(raw: Any, known: Mapping[str, Any]) -> Any:
    """Evaluate an argument: an expression, or a list or mapping of them."""
    if isinstance(raw, list | tuple):
        return [value_of(each, known) for each in raw]
    if isinstance(raw, dict):
        return {key: value_of(each, known) for key, each in raw.items()}
    if isinstance(raw, str) and raw.startswith("${"):
        return computed(raw[2:-1], known)
    return raw


def values_of(values: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Evaluate the local values of a class, in any order.

    A value that these arguments give no number, as by a division by zero, is left out.

    Args:
        values: The values as written, by name.
        known: The values of the names that they can use.
    """
    found: dict[str, Any] = {}
    left = dict(values)
    while left:
        before = len(left)
        for name, raw in [*left.items()]:
            try:
                found[name] = value_of(raw, {**known, **found})
            except FailsError:
                continue
            del left[name]
        if len(left) == before:
            break
    return found


def asks_round(raw: Any) -> bool:
    """Tell whether an expression uses `index`, the number of the round."""
    text = raw[2:-1].strip() if isinstance(raw, str) and raw.startswith("${") else "0"
    names = (each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Name))
    return any(each.id == "index" for each in names)


def computed(text: str, known: Mapping[str, Any]) -> Any:
    """Evaluate an expression of a spec.

    Args:
        text: The text between `${` and `}`.
        known: The values of its names.

    Raises:
        FailsError: It is more than arithmetic on numbers.
    """
    alone = known.get(text.strip())
    if isinstance(alone, str) and alone[:1].isupper() and alone.isalnum():
        return alone  # a type of layer
    try:
        return _value(ast.parse(text.strip(), mode="eval").body, {**_TRUTH, **known})
    except (SyntaxError, LookupError, TypeError, ArithmeticError, ValueError) as error:
        raise FailsError(f"`{text}` is more than arithmetic: {error}") from None


def _value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            return value
        case ast.Name(id=name):
            return known[name] if _is_list(known[name]) else _number(known[name])
        case ast.Subscript(value=found, slice=index):
            return _value(found, known)[_value(index, known)]
        case ast.UnaryOp(op=op, operand=operand):
            return _UNARY[type(op)](_value(operand, known))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _value(left, known), _value(right, known))
        case ast.BoolOp(op=op, values=[*values, last]):
            for each in values:
                value = _value(each, known)
                if bool(value) == isinstance(op, ast.Or):
                    return value
            return _value(last, known)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _value(body if _value(test, known) else orelse, known)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return _number(_FUNCTIONS[name](*(_value(each, known) for each in args)))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            operands = [_value(each, known) for each in (left, *comparators)]
            pairs = zip(operands, ops, operands[1:], strict=False)
            return all(_binary(op, one, other) for one, op, other in pairs)
    raise TypeError(type(node).__name__)


def _binary(op: ast.AST, left: Any, right: Any) -> Any:
    if isinstance(op, ast.Pow) and abs(right) > 64:
        raise ValueError("the exponent is too large")
    return _number(_BINARY[type(op)](left, right))


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _number(value: Any) -> Any:
    if not isinstance(value, bool | int | float):
        raise TypeError(f"{type(value).__name__} is not a number")
    if abs(value) > _LARGEST and isinstance(value, int):
        raise ValueError("the number is too large")
    return value
