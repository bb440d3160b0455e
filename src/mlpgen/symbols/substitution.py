"""Sizes and conditions with other values in place of their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.symbols.evaluation import truth, visited
from mlpgen.symbols.expression_syntax import parsed
from mlpgen.symbols.expressions import Expression, NotComputedError, is_whole
from mlpgen.symbols.sizes import Real, replaced, sum_of
from mlpgen.symbols.sums import Item, alone
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.symbols.operands import Operand
    from mlpgen.symbols.sums import Sum
    from mlpgen.symbols.type_names import ParameterValue

    Value = ParameterValue | Expression


class Replacements:
    """Other values in place of names, for several sizes: parts are computed once."""

    def __init__(
        self, values: Mapping[str, Value], key: str = "", *, meant: bool = True
    ) -> None:
        """Begin with nothing computed.

        Args:
            values: The replacements of names.
            key: Distinguishes sizes without code from those elsewhere.
            meant: Whether local values become what they stand for.
        """
        self._known = _known(values)
        self._sums = {
            name: sum_of(each.value)
            for name, each in self._known.items()
            if is_whole(each.value)
        }
        self._key = key
        self._meant = meant
        self._atoms: dict[str, Sum] = {}

    def of(self, size: int) -> int:
        """Return a size with its names replaced.

        Raises:
            ExpressionError: It cannot be computed with these values.
        """
        try:
            return replaced(
                size,
                self._sums,
                self._again,
                self._key,
                meant=self._meant,
                known=self._atoms,
            )
        except ZeroDivisionError:
            raise NotComputedError("the expression divides by zero") from None
        except OverflowError as error:
            raise NotComputedError(str(error)) from None

    def _again(self, value: Any) -> Any:
        known = self._known
        if isinstance(value, Expression):
            return _truth(value.operand, known)
        if isinstance(value, Real):
            return _symbolic(_evaluated(value.operand, known))
        if isinstance(value, Item) and value.list in known:
            from mlpgen.symbols.sum_code import formula

            return sum_of(_evaluated(formula(alone(value)), known).value)
        return value


def substituted(size: int, values: Mapping[str, Value]) -> int:
    """Return a size with its names replaced by other values.

    Raises:
        ExpressionError: It cannot be computed with these values.
    """
    return Replacements(values).of(size)


def restated(condition: Expression, values: Mapping[str, Value]) -> Expression:
    """Return a condition with its names replaced by other values.

    Raises:
        ExpressionError: It cannot be computed with these values.
    """
    return _truth(condition.operand, _known(values))


def _known(values: Mapping[str, Value]) -> dict[str, Expression]:
    """Return the numbers and lists of some values as expressions."""
    return {
        name: value if isinstance(value, Expression) else Expression.constant(value)
        for name, value in values.items()
        if not isinstance(value, TypeName)
    }


def _truth(code: Operand, known: Mapping[str, Expression]) -> Expression:
    return truth(parsed(code.text), _with_meanings(code, known))


def _evaluated(code: Operand, known: Mapping[str, Expression]) -> Expression:
    return visited(parsed(code.text), _with_meanings(code, known))


def _with_meanings(
    code: Operand, known: Mapping[str, Expression]
) -> Mapping[str, Expression]:
    """Add the local values in code, computed again with other values."""
    meanings = code.meanings
    if not meanings:
        return known
    again = {name: _evaluated(each.operand, known) for name, each in meanings.items()}
    return {**known, **again}


def _symbolic(expression: Expression) -> Real | float:
    """Return a number that knows its code."""
    value = float(expression.value)
    return Real(value, expression.operand) if expression.names else value
