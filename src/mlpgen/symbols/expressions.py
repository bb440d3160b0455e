"""Expressions: the values of `${…}`, which know their code."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from mlpgen.symbols import operands
from mlpgen.symbols.sizes import Size, names_of, operand_of
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable
    from typing import Self

    from mlpgen.symbols.operands import Operand
    from mlpgen.symbols.type_names import ParameterValue

Number = int | float
Scalar = int | float | bool
Numbers = Scalar | tuple[Any, ...]
"""A number, true or false, or a list of these or of lists."""

LARGEST = 2**63 - 1


class ExpressionError(ValueError):
    """An expression cannot be parsed or evaluated.

    Attributes:
        message: What is wrong.
        unknown: The unknown name, if that is the reason.
        node: The part of the expression that `message` is about; its text precedes it.
        help: What to do, if that is known; `{part}` is the text of `node`.
        local: The local value in whose expression it is; empty elsewhere.
        circle: The local values that need each other, if that is the reason.
    """

    local = ""
    circle: tuple[str, ...] = ()

    def __init__(
        self,
        message: str,
        unknown: str = "",
        node: ast.expr | None = None,
        help: str = "",
    ) -> None:
        self.message = message
        self.help = help
        self.unknown = unknown
        self.node = node
        super().__init__(message)


class NotComputedError(ExpressionError):
    """An expression is valid, but has no value for these parameters."""


class Items(tuple[Any, ...]):
    """A list of numbers, or of lists, that knows its code.

    Attributes:
        name: The parameter.
        indices: The indices of the item of it that this list is.
        endless: Whether it begins again at its end, where only code counts.
    """

    name: str
    indices: tuple[Any, ...]
    endless: bool

    def __new__(
        cls,
        items: Iterable[Any],
        name: str = "",
        indices: tuple[Any, ...] = (),
        *,
        endless: bool = False,
    ) -> Self:
        """Create a list with its code."""
        found = super().__new__(cls, items)
        found.name, found.indices, found.endless = name, indices, endless
        return found


class Expression(NamedTuple):
    """The value of an expression for the parameters' defaults, and its code.

    Attributes:
        value: An integer that depends on parameters is a `Size`, a list is `Items`.
        said: The code, formatted like ruff; None if the value knows it.
        turned: The negation, if it needs no `not` or `-`.
        lacks: Why it has no value for these parameters; empty if it has.
    """

    value: Any
    said: Operand | None = None
    turned: Expression | None = None
    lacks: str = ""

    @classmethod
    def constant(cls, value: Numbers) -> Expression:
        """Return a value that depends on nothing."""
        if isinstance(value, tuple):
            items = [
                each if isinstance(each, cls) else cls.constant(each) for each in value
            ]
            codes = [each.operand for each in items]
            return cls(value, operands.sequence(codes))
        return cls(value, None if is_whole(value) else operands.number(value))

    @classmethod
    def parameter(cls, name: str, value: Numbers) -> Expression:
        """Return the value of a parameter."""
        if isinstance(value, tuple):
            endless = isinstance(value, Items) and value.endless
            return cls(Items(value, name, endless=endless), operands.name(name))
        if is_whole(value):
            return cls(Size.parameter(name, value))
        return cls(value, operands.name(name))

    @classmethod
    def local(cls, name: str, meaning: Expression, lacks: str = "") -> Expression:
        """Return a local value, which stands for an expression."""
        if is_whole(meaning.value):
            return cls(Size.local(name, meaning.value, meaning), lacks=lacks)
        return cls(meaning.value, operands.name(name, meaning), lacks=lacks)

    @property
    def operand(self) -> Operand:
        """The code as part of other code."""
        return operand_of(self.value) if self.said is None else self.said

    @property
    def code(self) -> str:
        """The code on its own."""
        return self.operand.text

    @property
    def names(self) -> frozenset[str]:
        """The parameters and local values it uses, and what those depend on."""
        return names_of(self.value) if self.said is None else self.said.names


def value_of(value: Any) -> Any:
    """Return the value of an expression for the defaults; anything else as it is."""
    return value.value if isinstance(value, Expression) else value


def written(value: ParameterValue) -> str:
    """Return the value of a parameter as Python code, formatted like ruff."""
    return (
        value.code if isinstance(value, TypeName) else Expression.constant(value).code
    )


def is_whole(value: object) -> TypeGuard[int]:
    """Return whether a value is an integer, and not a bool."""
    return isinstance(value, int) and not isinstance(value, bool)


def bounded(value: Number) -> Number:
    """Return a number, if it is not too large.

    Raises:
        NotComputedError: It is too large.
    """
    if abs(value) > LARGEST or not isfinite(value):
        raise NotComputedError("the result is too large")
    return value


def is_expression(value: object) -> bool:
    """Return whether a value in a spec is a single expression."""
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
