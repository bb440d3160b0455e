"""What `${…}` of a spec is: a value that knows its code."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from mlpgen.symbols import operands
from mlpgen.symbols.sizes import Size, names_of, operand_of

if TYPE_CHECKING:
    import ast

    from mlpgen.symbols.operands import Operand

Number = int | float
Scalar = int | float | bool

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

    @classmethod
    def constant(cls, value: Scalar) -> Expression:
        """Return a value that depends on nothing."""
        return cls(value, None if is_whole(value) else operands.number(value))

    @classmethod
    def parameter(cls, name: str, value: Scalar) -> Expression:
        """Return the value of a parameter."""
        if is_whole(value):
            return cls(Size.parameter(name, value))
        return cls(value, operands.name(name))

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


def value_of(value: Any) -> Any:
    """Return what an expression is with the parameters' defaults; all else as it is."""
    return value.value if isinstance(value, Expression) else value


def written(value: Scalar) -> str:
    """Write a number or true/false as Python code, as ruff formats it."""
    return operands.number(value).text


def is_whole(value: object) -> TypeGuard[int]:
    """Tell whether a value is a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def bounded(value: Number) -> Number:
    """Return a number that is not too large.

    Raises:
        NotComputedError: It is.
    """
    if abs(value) > LARGEST or not isfinite(value):
        raise NotComputedError("the result is too large")
    return value


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
