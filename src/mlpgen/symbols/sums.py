"""Sums of products over parameters, told apart by a text.

A sum maps each product of atoms to its whole coefficient. An atom is a parameter, or
what arithmetic with `+`, `-` and `*` cannot go through: a division that rounds down,
the smaller of two, a choice, a product with a fraction. Each atom has a text by which
it is told from others, so two sums are equal if their dictionaries are.

The order in which terms and factors came stays, for people; it decides nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.symbols.work_limit import spend

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_TERMS = 500
"""The most terms of a sum; what has more has no code."""
DEEPEST = 40
"""How deep divisions and choices stand in each other in code."""
_LONGEST_KEY = 120
"""Characters of a text that tells atoms apart; of longer ones there is a digest."""


class Product(str):
    """Atoms that are multiplied, told apart by their text; empty for the constant.

    Attributes:
        factors: The atoms, in the order in which they came.
        floors: Those of them that are divisions by a plain number.
    """

    __slots__ = ("factors", "floors")
    factors: tuple[Atom, ...]
    floors: tuple[Floor, ...]


class Atom(str):
    """What a product is made of, told apart by its text.

    Attributes:
        names: The parameters that it depends on.
        depth: How deep divisions and choices stand in each other.
        weight: How many names, numbers and signs its code has.
        conditions: The codes of what decides in it.
    """

    __slots__ = ("conditions", "depth", "names", "weight")
    names: frozenset[str]
    depth: int
    weight: int
    conditions: frozenset[str]


class Name(Atom):
    """A parameter."""

    __slots__ = ()


class Opaque(Atom):
    """What has no code: it would be too long."""

    __slots__ = ()


class Floor(Atom):
    """A division that rounds down.

    Attributes:
        dividend: What is divided.
        divisor: By what.
        family: What the divisions have in common that add up to a whole.
        offset: What this one adds to their dividend.
        number: How many they are; 0 if no plain number divides.
    """

    __slots__ = ("dividend", "divisor", "family", "number", "offset")
    dividend: Sum
    divisor: Sum
    family: str
    offset: int
    number: int


class Smaller(Atom):
    """The smaller of two."""

    __slots__ = ("one", "other")
    one: Sum
    other: Sum


class Choice(Atom):
    """One of two, as a condition says: an expression that knows its code and names."""

    __slots__ = ("condition", "one", "other")
    condition: Any
    one: Sum
    other: Sum


class Scaled(Atom):
    """A product with a number that need not be whole, rounded to 0."""

    __slots__ = ("factor", "size")
    size: Sum
    factor: Any


Terms = dict[Product, int]


class Sum(NamedTuple):
    """A sum of products, none of them with the coefficient 0."""

    terms: Terms

    @property
    def key(self) -> str:
        """The text that equal sums share."""
        return short("+".join(sorted(f"{n}*{p}" for p, n in self.terms.items())))

    @property
    def atoms(self) -> list[Atom]:
        """All atoms, once for each product."""
        return [atom for product in self.terms for atom in product.factors]

    @property
    def names(self) -> frozenset[str]:
        """The parameters that it depends on."""
        return frozenset[str]().union(*(atom.names for atom in self.atoms))

    @property
    def depth(self) -> int:
        """How deep divisions and choices stand in each other."""
        return max((atom.depth for atom in self.atoms), default=0)

    @property
    def weight(self) -> int:
        """How many names, numbers and signs its code has."""
        return sum(
            (abs(each) != 1 or not product)
            + (each < 0)
            + sum(map(_weight, product.factors))
            for product, each in self.terms.items()
        )

    @property
    def conditions(self) -> frozenset[str]:
        """The codes of what decides in it."""
        return frozenset[str]().union(*(atom.conditions for atom in self.atoms))

    @property
    def constant(self) -> int | None:
        """The number that it is, if it depends on nothing."""
        if not self.terms:
            return 0
        return self.terms.get(ONE) if len(self.terms) == 1 else None


def _weight(atom: Atom) -> int:
    return atom.weight


def short(text: str) -> str:
    """Return a text, or a digest of a long one."""
    if len(text) <= _LONGEST_KEY:
        return text
    from hashlib import blake2b

    return f"#{blake2b(text.encode(), digest_size=16).hexdigest()}"


def product(factors: tuple[Atom, ...]) -> Product:
    """Multiply atoms."""
    found = Product("*".join(sorted(factors)) if len(factors) > 1 else "".join(factors))
    found.factors = factors
    found.floors = tuple(x for x in factors if isinstance(x, Floor) and x.number)
    return found


ONE = product(())
"""The product of nothing."""


def number(value: int) -> Sum:
    """Return the sum that is a plain number."""
    return Sum({ONE: value} if value else {})


def alone(atom: Atom) -> Sum:
    """Return the sum that is one atom."""
    return Sum({product((atom,)): 1})


@lru_cache(4096)
def name(text: str) -> Sum:
    """Return the sum that is one parameter."""
    atom = Name(text)
    atom.names, atom.depth, atom.weight = frozenset((text,)), 0, 1
    atom.conditions = frozenset()
    return alone(atom)


def opaque(key: str, names: frozenset[str]) -> Sum:
    """Return what has no code: told apart by `key`, it depends on `names`."""
    atom = Opaque(short(f"(?{key})"))
    atom.names, atom.depth, atom.weight = names, 0, 1
    atom.conditions = frozenset()
    return alone(atom)


def made(atom: Atom, *parts: Sum, beside: Any = None) -> Sum:
    """Return the sum that is an atom made of others, or what has no code.

    Args:
        atom: The atom, whose attributes are filled in.
        parts: The sums that it is made of.
        beside: What else is in its code: a condition, or a number that is not whole.
    """
    names: frozenset[str] = getattr(beside, "names", frozenset())
    atom.names = names.union(*(each.names for each in parts))
    atom.depth = 1 + max(each.depth for each in parts)
    atom.weight = words(beside) + sum(each.weight for each in parts)
    atom.conditions = frozenset[str]().union(*(each.conditions for each in parts))
    if isinstance(atom, Choice):
        atom.conditions |= {atom.condition.code}
    spend(atom.weight)
    if atom.depth > DEEPEST or atom.weight > MOST_TERMS:
        return opaque(atom, atom.names)
    return alone(atom)


def words(value: Any) -> int:
    """Count the names and numbers in the code of a condition or a number."""
    return len(re.findall(r"\w+", getattr(value, "code", "")))


def is_opaque(value: Sum) -> bool:
    """Tell whether there is no code for it."""
    return any(_is_opaque(atom) for atom in value.atoms)


def _is_opaque(atom: Atom) -> bool:
    return isinstance(atom, Opaque) or any(map(is_opaque, parts_of(atom)))


def parts_of(atom: Atom) -> tuple[Sum, ...]:
    """Return the sums that an atom is made of."""
    match atom:
        case Floor():
            return atom.dividend, atom.divisor
        case Smaller() | Choice():
            return atom.one, atom.other
        case Scaled():
            return (atom.size,)
    return ()


def plus(one: Sum, other: Sum, times: Terms) -> Sum:
    """Add a sum as many times as another says, and look for nothing simpler."""
    found = dict(one.terms)
    for outer, often in times.items():
        for inner, coefficient in other.terms.items():
            factors = (*outer.factors, *inner.factors)
            key = product(factors) if outer and inner else outer or inner
            found[key] = found.get(key, 0) + often * coefficient
    return Sum({each: number for each, number in found.items() if number})


def less(whole: Product, factors: Iterable[Atom]) -> Product:
    """Take factors out of a product that has them."""
    left = list(whole.factors)
    for factor in factors:
        left.remove(factor)
    return product(tuple(left))
