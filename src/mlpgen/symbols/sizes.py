"""Whole numbers that depend on parameters of the spec.

A layer's rules are written once, with plain arithmetic. Given numbers they give a
number; given a `Size` they give a `Size`, which is a number too (its value with the
parameters' defaults) and knows the sum that computes it from the parameters:
`Size.parameter("hidden", 128) // 2` equals 64 and reads `hidden // 2`.

Sizes that are equal for all parameters have equal sums (`same`), however they came
about; see `symbols.sum_arithmetic`. What computes is loaded where there is arithmetic:
most specs have none, and a command starts in what its imports take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.symbols import operands
from mlpgen.symbols.sums import (
    Name,
    Opaque,
    Smaller,
    Sum,
    is_opaque,
    name,
    number,
    opaque,
    parts_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

    from mlpgen.symbols.operands import Operand
    from mlpgen.symbols.sums import Atom


class Size(int):
    """A whole number with the sum that computes it."""

    sum: Sum

    def __new__(cls, value: int, terms: Sum) -> Self:
        """Make a number that knows its sum; `_of` makes a plain one where it can."""
        size = super().__new__(cls, value)
        size.sum = terms
        return size

    @classmethod
    def parameter(cls, text: str, default: int) -> Size:
        """Return the number that the parameter `text` stands for."""
        return cls(default, name(text))

    @classmethod
    def unknown(cls, value: int, key: str, names: frozenset[str]) -> Size:
        """Return a number that no code can say, though it depends on parameters.

        Args:
            value: Its value with their defaults.
            key: What tells it from others.
            names: The parameters.
        """
        return cls(value, opaque(key, names))

    @property
    def operand(self) -> Operand:
        """The Python expression that computes this number."""
        if is_name(self):
            return operands.name(str(self.sum.atoms[0]))
        from mlpgen.symbols.sum_code import formula

        return formula(self.sum)

    @property
    def code(self) -> str:
        """The same as a text."""
        return self.operand.text

    def __add__(self, other: int) -> int:
        """Add, term by term."""
        if not isinstance(other, int):
            return NotImplemented
        from mlpgen.symbols import sum_arithmetic

        return _of(
            int(self) + int(other), sum_arithmetic.added(self.sum, sum_of(other))
        )

    def __radd__(self, other: int) -> int:
        """Add to a plain number."""
        from mlpgen.symbols import sum_arithmetic

        return _of(
            int(other) + int(self), sum_arithmetic.added(sum_of(other), self.sum)
        )

    def __neg__(self) -> int:
        """Change the sign of every term."""
        return self * -1

    def __sub__(self, other: int) -> int:
        """Subtract, term by term."""
        if not isinstance(other, int):
            return NotImplemented
        from mlpgen.symbols import sum_arithmetic

        less = sum_arithmetic.added(self.sum, sum_of(other), -1)
        return _of(int(self) - int(other), less)

    def __rsub__(self, other: int) -> int:
        """Subtract from a plain number."""
        from mlpgen.symbols import sum_arithmetic

        less = sum_arithmetic.added(sum_of(other), self.sum, -1)
        return _of(int(other) - int(self), less)

    def __mul__(self, other: int) -> int:
        """Multiply each term by each."""
        if not isinstance(other, int):
            return NotImplemented
        from mlpgen.symbols import sum_arithmetic

        product = sum_arithmetic.multiplied(self.sum, sum_of(other))
        return _of(int(self) * int(other), product)

    def __floordiv__(self, other: int) -> int:
        """Divide and round down."""
        if not isinstance(other, int):
            return NotImplemented
        from mlpgen.symbols import sum_arithmetic

        quotient = sum_arithmetic.divided(self.sum, sum_of(other))
        return _of(int(self) // int(other), quotient)

    def __rfloordiv__(self, other: int) -> int:
        """Divide a plain number."""
        from mlpgen.symbols import sum_arithmetic

        quotient = sum_arithmetic.divided(sum_of(other), self.sum)
        return _of(int(other) // int(self), quotient)

    def __mod__(self, other: int) -> int:
        """Return what is left after a division."""
        if not isinstance(other, int):
            return NotImplemented
        return self - self // other * other

    def __rmod__(self, other: int) -> int:
        """Return what is left of a plain number after a division."""
        if not isinstance(other, int):
            return NotImplemented
        return other - other // self * self

    __rmul__ = __mul__


class Real(float):
    """A number with the code that computes it."""

    operand: Operand

    def __new__(cls, value: float, operand: Operand) -> Self:
        """Make a number that knows its code."""
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
    """Tell whether a value depends on parameters."""
    if isinstance(value, tuple):
        return any(is_symbolic(each) for each in value)
    return isinstance(value, (Size, Real))


def same(one: int, other: int) -> bool:
    """Tell whether two sizes are equal whatever the parameters are."""
    return int(one) == int(other) and sum_of(one).terms == sum_of(other).terms


def is_known(value: int) -> bool:
    """Tell whether there is code for a size."""
    return not isinstance(value, Size) or not is_opaque(value.sum)


def code_of(value: float) -> str:
    """Return the code of a plain number, or of one that depends on parameters."""
    return value.code if isinstance(value, (Size, Real)) else str(value)


def operand_of(value: float) -> Operand:
    """Return the same, to be put into other code."""
    if isinstance(value, (Size, Real)):
        return value.operand
    return operands.number(value)


def names_of(value: float) -> frozenset[str]:
    """Return the parameters that a number depends on."""
    if isinstance(value, Size):
        return value.sum.names
    return value.names if isinstance(value, Real) else frozenset()


def has_smaller(value: int) -> bool:
    """Tell whether the code of a size takes the smaller of two."""
    open_ = [sum_of(value)]
    while open_:
        for atom in open_.pop().atoms:
            if isinstance(atom, Smaller):
                return True
            open_ += parts_of(atom)
    return False


def is_name(value: int) -> bool:
    """Tell whether a size is a parameter just as it is."""
    return (
        isinstance(value, Size)
        and [*value.sum.terms.values()] == [1]
        and ([type(atom) for atom in value.sum.atoms] == [Name])
    )


def is_product(value: int) -> bool:
    """Tell whether a size is a plain number times parameters, or less."""
    return not isinstance(value, Size) or (
        len(value.sum.terms) == 1
        and all(isinstance(atom, Name) for atom in value.sum.atoms)
    )


def divides(divisor: int, size: int) -> bool:
    """Tell whether a division leaves nothing over, whatever the parameters are."""
    from mlpgen.symbols import sum_arithmetic

    return sum_arithmetic.exactly(sum_of(size), sum_of(divisor)) is not None


def scaled(size: int, factor: float) -> int:
    """Return `size` times a number that need not be whole, rounded down.

    As torch does it for `scale_factor`:
    https://docs.pytorch.org/docs/stable/generated/torch.nn.Upsample.html
    """
    from mlpgen.symbols import sum_functions

    if isinstance(factor, int):
        return size * factor
    if not isinstance(factor, Real) and factor.is_integer():
        return size * int(factor)
    value = int(int(size) * factor)
    return _of(value, sum_functions.scaled(sum_of(size), factor))


def smaller(left: int, right: int) -> int:
    """Return the smaller of two sizes, whatever the parameters are.

    Parameters count as numbers of at least 0, so that `w` is smaller than `2 * w`.
    """
    from mlpgen.symbols import sum_functions

    least = sum_functions.smaller(sum_of(left), sum_of(right))
    return _of(min(int(left), int(right)), least)


def worth(size: int, value: int) -> int:
    """Return a size with the same code and another value; a plain one stays."""
    return Size(int(value), size.sum) if isinstance(size, Size) else size


def either(condition: Any, one: int, other: int) -> int:
    """Return one of two sizes, whatever the parameters are.

    Args:
        condition: The expression that decides.
        one: The size if it is true.
        other: The size if it is not.
    """
    from mlpgen.symbols import sum_functions

    chosen = sum_functions.either(condition, sum_of(one), sum_of(other))
    return _of(int(one if condition.value else other), chosen)


def replaced(
    size: int, sums: Mapping[str, Sum], again: Callable[[Any], Any], key: str
) -> int:
    """Put sums in the place of the parameters of a size.

    Args:
        size: The size.
        sums: What the parameters are; those that are no whole numbers are left out.
        again: Computes a condition, or a number that is not whole, with the new values.
        key: What tells sizes that no code can say from those elsewhere.

    Returns:
        A plain number with its new value, or a size that keeps its value.
    """

    def found(atom: Atom) -> Sum | None:
        if isinstance(atom, Name):
            return sums.get(atom)
        if isinstance(atom, Opaque):
            behind = (sums[each].names for each in atom.names if each in sums)
            return opaque(f"{atom}@{key}", frozenset[str]().union(*behind))
        return None

    from mlpgen.symbols import sum_functions

    result = sum_functions.rebuilt(sum_of(size), found, again, {})
    constant = result.constant
    return Size(int(size), result) if constant is None else constant


def sum_of(value: int) -> Sum:
    """Return the sum that computes a number."""
    return value.sum if isinstance(value, Size) else number(int(value))


def _of(value: int, terms: Sum) -> int:
    return value if terms.constant is not None else Size(value, terms)
