"""Arithmetic of sums that keeps their normal form.

Rules for divisions, all of them valid for negative numbers too:

- multiples of the divisor are extracted: `(n * a + b) // n` is `a + b // n`;
- common factors cancel: `(2 * a) // (2 * b)` is `a // b`;
- nested divisions are joined: `(a // m + b) // n` is `(a + m * b) // (m * n)`, if `n`
  is a positive number;
- the parts of a whole add up (Hermite's identity): the sum of `(a + k) // n` over all
  `k` from 0 to `n - 1` is `a`. The coefficients of such a family are kept as close to 0
  as possible, so `a - a // 2` is `(a + 1) // 2`.
"""

from __future__ import annotations

from functools import lru_cache
from math import gcd
from typing import TYPE_CHECKING

from mlpgen.symbols.sums import (
    MOST_TERMS,
    ONE,
    Floor,
    Product,
    Sum,
    Terms,
    made,
    number,
    opaque,
    product,
    short,
)
from mlpgen.symbols.work_limit import spend

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlpgen.symbols.sums import Atom

LARGEST_DIVISOR = 2**64
"""The largest divisor that nested divisions are joined to."""
MOST_PASSES = 4
"""The most passes over a division to find common factors and multiples."""
LARGEST_FAMILY = 200
"""The largest family of divisions that is added up."""


def added(one: Sum, other: Sum, times: int = 1) -> Sum:
    """Add a multiple of a sum."""
    spend(len(one.terms) + len(other.terms))
    terms = dict(one.terms)
    for key, coefficient in other.terms.items():
        terms[key] = terms.get(key, 0) + coefficient * times
    return _sum(terms, "+", one, other)


def multiplied(one: Sum, other: Sum) -> Sum:
    """Multiply two sums term by term."""
    count = len(one.terms) * len(other.terms)
    if count > MOST_TERMS:
        return opaque(f"{one.key}*({other.key})", one.names | other.names)
    spend(2 * count)
    terms: Terms = {}
    for left, first in one.terms.items():
        for right, second in other.terms.items():
            key = (
                product(left.factors + right.factors)
                if left and right
                else (left or right)
            )
            terms[key] = terms.get(key, 0) + first * second
    return _sum(terms, "*", one, other)


def _sum(terms: Terms, sign: str, one: Sum, other: Sum) -> Sum:
    """Return the sum of the terms that an operation gives."""
    terms = _folded({key: each for key, each in terms.items() if each})
    if len(terms) > MOST_TERMS or any(len(key.factors) > 64 for key in terms):
        return opaque(f"{one.key}{sign}({other.key})", one.names | other.names)
    return Sum(terms)


def divided(dividend: Sum, divisor: Sum) -> Sum:
    """Return the floor division of two sums."""
    spend(8 + 4 * len(dividend.terms) * len(divisor.terms))
    result = _ZERO
    for _ in range(MOST_PASSES):
        below = divisor.constant
        if below == 0:
            raise ZeroDivisionError
        if below is not None:
            return added(result, _by_number(dividend, below))
        before = dividend, divisor
        dividend, divisor = _reduced(dividend, divisor)
        whole, rest = _without_multiples(dividend, divisor)
        dividend = added(rest, _ZERO)
        if not dividend.terms:
            return added(result, whole)
        result = added(result, whole)
        if (dividend, divisor) == before:
            break
    return added(result, _floor(dividend, divisor))


def exactly(dividend: Sum, divisor: Sum) -> Sum | None:
    """Divide without simplification; return None if there is a remainder."""
    if not divisor.terms:
        return None
    whole, rest = _without_multiples(dividend, divisor)
    return None if rest.terms else whole


def _by_number(dividend: Sum, below: int) -> Sum:
    """Divide by a plain number."""
    if below < 0:
        dividend, below = added(_ZERO, dividend, -1), -below
    whole = added(_nonzero({p: n // below for p, n in dividend.terms.items()}), _ZERO)
    rest = {p: n % below for p, n in dividend.terms.items() if n % below}
    offset = rest.pop(ONE, 0)
    if not rest:
        return whole
    common = gcd(below, *rest.values())
    rest = {p: n // common for p, n in rest.items()}
    below, offset = below // common, offset // common
    inner = _only_floor(rest)
    if inner is not None:
        times = inner.divisor
        larger = multiplied(times, number(below))
        bound = larger.constant
        if bound is None or bound < LARGEST_DIVISOR:
            others = {p: n for p, n in rest.items() if inner not in p.factors}
            others[ONE] = offset
            up = added(inner.dividend, multiplied(_nonzero(others), times))
            return added(whole, divided(up, larger))
    return added(whole, _floor(_nonzero({**rest, ONE: offset}), number(below)))


def _nonzero(terms: Terms) -> Sum:
    return Sum({p: n for p, n in terms.items() if n})


_ZERO = Sum({})


def _only_floor(terms: Terms) -> Floor | None:
    """Return the only division in a sum, if it is not multiplied by anything."""
    found = [
        (p, n, atom)
        for p, n in terms.items()
        for atom in p.factors
        if isinstance(atom, Floor)
    ]
    if len(found) != 1 or found[0][1] != 1 or len(found[0][0].factors) > 1:
        return None
    return found[0][2]


def _reduced(dividend: Sum, divisor: Sum) -> tuple[Sum, Sum]:
    """Cancel common factors; the first coefficient of the divisor becomes positive."""
    common = gcd(*dividend.terms.values(), *divisor.terms.values())
    if divisor.terms[min(divisor.terms)] < 0:
        common = -common
    factors = list(next(iter(divisor.terms)).factors)
    for each in (*divisor.terms, *dividend.terms):
        left = list(each.factors)
        kept = []
        for factor in factors:
            if factor in left:
                left.remove(factor)
                kept.append(factor)
        factors = kept
    if common == 1 and not factors:
        return dividend, divisor
    return _over(dividend, factors, common), _over(divisor, factors, common)


def _over(value: Sum, factors: Iterable[Atom], coefficient: int) -> Sum:
    return Sum({less(p, factors): n // coefficient for p, n in value.terms.items()})


def _without_multiples(dividend: Sum, divisor: Sum) -> tuple[Sum, Sum]:
    """Extract multiples of the divisor; return the quotient and the remainder."""
    lead = max(divisor.terms, key=lambda each: (len(each.factors), each))
    below = divisor.terms[lead]
    whole, rest = number(0), dividend
    for _ in range(2 * len(dividend.terms) + 8):
        found = next(
            (
                Sum({less(each, lead.factors): coefficient // below})
                for each, coefficient in rest.terms.items()
                if coefficient % below == 0 and _has(each, lead)
            ),
            None,
        )
        if found is None:
            break
        whole = plus(whole, found, {ONE: 1})
        rest = plus(rest, divisor, {p: -n for p, n in found.terms.items()})
    return whole, rest


def _has(whole: Product, part: Product) -> bool:
    left = list(whole.factors)
    for factor in part.factors:
        if factor not in left:
            return False
        left.remove(factor)
    return True


def _floor(dividend: Sum, divisor: Sum) -> Sum:
    """Return the atom of a division that cannot be simplified."""
    atom = Floor(short(f"({dividend.key})//({divisor.key})"))
    atom.dividend, atom.divisor = dividend, divisor
    atom.number, atom.offset, atom.family = divisor.constant or 0, 0, ""
    if atom.number:
        rest = dict(dividend.terms)
        atom.offset = rest.pop(ONE, 0)
        atom.family = f"({Sum(rest).key})//{atom.number}"
    return made(atom, dividend, divisor)


def _folded(terms: Terms) -> Terms:
    """Add up divisions that are the parts of a whole."""
    families: dict[tuple[str, Product, int], dict[int, int]] = {}
    found: dict[str, Floor] = {}
    for each, coefficient in terms.items():
        for atom in each.floors:
            rest = less(each, (atom,))
            found[atom.family] = atom
            for count in _primes(atom.number):
                first = atom.offset % (atom.number // count)
                key = (f"{atom.family}+{first}", rest, count)
                families.setdefault(key, {})[atom.offset] = coefficient
                found[key[0]] = atom
    if not families:
        return terms
    order = sorted(families, key=lambda each: (-found[each[0]].depth, each))
    for key in order:
        _, rest, count = key
        times = _middle(families[key], count, single=not rest.floors)
        if times:
            return _unfolded(terms, found[key[0]], rest, count, times)
    return terms


@lru_cache(1024)
def _primes(value: int) -> tuple[int, ...]:
    """Return the small prime factors of a number."""
    found = []
    for each in range(2, LARGEST_FAMILY):
        if value % each == 0:
            found.append(each)
            while value % each == 0:
                value //= each
        if value < each:
            break
    return tuple(found)


def _middle(parts: Mapping[int, int], count: int, *, single: bool) -> int:
    """Return how many times the whole is extracted from its parts.

    Args:
        parts: The coefficients of the parts that occur.
        count: The number of parts of the whole.
        single: Whether they are not multiplied by another division. If they are, only
            complete families are extracted, so that this terminates.
    """
    if single:
        if 2 * len(parts) < count:
            return 0
        every = sorted([*parts.values(), *[0] * (count - len(parts))])
        return every[(count - 1) // 2]
    if len(parts) < count:
        return 0
    least, most = min(parts.values()), max(parts.values())
    return least if least > 0 else min(most, 0)


def _unfolded(
    terms: Terms, atom: Floor, rest: Product, count: int, times: int
) -> Terms:
    """Extract a whole from its parts a number of times."""
    base = {p: n for p, n in atom.dividend.terms.items() if p}
    spend(count * (2 + len(base)))
    step = atom.number // count
    first = atom.offset % step
    found = dict(terms)

    def take(value: Sum, multiple: int) -> None:
        for each, coefficient in value.terms.items():
            key = product((*rest.factors, *each.factors))
            found[key] = found.get(key, 0) + multiple * coefficient

    for offset in range(first, atom.number, step):
        take(_floor(_nonzero({**base, ONE: offset}), atom.divisor), -times)
    take(divided(_nonzero({**base, ONE: first}), number(step)), times)
    return _folded({key: each for key, each in found.items() if each})


def plus(one: Sum, other: Sum, times: Terms) -> Sum:
    """Add `other` multiplied by `times` to `one`, without simplification."""
    found = dict(one.terms)
    for outer, multiple in times.items():
        for inner, coefficient in other.terms.items():
            factors = (*outer.factors, *inner.factors)
            key = product(factors) if outer and inner else outer or inner
            found[key] = found.get(key, 0) + multiple * coefficient
    return Sum({each: number for each, number in found.items() if number})


def less(whole: Product, factors: Iterable[Atom]) -> Product:
    """Remove factors from a product."""
    left = list(whole.factors)
    for factor in factors:
        left.remove(factor)
    return product(tuple(left))
