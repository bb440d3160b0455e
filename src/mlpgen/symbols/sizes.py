"""Sizes: integers that depend on parameters of the spec.

A layer's rules are written once, with plain arithmetic. Given integers they return an
integer. Given a `Size` they return a `Size`, which is an integer too (its value for the
parameters' defaults) and knows the sum that computes it from the parameters:
`Size.parameter("hidden", 128) // 2` equals 64 and its code is `hidden // 2`.

Sizes that are equal for all parameters have equal sums (`same`), no matter how they
were computed; see `symbols.sum_arithmetic`. Arithmetic is imported on first use: most
specs have none, and imports dominate the time to start a command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.symbols import operands
from mlpgen.symbols.sums import (
    Item,
    Local,
    Minimum,
    Name,
    Opaque,
    Sum,
    is_opaque,
    local,
    name,
    number,
    opaque,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

    from mlpgen.symbols.operands import Operand
    from mlpgen.symbols.sums import Atom


class Size(int):
    """An integer with the sum that computes it."""

    sum: Sum

    def __new__(cls, value: int, terms: Sum) -> Self:
        """Create an integer that knows its sum; see `of_sum` for one that may not."""
        size = super().__new__(cls, value)
        size.sum = terms
        return size

    @classmethod
    def parameter(cls, text: str, default: int) -> Size:
        """Return the size of the parameter `text`."""
        return cls(default, name(text))

    @classmethod
    def local(cls, text: str, value: int, meaning: Any) -> Size:
        """Return the size that a local value stands for.

        Args:
            text: The name of the local value.
            value: Its value for the parameters' defaults.
            meaning: Its expression.
        """
        return cls(int(value), local(text, meaning))

    @classmethod
    def unknown(cls, value: int, key: str, names: frozenset[str]) -> Size:
        """Return a size without code that depends on parameters.

        Args:
            value: Its value for their defaults.
            key: Distinguishes it from others.
            names: The parameters.
        """
        return cls(value, opaque(key, names))

    @property
    def operand(self) -> Operand:
        """The Python expression that computes this size."""
        if is_name(self):
            atom = self.sum.atoms[0]
            return operands.name(str(atom), getattr(atom, "meaning", None))
        from mlpgen.symbols.sum_code import formula

        return formula(self.sum)

    @property
    def code(self) -> str:
        """The same as a string."""
        return self.operand.text

    def __add__(self, other: int) -> int:
        """Add."""
        if not isinstance(other, int):
            return NotImplemented
        from mlpgen.symbols import sum_arithmetic

        return of_sum(
            int(self) + int(other), sum_arithmetic.added(self.sum, sum_of(other))
        )

    def __radd__(self, other: int) -> int:
        """Add to a plain number."""
        from mlpgen.symbols import sum_arithmetic

        return of_sum(
            int(other) + int(self), sum_arithmetic.added(sum_of(other), self.sum)
        )

    def __neg__(self) -> int:
        """Negate."""
        return self * -1

    def __sub__(self, other: int) -> int:
        """Subtract."""
        if not isinstance(other, int):
            return NotImplemented
        from mlpgen.symbols import sum_arithmetic

        less = sum_arithmetic.added(self.sum, sum_of(other), -1)
        return of_sum(int(self) - int(other), less)

    def __rsub__(self, other: int) -> int:
        """Subtract from a plain number."""
        from mlpgen.symbols import sum_arithmetic

        less = sum_arithmetic.added(sum_of(other), self.sum, -1)
        return of_sum(int(other) - int(self), less)

    def __mul__(self, other: int) -> int:
        """Multiply."""
        if not isinstance(other, int):
            return NotImplemented
        from mlpgen.symbols import sum_arithmetic

        product = sum_arithmetic.multiplied(self.sum, sum_of(other))
        return of_sum(int(self) * int(other), product)

    def __floordiv__(self, other: int) -> int:
        """Divide and round down."""
        if not isinstance(other, int):
            return NotImplemented
        from mlpgen.symbols import sum_arithmetic

        quotient = sum_arithmetic.divided(self.sum, sum_of(other))
        return of_sum(int(self) // int(other), quotient)

    def __rfloordiv__(self, other: int) -> int:
        """Divide a plain number."""
        from mlpgen.symbols import sum_arithmetic

        quotient = sum_arithmetic.divided(sum_of(other), self.sum)
        return of_sum(int(other) // int(self), quotient)

    def __mod__(self, other: int) -> int:
        """Return the remainder."""
        if not isinstance(other, int):
            return NotImplemented
        return self - self // other * other

    def __rmod__(self, other: int) -> int:
        """Return the remainder of a plain number."""
        if not isinstance(other, int):
            return NotImplemented
        return other - other // self * self

    __rmul__ = __mul__


class Real(float):
    """A number with the code that computes it."""

    operand: Operand

    def __new__(cls, value: float, operand: Operand) -> Self:
        """Create a float that knows its code."""
        real = super().__new__(cls, value)
        real.operand = operand
        return real

    @property
    def code(self) -> str:
        """The Python expression that computes this number."""
        return self.operand.text

    @property
    def names(self) -> frozenset[str]:
        """The parameters that it depends on."""
        return self.operand.names


def is_symbolic(value: object) -> bool:
    """Return whether a value depends on parameters."""
    if isinstance(value, tuple):
        return any(is_symbolic(each) for each in value)
    return isinstance(value, (Size, Real))


def has_code(value: int) -> bool:
    """Return whether a size has code."""
    return not isinstance(value, Size) or not is_opaque(value.sum)


def code_of(value: float) -> str:
    """Return the code of a number."""
    return value.code if isinstance(value, (Size, Real)) else str(value)


def operand_of(value: float) -> Operand:
    """Return the code of a number as an operand."""
    if isinstance(value, (Size, Real)):
        return value.operand
    return operands.number(value)


def names_of(value: float) -> frozenset[str]:
    """Return the parameters that a number depends on."""
    if isinstance(value, Size):
        return value.sum.names
    return value.names if isinstance(value, Real) else frozenset()


def has_minimum(value: int) -> bool:
    """Return whether the code of a size contains `min`."""
    return any(isinstance(atom, Minimum) for atom in sum_of(value).walk())


def is_name(value: int) -> bool:
    """Return whether a size is just a parameter."""
    return (
        isinstance(value, Size)
        and [*value.sum.terms.values()] == [1]
        and [isinstance(atom, Name) for atom in value.sum.atoms] == [True]
    )


def is_product(value: int) -> bool:
    """Return whether a size is at most a plain number times parameters."""
    return not isinstance(value, Size) or (
        len(value.sum.terms) == 1
        and all(isinstance(atom, Name | Item) for atom in value.sum.atoms)
    )


def scaled(size: int, factor: float) -> int:
    """Return `size` times a number that may be a fraction, rounded down.

    torch does the same for `scale_factor`:
    https://docs.pytorch.org/docs/stable/generated/torch.nn.Upsample.html
    """
    from mlpgen.symbols import sum_functions

    if isinstance(factor, int):
        return size * factor
    if not isinstance(factor, Real) and factor.is_integer():
        return size * int(factor)
    value = int(int(size) * factor)
    return of_sum(value, sum_functions.scaled(sum_of(size), factor))


def minimum(left: int, right: int) -> int:
    """Return the minimum of two sizes, for all values of the parameters.

    Parameters are assumed to be at least 0, so `w` is smaller than `2 * w`.
    """
    from mlpgen.symbols import sum_functions

    least = sum_functions.minimum(sum_of(left), sum_of(right))
    return of_sum(min(int(left), int(right)), least)


def with_value(size: int, value: int) -> int:
    """Return a size with the same code and another value; a plain number as it is."""
    return Size(int(value), size.sum) if isinstance(size, Size) else size


def either(condition: Any, one: int, other: int) -> int:
    """Return one of two sizes, for all values of the parameters.

    Args:
        condition: The expression that decides.
        one: The size if it is true.
        other: The size if it is false.
    """
    from mlpgen.symbols import sum_functions

    chosen = sum_functions.either(condition, sum_of(one), sum_of(other))
    return of_sum(int(one if condition.value else other), chosen)


def replaced(
    size: int,
    sums: Mapping[str, Sum],
    again: Callable[[Any], Any],
    key: str = "",
    *,
    meant: bool = False,
    known: dict[str, Sum] | None = None,
) -> int:
    """Replace the parameters of a size by sums.

    Args:
        size: The size.
        sums: The replacements, except for parameters that are not integers.
        again: Evaluates a condition or a fraction with the new values.
        key: Distinguishes sizes without code from those elsewhere.
        meant: Whether local values become what they stand for.
        known: A cache of replaced atoms, for several sizes.

    Returns:
        A plain number with its new value, or a size that keeps its value.
    """
    from mlpgen.symbols.sum_functions import rebuilt

    def found(atom: Atom) -> Sum | None:
        if isinstance(atom, Local) and meant:
            return rebuilt(sum_of(atom.meaning.value), found, again, {})
        if isinstance(atom, Name):
            return sums.get(atom)
        if isinstance(atom, Opaque):
            behind = (sums[each].names for each in atom.names if each in sums)
            return opaque(f"{atom}@{key}", frozenset[str]().union(*behind))
        return None

    result = rebuilt(sum_of(size), found, again, {} if known is None else known)
    constant = result.constant
    return Size(int(size), result) if constant is None else constant


def sum_of(value: int) -> Sum:
    """Return the sum that computes a number."""
    return value.sum if isinstance(value, Size) else number(int(value))


def of_sum(value: int, terms: Sum) -> int:
    """Return an integer that knows its sum, unless that depends on nothing."""
    return value if terms.constant is not None else Size(value, terms)
