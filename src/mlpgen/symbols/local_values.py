"""Local values of a class: names for expressions, which code computes once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.symbols.evaluation import evaluate
from mlpgen.symbols.expressions import (
    Expression,
    ExpressionError,
    NotComputedError,
    is_expression,
    names_in_text,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from mlpgen.symbols.type_names import ParameterValue


_AROUND = "an expression must be the whole value: `${…}` with nothing around it"
_NO_EXPRESSION = "a value is a number, true or false, or an expression: `${…}`"


def evaluate_with(
    values: Mapping[str, Any],
    text: str,
    parameters: Mapping[str, ParameterValue],
    fixed: Collection[str] = (),
    *,
    needed: bool = True,
    inside: Sequence[str] = (),
    free: Collection[str] = (),
) -> Expression:
    """Evaluate `${…}` that may use local values.

    Args:
        values: The local values of the class, as the spec writes them.
        text: The value in the spec, including `${` and `}`.
        parameters: The parameters' defaults, by name.
        fixed: The names that are replaced by their value in code.
        needed: Whether the value is needed; otherwise the code is enough.
        inside: The local values whose expression this is, the outermost first.
        free: Names that `__init__` does not have; values that need them are no local
            variables there, but stand for their expression.

    Raises:
        ExpressionError: An expression is wrong, or needs itself.
    """
    local = {
        name: _local(name, parameters, values, inside, free)
        for name in sorted(names_in_text(text))
        if name in values and name not in parameters
    }
    return evaluate(text, parameters, fixed, needed=needed, local=local)


def _local(
    name: str,
    parameters: Mapping[str, ParameterValue],
    values: Mapping[str, Any],
    inside: Sequence[str],
    free: Collection[str],
) -> Expression:
    """Evaluate one; if it has no value for these parameters, its code is enough."""
    raw = values[name]
    if not isinstance(raw, str):
        return Expression.local(name, Expression.constant(raw))
    if name in inside:
        raise _needs_itself([*inside[inside.index(name) :]], [*values])
    within = (*inside, name)
    try:
        if not is_expression(raw):
            raise ExpressionError(_AROUND if "${" in raw else _NO_EXPRESSION)
        try:
            meaning = evaluate_with(values, raw, parameters, inside=within, free=free)
        except NotComputedError as error:
            code = evaluate_with(
                values, raw, parameters, needed=False, inside=within, free=free
            )
            return Expression.local(name, code, lacks=error.message)
    except ExpressionError as error:
        error.local = error.local or name
        raise
    if not meaning.names.isdisjoint(free):
        return meaning
    return Expression.local(name, meaning)


def _needs_itself(circle: list[str], order: list[str]) -> ExpressionError:
    """Return the mistake that a value needs itself, at the first one in the spec."""
    first = circle.index(min(circle, key=order.index))
    circle = [*circle[first:], *circle[:first]]
    error = ExpressionError(f"`{circle[0]}` needs itself")
    error.local = circle[0]
    error.circle = (*circle, circle[0])
    return error


def behind(names: Iterable[str], values: Mapping[str, Any]) -> frozenset[str]:
    """Return names, and all that the local values among them need."""
    found: set[str] = set()
    left = [*names]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += names_in_text(values.get(name))
    return frozenset(found)
