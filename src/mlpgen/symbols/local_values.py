"""Local values of a class: names for expressions, which code computes once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

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
    free: Collection[str] = (),
) -> Expression:
    """Evaluate `${…}` that may use local values.

    Args:
        values: The local values of the class, as the spec writes them.
        text: The value in the spec, including `${` and `}`.
        parameters: The parameters' defaults, by name.
        fixed: The names that are replaced by their value in code.
        needed: Whether the value is needed; otherwise the code is enough.
        free: Names that `__init__` does not have; values that need them are no local
            variables there, but stand for their expression.

    Raises:
        ExpressionError: An expression is wrong, or needs itself.
    """
    local = _LocalValues(values, parameters, free, {}).named_in(text)
    return evaluate(text, parameters, fixed, needed=needed, local=local)


class _LocalValues(NamedTuple):
    """The local values that expressions use, each evaluated once.

    Attributes:
        values: The local values of the class, as the spec writes them.
        parameters: The parameters' defaults, by name.
        free: Names that `__init__` does not have.
        known: The values so far.
    """

    values: Mapping[str, Any]
    parameters: Mapping[str, ParameterValue]
    free: Collection[str]
    known: dict[str, Expression]

    def named_in(self, text: str, inside: Sequence[str] = ()) -> dict[str, Expression]:
        """Evaluate the local values in an expression.

        Args:
            text: The expression.
            inside: The local values whose expression this is, the outermost first.
        """
        names = [each for each in sorted(names_in_text(text)) if each in self.values]
        names = [each for each in names if each not in self.parameters]
        for name in names:
            if name not in self.known:
                self.known[name] = self._evaluated(name, inside)
        return {name: self.known[name] for name in names}

    def _evaluated(self, name: str, inside: Sequence[str]) -> Expression:
        """Evaluate one; without a value for these parameters, its code is enough."""
        raw = self.values[name]
        if not isinstance(raw, str):
            return Expression.local(name, Expression.constant(raw))
        if name in inside:
            raise _needs_itself([*inside[inside.index(name) :]], [*self.values])
        try:
            if not is_expression(raw):
                raise ExpressionError(_AROUND if "${" in raw else _NO_EXPRESSION)
            local = self.named_in(raw, (*inside, name))
            try:
                meaning = evaluate(raw, self.parameters, local=local)
            except NotComputedError as error:
                code = evaluate(raw, self.parameters, needed=False, local=local)
                return Expression.local(name, code, lacks=error.message)
        except ExpressionError as error:
            error.local = error.local or name
            raise
        if not meaning.names.isdisjoint(self.free):
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
