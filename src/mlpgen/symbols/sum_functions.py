"""Functions of sums: minimum, choice by a condition, scaling, and substitution."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mlpgen.symbols.sum_arithmetic import added, divided, multiplied
from mlpgen.symbols.sums import (
    Atom,
    Called,
    Choice,
    Floor,
    Item,
    Minimum,
    Name,
    Opaque,
    Rounded,
    Scaled,
    Sum,
    alone,
    made,
    number,
    short,
    sums_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mlpgen.symbols.sums import Terms

LARGEST_EXPONENT = 63
"""The largest exponent of a whole number."""
WRONG_EXPONENT = f"the exponent must be a number from 0 to {LARGEST_EXPONENT}"


def minimum(one: Sum, other: Sum) -> Sum:
    """Return the minimum of two sums; what both share is added to it.

    Parameters are assumed to be at least 0, so `w` is smaller than `2 * w`.
    """
    more = added(other, one, -1)
    if is_positive(more):
        return one
    if is_positive(added(_ZERO, more, -1)):
        return other
    common = _common(one, other)
    one, other = added(one, common, -1), added(other, common, -1)
    atom = Minimum(short(f"min({','.join(sorted((one.key, other.key)))})"))
    atom.one, atom.other = one, other
    return added(common, made(atom, one, other))


_ZERO = number(0)


def is_positive(value: Sum) -> bool:
    """Return whether a sum is never below 0 while no parameter is."""
    return all(
        each > 0 and all(map(_is_positive_atom, product.factors))
        for product, each in value.terms.items()
    )


def is_positive_from_one(value: Sum) -> bool:
    """Return whether a sum is never below 0 while each parameter is at least 1.

    So is `(kernel_size - 1) * dilation`.
    """
    if is_positive(value):
        return True
    known: dict[str, Sum] = {}
    return is_positive(rebuilt(value, _one_more, _itself, known))


def _one_more(atom: Atom) -> Sum | None:
    return added(alone(atom), number(1)) if isinstance(atom, Name) else alone(atom)


def _is_positive_atom(atom: Atom) -> bool:
    if isinstance(atom, Scaled) and atom.factor < 0:
        return False
    match atom:
        case Opaque() | Rounded():
            return False
        case Item():
            return True
        case Called(function="abs"):
            return True
        case Called(function="max"):
            return any(map(is_positive, atom.sums))
        case Called(function="pow"):
            return is_positive(atom.sums[0])
    return all(map(is_positive, sums_in(atom)))


def either(condition: Any, one: Sum, other: Sum) -> Sum:
    """Return a choice of two sums; what both share is added to it.

    Args:
        condition: The expression that decides, with `code` and `names`.
        one: The sum if it is true.
        other: The sum if it is false.
    """
    one, other = (
        decided(one, condition.code, holds=True),
        decided(other, condition.code, holds=False),
    )
    told = _told_apart(condition, one, other)
    if told is not None:
        return told
    common = _common(one, other)
    one, other = added(one, common, -1), added(other, common, -1)
    if one.terms == other.terms:
        return added(common, one)
    atom = Choice(short(f"({condition.code}?{one.key}:{other.key})"))
    atom.condition, atom.one, atom.other = condition, one, other
    return added(common, made(atom, one, other, beside=condition))


def _told_apart(condition: Any, one: Sum, other: Sum) -> Sum | None:
    """Return what a choice between two sums always is, if it asks whether they differ.

    `a if a != b else b` is `a`.
    """
    sides = condition.operand.inner
    signs = [each.strip() for each in condition.operand.tokens if isinstance(each, str)]
    if len(sides) != 2 or signs not in (["=="], ["!="]):
        return None
    if one.names | other.names != condition.names:
        return None  # to compare code would take long
    from mlpgen.symbols.sum_code import formula

    if {formula(one), formula(other)} != {*sides}:
        return None
    return one if signs == ["!="] else other


def decided(value: Sum, condition: str, *, holds: bool) -> Sum:
    """Remove the choices by a condition whose value is known."""
    if condition not in value.conditions:
        return value

    def chosen(atom: Atom) -> Sum | None:
        if condition not in atom.conditions:
            return alone(atom)
        if isinstance(atom, Choice) and atom.condition.code == condition:
            inner = atom.one if holds else atom.other
            return decided(inner, condition, holds=holds)
        return None

    return rebuilt(value, chosen, _itself, {})


def _common(one: Sum, other: Sum) -> Sum:
    """Return what two sums share: the smaller of two coefficients."""
    found: Terms = {}
    for each, coefficient in one.terms.items():
        twin = other.terms.get(each, 0)
        if each and coefficient * twin > 0:
            found[each] = min(coefficient, twin, key=abs)
    return Sum(found)


def scaled(size: Sum, factor: Any) -> Sum:
    """Multiply by a number that may be a fraction, and truncate.

    Args:
        size: The sum.
        factor: The number; if it depends on parameters, it has `code` and `names`.
    """
    if isinstance(factor, int):
        return multiplied(size, number(factor))
    names: frozenset[str] = getattr(factor, "names", frozenset())
    constant = size.constant
    if constant is not None and not names:
        return number(int(constant * factor))
    atom = Scaled(short(f"int(({size.key})*({getattr(factor, 'code', repr(factor))}))"))
    atom.size, atom.factor = size, factor
    return made(atom, size, beside=factor)


def extreme(function: str, sums: Sequence[Sum]) -> Sum:
    """Return the minimum or maximum of sums, for any values of the parameters.

    Of those that differ by a number, one is enough.

    Args:
        function: `min` or `max`.
        sums: The sums, one at least.
    """
    kept: list[Sum] = []
    for each in sums:
        for place, other in enumerate(kept):
            more = added(each, other, -1).constant
            if more is not None:
                larger = more > 0
                kept[place] = each if larger == (function == "max") else other
                break
        else:
            kept.append(each)
    return kept[0] if len(kept) == 1 else _call(function, kept)


def absolute(value: Sum) -> Sum:
    """Return a sum without its sign."""
    constant = value.constant
    return _call("abs", [value]) if constant is None else number(abs(constant))


def power(base: Sum, exponent: Sum) -> Sum:
    """Return a power; with an exponent that is a plain number, a product.

    Raises:
        OverflowError: The exponent is a plain number that is too small or too large.
    """
    times = exponent.constant
    if times is None:
        return _call("pow", [base, exponent])
    if not 0 <= times <= LARGEST_EXPONENT:
        raise OverflowError(WRONG_EXPONENT)
    result = number(1)
    for _ in range(times):
        result = multiplied(result, base)
    return result


def _call(function: str, sums: Sequence[Sum]) -> Sum:
    each_key = [each.key for each in sums]
    keys = ",".join(each_key if function == "pow" else sorted(each_key))
    atom = Called(short(f"{function}[{keys}]"))
    atom.function, atom.sums = function, (*sums,)
    return made(atom, *sums)


def rounded(function: str, value: Any) -> Sum:
    """Make a number an integer by one of the `ROUNDINGS`."""
    if not getattr(value, "names", ()):
        return number(ROUNDINGS[function](value))
    atom = Rounded(short(f"{function}[{value.code}]"))
    atom.function, atom.number = function, value
    return made(atom, beside=value)


ROUNDINGS: Mapping[str, Callable[[float], int]] = {
    "int": int,
    "round": round,
    "floor": math.floor,
    "ceil": math.ceil,
}
"""Python's functions that make a number an integer."""


def rebuilt(
    value: Sum,
    replaced: Callable[[Atom], Sum | None],
    again: Callable[[Any], Any],
    known: dict[str, Sum],
) -> Sum:
    """Replace atoms by sums.

    Args:
        value: The sum.
        replaced: Returns the replacement of an atom; None if only its parts change.
        again: Evaluates a condition or factor again; an item of a list as a sum, or as
            it is.
        known: A cache of replaced atoms.
    """

    def of(value: Sum) -> Sum:
        return rebuilt(value, replaced, again, known)

    def inside(atom: Atom) -> Sum:
        match atom:
            case Floor():
                return divided(of(atom.dividend), of(atom.divisor))
            case Minimum():
                return minimum(of(atom.one), of(atom.other))
            case Scaled():
                return scaled(of(atom.size), again(atom.factor))
            case Called(function="abs"):
                return absolute(of(atom.sums[0]))
            case Called(function="pow"):
                return power(*map(of, atom.sums))
            case Called():
                return extreme(atom.function, [of(each) for each in atom.sums])
            case Rounded():
                return rounded(atom.function, again(atom.number))
            case Item():
                return _read_again(atom, of, again)
            case Choice():
                condition = again(atom.condition)
                if not condition.names:
                    return of(atom.one if condition.value else atom.other)
                return either(condition, of(atom.one), of(atom.other))
        return alone(atom)

    found = number(0)
    for each, coefficient in value.terms.items():
        term = number(coefficient)
        for atom in each.factors:
            if atom not in known:
                other = replaced(atom)
                known[atom] = inside(atom) if other is None else other
            term = multiplied(term, known[atom])
        found = added(found, term)
    return found


def _read_again(
    atom: Item, of: Callable[[Sum], Sum], again: Callable[[Any], Any]
) -> Sum:
    """Read an item of another list, or with other indices."""
    from mlpgen.symbols.item_sums import item_sum

    found = again(atom)
    if isinstance(found, Sum):
        return found
    return item_sum(atom.list, [*map(of, atom.indices)], length=atom.is_length)


def _itself(value: Any) -> Any:
    return value
