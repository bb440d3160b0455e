"""Sizes that are equal, or have no remainder, for all values of the parameters."""

from __future__ import annotations

from mlpgen.symbols.sizes import replaced, sum_of
from mlpgen.symbols.sums import Local


def same(one: int, other: int) -> bool:
    """Return whether two sizes are equal for all values of the parameters."""
    if int(one) != int(other):
        return False
    if sum_of(one).terms == sum_of(other).terms:
        return True
    one, other = map(without_locals, (one, other))
    return sum_of(one).terms == sum_of(other).terms


def without_locals(size: int) -> int:
    """Return a size with what its local values stand for."""
    if not any(isinstance(atom, Local) for atom in sum_of(size).walk()):
        return size
    return replaced(size, {}, lambda each: each, meant=True)


def divides(divisor: int, size: int) -> bool:
    """Return whether a division has no remainder for all values of the parameters."""
    from mlpgen.symbols import sum_arithmetic

    divisor, size = map(without_locals, (divisor, size))
    return sum_arithmetic.exactly(sum_of(size), sum_of(divisor)) is not None
