"""Sums of products over parameters: the normal form of symbolic sizes.

A sum maps products of atoms to integer coefficients. An atom is a parameter, or
something that `+`, `-` and `*` cannot expand: a floor division, a minimum, a choice, a
product with a fraction. Each product and atom is a string, its key, which is equal for
equal ones. So two sums are equal if their dictionaries are.

The order of terms and factors is kept for people, and has no meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from mlpgen.symbols.work_limit import spend

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_TERMS = 500
"""The most terms of a sum; a larger one has no code."""
DEEPEST = 40
"""The deepest nesting of divisions and choices in code."""
_LONGEST_KEY = 120
"""The most characters of a key; longer ones are replaced by a digest."""


class Product(str):
    """A product of atoms, which is its key; empty for the constant 1.

    Attributes:
        factors: The atoms, in the order in which they were multiplied.
        floors: Those that are floor divisions by a plain number.
    """

    __slots__ = ("factors", "floors")
    factors: tuple[Atom, ...]
    floors: tuple[Floor, ...]


class Atom(str):
    """A factor of a product, which is its key.

    Attributes:
        names: The parameters that it depends on.
        depth: The nesting depth of divisions and choices.
        weight: The number of names, numbers and signs in its code.
        conditions: The code of the conditions in it.
    """

    __slots__ = ("conditions", "depth", "names", "weight")
    names: frozenset[str]
    depth: int
    weight: int
    conditions: frozenset[str]


class Name(Atom):
    """A parameter."""

    __slots__ = ()


class Local(Name):
    """A local value, which stands for an expression.

    Attributes:
        meaning: The expression.
    """

    __slots__ = ("meaning",)
    meaning: Any


class Variable(Name):
    """A size that a loop in code computes; no expression of parameters does."""

    __slots__ = ()


class Item(Atom):
    """An item of a list, or the length of one.

    Attributes:
        list: The name of the list.
        indices: The indices, the outermost first.
        is_length: Whether it is the length of that item.
    """

    __slots__ = ("indices", "is_length", "list")
    list: str
    indices: tuple[Sum, ...]
    is_length: bool


class Opaque(Atom):
    """A size without code, because it would be too long."""

    __slots__ = ()


class Floor(Atom):
    """A floor division.

    Attributes:
        dividend: The dividend.
        divisor: The divisor.
        family: The key that divisions share if they differ only in their offset, so
            that they may add up to the dividend.
        offset: The constant in the dividend.
        number: The divisor if it is a plain number, else 0.
    """

    __slots__ = ("dividend", "divisor", "family", "number", "offset")
    dividend: Sum
    divisor: Sum
    family: str
    offset: int
    number: int


class Minimum(Atom):
    """The minimum of two sums."""

    __slots__ = ("one", "other")
    one: Sum
    other: Sum


class Choice(Atom):
    """One of two sums, decided by a condition: an expression with code and names."""

    __slots__ = ("condition", "one", "other")
    condition: Any
    one: Sum
    other: Sum


class Called(Atom):
    """`min`, `max`, `abs` or `pow` of sums as an author wrote it; they may be below 0.

    Attributes:
        function: Its name.
        sums: The arguments.
    """

    __slots__ = ("function", "sums")
    function: str
    sums: tuple[Sum, ...]


class Rounded(Atom):
    """A number that is made an integer.

    Attributes:
        function: The name of the function that does it.
        number: The number, with `code` and `names`.
    """

    __slots__ = ("function", "number")
    function: str
    number: Any


class Scaled(Atom):
    """A product with a number that may be a fraction, truncated to an integer."""

    __slots__ = ("factor", "size")
    size: Sum
    factor: Any


Terms = dict[Product, int]


@dataclass(frozen=True)
class Sum:
    """A sum of products, none with the coefficient 0."""

    terms: Terms

    @cached_property
    def key(self) -> str:
        """The key, which equal sums share."""
        return short("+".join(sorted(f"{n}*{p}" for p, n in self.terms.items())))

    @property
    def atoms(self) -> list[Atom]:
        """All atoms, once for each product."""
        return [atom for product in self.terms for atom in product.factors]

    def walk(self) -> Iterator[Atom]:
        """Iterate over all atoms, including those that atoms are made of."""
        left = [self]
        while left:
            for atom in left.pop().atoms:
                yield atom
                left += sums_in(atom)

    @cached_property
    def names(self) -> frozenset[str]:
        """The parameters that it depends on."""
        return frozenset[str]().union(*(atom.names for atom in self.atoms))

    @property
    def depth(self) -> int:
        """The nesting depth of divisions and choices."""
        return max((atom.depth for atom in self.atoms), default=0)

    @cached_property
    def weight(self) -> int:
        """The number of names, numbers and signs in its code."""
        return sum(
            (abs(each) != 1 or not product)
            + (each < 0)
            + sum(map(_weight, product.factors))
            for product, each in self.terms.items()
        )

    @property
    def conditions(self) -> frozenset[str]:
        """The code of the conditions in it."""
        return frozenset[str]().union(*(atom.conditions for atom in self.atoms))

    @property
    def constant(self) -> int | None:
        """The number, if it depends on nothing."""
        if not self.terms:
            return 0
        return self.terms.get(ONE) if len(self.terms) == 1 else None


def _weight(atom: Atom) -> int:
    return atom.weight


def short(text: str) -> str:
    """Return a text, or a digest of it if it is long."""
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
"""The empty product."""


def number(value: int) -> Sum:
    """Return a plain number as a sum."""
    return Sum({ONE: value} if value else {})


def alone(atom: Atom) -> Sum:
    """Return an atom as a sum."""
    return Sum({product((atom,)): 1})


@lru_cache(4096)
def name(text: str) -> Sum:
    """Return a parameter as a sum."""
    return _leaf(Name(text), frozenset((text,)))


def variable(text: str) -> Sum:
    """Return a size that a loop computes as a sum."""
    return _leaf(Variable(text), frozenset((text,)))


def local(text: str, meaning: Any) -> Sum:
    """Return a local value as a sum."""
    atom = Local(text)
    atom.meaning = meaning
    return _leaf(atom, meaning.names | {text})


def opaque(key: str, names: frozenset[str]) -> Sum:
    """Return a sum without code, with this key, that depends on `names`."""
    return _leaf(Opaque(short(f"(?{key})")), names)


def _leaf(atom: Atom, names: frozenset[str]) -> Sum:
    """Return an atom that is made of no sums, as a sum."""
    atom.names, atom.depth, atom.weight = names, 0, 1
    atom.conditions = frozenset()
    return alone(atom)


def made(atom: Atom, *inner: Sum, beside: Any = None) -> Sum:
    """Return an atom that is made of sums, as a sum; without code if it is too large.

    Args:
        atom: The atom; this sets its attributes.
        inner: The sums that it is made of.
        beside: What else its code contains: a condition, or a fraction.
    """
    names: frozenset[str] = getattr(beside, "names", frozenset())
    atom.names = names.union(*(each.names for each in inner))
    atom.depth = 1 + max((each.depth for each in inner), default=0)
    atom.weight = words(beside) + sum(max(each.weight, 1) for each in inner)
    atom.conditions = frozenset[str]().union(*(each.conditions for each in inner))
    if isinstance(atom, Choice):
        atom.conditions |= {atom.condition.code}
    spend(atom.weight)
    if atom.depth > DEEPEST or atom.weight > MOST_TERMS:
        return opaque(atom, atom.names)
    return alone(atom)


def words(value: Any) -> int:
    """Count the names and numbers in the code of a condition or number."""
    return len(re.findall(r"\w+", getattr(value, "code", "")))


def is_opaque(value: Sum) -> bool:
    """Return whether a sum has no code."""
    return any(isinstance(atom, Opaque) for atom in value.walk())


def sums_in(atom: Atom) -> tuple[Sum, ...]:
    """Return the sums that an atom is made of."""
    match atom:
        case Floor():
            return atom.dividend, atom.divisor
        case Minimum() | Choice():
            return atom.one, atom.other
        case Scaled():
            return (atom.size,)
        case Called():
            return atom.sums
        case Item():
            return atom.indices
    return ()
