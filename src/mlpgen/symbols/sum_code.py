"""Code of sums, as short as a person would write it."""

from __future__ import annotations

from functools import partial, reduce
from math import gcd
from typing import TYPE_CHECKING, Any

from mlpgen.symbols import operands
from mlpgen.symbols.sum_arithmetic import exactly, less, plus
from mlpgen.symbols.sums import (
    ONE,
    Called,
    Choice,
    Floor,
    Item,
    Minimum,
    Name,
    Product,
    Rounded,
    Scaled,
    Sum,
    alone,
    number,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.symbols.operands import Operand
    from mlpgen.symbols.sums import Atom, Terms

_LONG = 40
_SHORT = 6
"""The most terms of a sum that is simplified, and of one with two steps at once."""


_ZERO = Sum({})


class Modulo(Floor):
    """The remainder of a division, which occurs only in code."""

    __slots__ = ()


def formula(value: Sum) -> Operand:
    """Return the code of a sum, which keeps it."""
    kept = vars(value)
    if "code" not in kept:
        kept["code"] = _written(value)
    code: Operand = kept["code"]
    return code


def _written(value: Sum) -> Operand:
    """Write the code of a sum: like terms added up, common factors extracted."""
    plain = _plainest(value)
    factors = _factors(value)
    if (
        len(factors) == 1
        or sum(_plainest(each).weight for each in factors) > plain.weight
    ):
        return _factored(plain)
    factors.sort(key=partial(_places, value))
    return reduce(partial(operands.infix, "*"), map(formula, factors))


def _factors(value: Sum) -> list[Sum]:
    """Factor a sum into a product of sums, each written in its own way.

    In the expanded form, a division in one of them would absorb terms of the others.
    """
    if not 4 <= len(value.terms) <= _LONG:
        return [value]
    common = gcd(*value.terms.values())
    if common > 1:
        found = _factors(Sum({each: n // common for each, n in value.terms.items()}))
        return [number(common), *found] if len(found) > 1 else [value]
    for atom in dict.fromkeys(value.atoms):
        group = {each: n for each, n in value.terms.items() if atom in each.factors}
        inner = Sum({less(each, (atom,)): n for each, n in group.items()})
        whole = exactly(value, inner) if len(inner.terms) > 1 else None
        if whole is None:
            continue
        found = _factors(inner)
        if len(whole.terms) > 1:
            return [*_factors(whole), *found]
        if len(found) > 1:
            return [whole, *found]
    return [value]


def _places(value: Sum, factor: Sum) -> list[int]:
    """Return where in a sum the atoms of one of its factors first occur."""
    counts = {each: (len(each.floors), len({*each.factors})) for each in value.terms}
    longest = max(counts, key=counts.__getitem__)
    order = [*dict.fromkeys([*longest.factors, *value.atoms])]
    return sorted(order.index(each) for each in {*factor.atoms} if each in order)


def _plainest(value: Sum) -> Sum:
    """Rewrite divisions and choices in the form with the fewest words."""
    while len(value.terms) <= _LONG:
        ways = list(_ways(value))
        if len(value.terms) <= _SHORT:
            ways += [further for each in ways for further in _ways(each)]
        best = min(ways, key=_length, default=value)
        if _length(best) >= _length(value):
            break
        value = best
    return value


def _length(value: Sum) -> tuple[int, int]:
    """Return the number of names and numbers, then of terms with parameters."""
    return value.weight, len(value.terms) - (ONE in value.terms)


def _ways(value: Sum) -> Iterator[Sum]:
    """Iterate over other forms of a sum."""
    for each, coefficient in value.terms.items():
        for atom in each.factors:
            if type(atom) is Floor:
                rest = less(each, (atom,))
                yield from _ways_of_floor(value, atom, {rest: coefficient})
            elif isinstance(atom, Choice) and len(each.factors) == 1:
                yield _inside(value, atom, coefficient)


def _ways_of_floor(value: Sum, atom: Floor, times: Terms) -> Iterator[Sum]:
    """Iterate over other forms of a division in a sum.

    Args:
        value: The sum.
        atom: The division.
        times: Its coefficient there: a single product.
    """
    here = plus(_ZERO, alone(atom), times)
    rest = plus(value, here, {ONE: -1})
    left = exactly(Sum(times), atom.divisor)
    if left is not None:  # n * (a // n) is a - a % n
        whole = plus(rest, atom.dividend, left.terms)
        remainder = alone(_division(Modulo, atom.dividend, atom.divisor))
        yield plus(whole, remainder, _negative(left.terms))
    if 0 <= atom.dividend.terms.get(ONE, 0) < atom.number and atom.number % 2 == 0:
        yield from _other_half(rest, atom, times)
    for each in value.terms:  # a + b // n is (n * a + b) // n
        for often in (1, -1):
            part = Sum({each: often * value.terms[each]})
            taken = exactly(part, Sum(times))
            if taken is None or atom in each.factors or (not each and not atom.number):
                continue
            more = plus(atom.dividend, atom.divisor, taken.terms)
            moved = alone(_division(Floor, more, atom.divisor))
            yield plus(plus(rest, part, {ONE: -1}), moved, times)
    negative = plus(_ZERO, atom.dividend, {ONE: -1})
    if not atom.number:  # a // (b - c) is -a // (c - b)
        below = plus(_ZERO, atom.divisor, {ONE: -1})
        turned = alone(_division(Floor, negative, below))
        if _signs(negative) + _signs(below) < _signs(atom.dividend) + _signs(
            atom.divisor
        ):
            yield plus(rest, turned, times)


def _signs(value: Sum) -> int:
    return sum(each < 0 for each in value.terms.values())


def _other_half(rest: Sum, atom: Floor, times: Terms) -> Iterator[Sum]:
    """Write one half as the difference of the whole and the other half."""
    half = atom.number // 2
    base = dict(atom.dividend.terms)
    offset = base.pop(ONE, 0)
    twin = (offset + half) % atom.number
    other = _division(Floor, _with_constant(base, twin), atom.divisor)
    first = offset % half
    if half == 1:
        whole = Sum(base)
    else:
        below = number(half)
        whole = alone(_division(Floor, _with_constant(base, first), below))
    yield plus(plus(rest, whole, times), alone(other), _negative(times))


def _with_constant(terms: Terms, constant: int) -> Sum:
    return Sum({**terms, ONE: constant} if constant else dict(terms))


def _inside(value: Sum, atom: Choice, coefficient: int) -> Sum:
    """Write a sum with a choice as a choice of sums."""
    here = plus(_ZERO, alone(atom), {ONE: coefficient})
    rest = plus(value, here, {ONE: -1})
    one, other = (
        plus(rest, each, {ONE: coefficient}) for each in (atom.one, atom.other)
    )
    found = Choice(f"({atom.condition.code}?{one.key}:{other.key})")
    found.condition, found.one, found.other = atom.condition, one, other
    found.names = atom.names | one.names | other.names
    found.weight = sum(max(each.weight, 1) for each in (one, other))
    found.weight += words(atom.condition)
    found.depth, found.conditions = atom.depth, atom.conditions
    return alone(found)


def _division(kind: type[Floor], dividend: Sum, divisor: Sum) -> Floor:
    """Return a division as an atom, without simplification."""
    sign = "%" if kind is Modulo else "//"
    atom = kind(f"({dividend.key}){sign}({divisor.key})")
    atom.dividend, atom.divisor = dividend, divisor
    atom.names = dividend.names | divisor.names
    atom.weight = dividend.weight + divisor.weight
    atom.number, atom.offset, atom.family = divisor.constant or 0, 0, ""
    atom.depth, atom.conditions = 0, frozenset()
    return atom


def _negative(terms: Terms) -> Terms:
    return {each: -coefficient for each, coefficient in terms.items()}


def _factored(value: Sum) -> Operand:
    """Write a sum with common factors extracted."""
    if len(value.terms) < 2 or len(value.terms) > _LONG:
        return _terms(value.terms.items())
    common = gcd(*value.terms.values())
    if common > 1 and _shorter(value, common):
        inner = Sum({each: n // common for each, n in value.terms.items()})
        return operands.infix("*", operands.number(common), _factored(inner))
    factor = _most_common(value)
    if factor is None:
        return _terms(value.terms.items())
    group = Sum({p: n for p, n in value.terms.items() if factor in p.factors})
    inner = Sum({less(p, (factor,)): n for p, n in group.terms.items()})
    whole = exactly(value, inner)
    if whole is not None:
        return _times(value, whole, inner)
    parts: list[tuple[Operand, int]] = []
    told = False
    for each, n in value.terms.items():
        if factor not in each.factors:
            parts.append((_product(each.factors, abs(n)), n))
        elif not told:
            told = True
            sign = -1 if all(n < 0 for n in inner.terms.values()) else 1
            inner = Sum({p: n * sign for p, n in inner.terms.items()})
            parts.append((_times(group, alone(factor), inner), sign))
    return _added(parts)


def _shorter(value: Sum, common: int) -> bool:
    """Return whether extracting a number saves more than it adds."""
    saved = sum(abs(n) == common and bool(p) for p, n in value.terms.items())
    return saved > 1


def _most_common(value: Sum) -> Atom | None:
    """Return the factor that most terms have, if at least two have it."""
    found: dict[Atom, int] = {}
    for each in value.terms:
        for atom in dict.fromkeys(each.factors):
            found[atom] = found.get(atom, 0) + 1
    best = max(found, key=lambda atom: found[atom], default=None)
    return best if best is not None and found[best] > 1 else None


def _times(value: Sum, one: Sum, other: Sum) -> Operand:
    """Write a product of sums, in the order of `value`."""
    first = max(value.terms, key=lambda each: len(each.factors))
    codes = [_factored(one), _factored(other)]
    if len(one.terms) == 1:
        atom = next(iter(one.terms))
        if not atom or first.factors[: len(atom.factors)] == atom.factors:
            return operands.infix("*", *codes)
        return operands.infix("*", *codes[::-1])
    return operands.infix("*", *codes)


def _terms(terms: Iterable[tuple[Product, int]]) -> Operand:
    """Write terms in order; a constant comes last."""
    ordered = sorted(terms, key=lambda term: not term[0])
    return _added([(_product(each.factors, abs(n)), n) for each, n in ordered])


def _added(parts: list[tuple[Operand, int]]) -> Operand:
    """Write a sum; negative terms come last."""
    if not parts:
        return operands.number(0)
    (first, sign), *others = sorted(parts, key=lambda part: part[1] < 0)
    found = operands.negative(first) if sign < 0 else first
    for part, each in others:
        if each < 0 and part.text.startswith("-"):
            part, each = operands.negative(part), 1  # not `a - -b // c`
        found = operands.infix("-" if each < 0 else "+", found, part)
    return found


def _product(factors: tuple[Atom, ...], coefficient: int) -> Operand:
    codes = [_atom(each) for each in factors]
    if coefficient != 1 or not codes:
        codes.insert(0, operands.number(coefficient))
    return codes[0] if len(codes) == 1 else operands.infix("*", *codes)


def _atom(atom: Atom) -> Operand:
    match atom:
        case Name():
            return operands.name(str(atom), getattr(atom, "meaning", None))
        case Item():
            found = operands.name(atom.list)
            for index in atom.indices:
                found = operands.item(found, formula(index))
            return operands.call("len", found) if atom.is_length else found
        case Floor():
            sign = "%" if isinstance(atom, Modulo) else "//"
            return operands.infix(sign, formula(atom.dividend), formula(atom.divisor))
        case Minimum():
            return operands.call("min", formula(atom.one), formula(atom.other))
        case Choice():
            condition = atom.condition.operand
            return operands.choice(condition, formula(atom.one), formula(atom.other))
        case Called(function="pow"):
            base, exponent = map(formula, atom.sums)
            return operands.power(base, exponent, operands.WholePower)
        case Called():
            return operands.call(atom.function, *map(formula, atom.sums))
        case Rounded():
            module = "math." if atom.function in ("floor", "ceil") else ""
            return operands.call(f"{module}{atom.function}", _number(atom.number))
        case Scaled():
            scaled = operands.infix("*", formula(atom.size), _number(atom.factor))
            return operands.call("int", scaled)
    return operands.atom("...")


def _number(factor: Any) -> Operand:
    operand = getattr(factor, "operand", None)
    return operands.number(factor) if operand is None else operand
