"""Whole numbers that depend on parameters of the spec.

A layer's rules are written once, with plain arithmetic. Given numbers they give a
number; given a `Size` they give a `Size`, which is a number too (its value with the
parameters' defaults) and knows the code that computes it from the parameters:
`Size.parameter("hidden", 128) // 2` equals 64 and reads `hidden // 2`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen import operands
from mlpgen.operands import Operand

if TYPE_CHECKING:
    from typing import Self

Factors = tuple[Operand, ...]
Terms = dict[Factors, int]
"""A sum: each product of factors with its coefficient; the empty one is constant."""


class Size(int):
    """A whole number with the code that computes it."""

    terms: Terms

    def __new__(cls, value: int, terms: Terms) -> Self:
        """Make a number that knows its terms; `_of` makes a plain one where it can."""
        size = super().__new__(cls, value)
        size.terms = terms
        return size

    @classmethod
    def parameter(cls, name: str, default: int) -> Size:
        """Return the number that the parameter `name` stands for."""
        return cls(default, {(operands.name(name),): 1})

    @property
    def code(self) -> str:
        """The Python expression that computes this number."""
        return self.operand.text

    @property
    def operand(self) -> Operand:
        """The same, to be put into other code; what is added comes first."""
        (first, *rest) = sorted(self.terms.items(), key=lambda term: term[1] < 0)
        others = [
            ("-" if coefficient < 0 else "+", _product(factors, abs(coefficient)))
            for factors, coefficient in rest
        ]
        return operands.chain(_product(*first), others)

    def __add__(self, other: int) -> int:
        """Add, term by term."""
        if not isinstance(other, int):
            return NotImplemented
        terms = dict(self.terms)
        for factors, coefficient in _terms(other).items():
            terms[factors] = terms.get(factors, 0) + coefficient
        return _of(int(self) + int(other), terms)

    def __neg__(self) -> int:
        """Change the sign of every term."""
        return self * -1

    def __sub__(self, other: int) -> int:
        """Subtract, term by term."""
        return self + -other

    def __rsub__(self, other: int) -> int:
        """Subtract from a plain number."""
        return -self + other

    def __mul__(self, other: int) -> int:
        """Multiply: a sum by a number term by term, a sum by a sum as they stand."""
        if not isinstance(other, int):
            return NotImplemented
        value = int(self) * int(other)
        if not isinstance(other, Size):
            return _of(value, {key: each * other for key, each in self.terms.items()})
        left, left_factor = _monomial(self)
        right, right_factor = _monomial(other)
        return _of(value, {left + right: left_factor * right_factor})

    def __floordiv__(self, other: int) -> int:
        """Divide and round down; exactly where every term or factor can be."""
        if not isinstance(other, int):
            return NotImplemented
        value = int(self) // int(other)
        terms = _cancelled(self, other)
        return (
            _operation(value, self, "//", other) if terms is None else _of(value, terms)
        )

    def __rfloordiv__(self, other: int) -> int:
        """Divide a plain number."""
        return _operation(int(other) // int(self), other, "//", self)

    def __mod__(self, other: int) -> int:
        """Return what is left after a division."""
        if not isinstance(other, int):
            return NotImplemented
        return _operation(int(self) % int(other), self, "%", other)

    def __rmod__(self, other: int) -> int:
        """Return what is left of a plain number after a division."""
        return _operation(int(other) % int(self), other, "%", self)

    __radd__ = __add__
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


def is_symbolic(value: object) -> bool:
    """Tell whether a value depends on parameters."""
    if isinstance(value, tuple):
        return any(is_symbolic(each) for each in value)
    return isinstance(value, (Size, Real))


def code_of(value: float) -> str:
    """Return the code of a plain number, or of one that depends on parameters."""
    return value.code if isinstance(value, (Size, Real)) else str(value)


def operand_of(value: float) -> Operand:
    """Return the same, to be put into other code."""
    if isinstance(value, (Size, Real)):
        return value.operand
    return operands.number(value)


def names_of(value: float) -> frozenset[str]:
    """Return the names in the code of a number."""
    return operand_of(value).names


def is_product(value: int) -> bool:
    """Tell whether a size is a plain number times parameters, or less."""
    return not isinstance(value, Size) or (
        len(value.terms) == 1
        and all(factor.is_name for factors in value.terms for factor in factors)
    )


def divides(divisor: int, size: int) -> bool:
    """Tell whether a division leaves nothing over, whatever the parameters are."""
    if not isinstance(size, Size) and not isinstance(divisor, Size):
        return size % divisor == 0
    return isinstance(size, Size) and _cancelled(size, divisor) is not None


def scaled(size: int, factor: float) -> int:
    """Return `size` times a number that need not be whole, rounded down.

    As torch does it for `scale_factor`:
    https://docs.pytorch.org/docs/stable/generated/torch.nn.Upsample.html
    """
    if isinstance(factor, int):
        return size * factor
    if not isinstance(factor, Real) and factor.is_integer():
        return size * int(factor)
    value = int(int(size) * factor)
    if not is_symbolic(size) and not is_symbolic(factor):
        return value
    product = operands.infix("*", operand_of(size), operand_of(factor))
    return Size(value, {(operands.call("int", product),): 1})


def smaller(left: int, right: int) -> int:
    """Return the smaller of two sizes, whatever the parameters are.

    Parameters count as numbers of at least 0, so that `w` is smaller than `2 * w`.
    """
    value = min(int(left), int(right))
    if not isinstance(left, Size) and not isinstance(right, Size):
        return value
    signs = {each > 0 for each in _terms(right - left).values()}
    if len(signs) < 2:
        return right if False in signs else left
    least = operands.call("min", operand_of(left), operand_of(right))
    return Size(value, {(least,): 1})


def either(condition: Operand, holds: bool, one: int, other: int) -> int:
    """Return one of two sizes, whatever the parameters are.

    Args:
        condition: The code that decides.
        holds: Whether it is true with the parameters' defaults.
        one: The size if it is true.
        other: The size if it is not.
    """
    if code_of(one) == code_of(other):
        return one
    choice = operands.choice(condition, operand_of(one), operand_of(other))
    return Size(int(one if holds else other), {(choice,): 1})


def _terms(value: int) -> Terms:
    return value.terms if isinstance(value, Size) else {(): int(value)}


def _of(value: int, terms: Terms) -> int:
    terms = {factors: each for factors, each in terms.items() if each}
    return Size(value, terms) if any(terms) else value


def _monomial(size: Size) -> tuple[Factors, int]:
    if len(size.terms) == 1:
        return next(iter(size.terms.items()))
    return (size.operand,), 1


def _cancelled(size: Size, divisor: int) -> Terms | None:
    """Divide term by term; None if something is left over."""
    if not isinstance(divisor, Size):
        if any(coefficient % divisor for coefficient in size.terms.values()):
            return None
        return {key: each // divisor for key, each in size.terms.items()}
    factors, coefficient = _monomial(size)
    below, number = _monomial(divisor)
    left = list(factors)
    for factor in below:
        if factor not in left:
            return None
        left.remove(factor)
    return None if coefficient % number else {tuple(left): coefficient // number}


def _operation(value: int, left: int, sign: str, right: int) -> Size:
    quotient = operands.infix(sign, operand_of(left), operand_of(right))
    return Size(value, {(quotient,): 1})


def _product(factors: Factors, coefficient: int) -> Operand:
    """Write a term; a minus is that of its first factor, which may be a division."""
    if not factors or abs(coefficient) != 1:
        return operands.infix("*", operands.number(coefficient), *factors)
    first, *rest = factors
    return operands.infix(
        "*", operands.negative(first) if coefficient < 0 else first, *rest
    )
