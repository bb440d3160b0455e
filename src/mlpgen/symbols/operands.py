"""Code of expressions that knows how tightly it binds, so that it can be an operand.

Code is put into code only by the functions here, which decide about parentheses by one
table. A text alone is no operand: `name`, `number` and `atom` say that nothing can come
between its parts.
"""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


class Precedence(IntEnum):
    """How tightly Python binds what stands in an expression, the loosest first.

    https://docs.python.org/3/reference/expressions.html#operator-precedence
    """

    CHOICE = 1
    OR = 2
    AND = 3
    NOT = 4
    COMPARISON = 5
    BIT_OR = 6
    BIT_XOR = 7
    BIT_AND = 8
    SHIFT = 9
    SUM = 10
    PRODUCT = 11
    SIGN = 12
    POWER = 13
    ATOM = 14


_OPERATORS = {
    **dict.fromkeys(["==", "!=", "<", "<=", ">", ">="], Precedence.COMPARISON),
    "|": Precedence.BIT_OR,
    "^": Precedence.BIT_XOR,
    "&": Precedence.BIT_AND,
    **dict.fromkeys(["<<", ">>"], Precedence.SHIFT),
    **dict.fromkeys(["+", "-"], Precedence.SUM),
    **dict.fromkeys(["*", "/", "//", "%", "@"], Precedence.PRODUCT),
}
"""Operators between two operands that group from the left, or not at all."""


_SIMPLE = r"-?([A-Za-z_][\w.]*|\d[\d.]*(e-?\d+)?)"
"""What ruff puts no blanks around in a power."""


class Name(str):
    """A part of code that stands for a value: what can be replaced."""

    __slots__ = ()


class Operand(NamedTuple):
    """Code of one value.

    Attributes:
        text: The code; `text` alone may stand where nothing binds: between commas, in
            brackets, behind `=` or `if`.
        precedence: How tightly its outermost operator binds.
        parts: What it is made of: words and signs, and operands in their places.
    """

    text: str
    precedence: Precedence
    parts: tuple[str | Slot, ...]

    def __eq__(self, other: object) -> bool:
        """Compare the code, which says everything."""
        return isinstance(other, Operand) and self.text == other.text

    def __ne__(self, other: object) -> bool:
        """Compare the code."""
        return not self == other

    def __hash__(self) -> int:
        """Take equal code for equal."""
        return hash(self.text)

    def __format__(self, spec: str) -> str:
        """Refuse to be printed inside of other code without a word on parentheses."""
        raise TypeError("an operand is printed by `text` or `within`")

    @property
    def names(self) -> frozenset[str]:
        """The names in the code."""
        found: set[str] = set()
        for each in self.parts:
            if isinstance(each, Slot):
                found |= each.operand.names
            elif isinstance(each, Name):
                found.add(str(each))
        return frozenset(found)

    @property
    def computed(self) -> frozenset[str]:
        """The names in what is computed in any case, whatever is chosen or decided."""
        if self.is_name:
            return self.names
        inner = self.inner
        if self.is_choice:
            inner = inner[1:2]
        elif self.precedence in (Precedence.AND, Precedence.OR):
            inner = inner[:1]
        elif self.precedence is Precedence.COMPARISON:
            inner = inner[:2]
        return frozenset[str]().union(*(each.computed for each in inner))

    @property
    def is_name(self) -> bool:
        """Whether it is one name and nothing else."""
        return isinstance(self.parts[0], Name)

    @property
    def atom(self) -> str:
        """The code so that `.method()` or an index can follow it."""
        return f"({self.text})" if self.text.isdigit() else self.within(_TIGHTEST)

    def within(self, least: Precedence) -> str:
        """Write it where what binds less tightly than `least` needs parentheses."""
        return self.text if self.precedence >= least else f"({self.text})"

    @property
    def inner(self) -> tuple[Operand, ...]:
        """The operands that stand in it, in order."""
        return tuple(each.operand for each in self.parts if isinstance(each, Slot))

    @property
    def is_choice(self) -> bool:
        """Whether it is `a if condition else b`."""
        return self.precedence is Precedence.CHOICE

    def divisors(self) -> Iterator[Operand]:
        """Go through what is divided by in the code, whatever choices it has.

        What a divisor divides by itself comes before it.
        """
        for sign, each in pairwise(("", *self.parts)):
            if isinstance(each, Slot) and not self.is_choice:
                yield from each.operand.divisors()
                if sign in (" / ", " // ", " % "):
                    yield each.operand

    def mapped(self, change: Callable[[Operand], Operand]) -> Operand:
        """Put other code in the place of each operand."""
        parts = (
            Slot(change(each.operand), each.least) if isinstance(each, Slot) else each
            for each in self.parts
        )
        return _made(self.precedence, *parts)

    def replaced(self, values: Mapping[str, Operand]) -> Operand:
        """Put other code in the place of names."""
        if self.is_name:
            return values.get(self.text, self)
        return self.mapped(lambda each: each.replaced(values))


class Slot(NamedTuple):
    """Where an operand stands in other code.

    Attributes:
        operand: The code.
        least: How tightly it must bind there to need no parentheses.
    """

    operand: Operand
    least: Precedence

    @property
    def needs_brackets(self) -> bool:
        """Whether the operand stands in brackets there."""
        return self.operand.precedence < self.least

    @property
    def text(self) -> str:
        """What stands there."""
        return self.operand.within(self.least)


_TIGHTEST = Precedence.ATOM


def _made(precedence: Precedence, *parts: str | Slot) -> Operand:
    texts = (each.text if isinstance(each, Slot) else each for each in parts)
    return Operand("".join(texts), precedence, parts)


def name(text: str) -> Operand:
    """Write the name of a value."""
    return _made(_TIGHTEST, Name(text))


def atom(text: str) -> Operand:
    """Write code that holds together by itself: a call, a part, something in brackets.

    What is in it has no names that could be replaced.
    """
    return _made(_TIGHTEST, text)


def number(value: float) -> Operand:
    """Write a number, or true or false, as ruff formats it."""
    text = repr(value).replace("e+", "e")
    return _made(Precedence.SIGN if text.startswith("-") else _TIGHTEST, text)


def infix(sign: str, first: Operand, *others: Operand) -> Operand:
    """Put an operator between operands, which group from the left."""
    return chain(first, [(sign, each) for each in others])


def chain(first: Operand, others: Sequence[tuple[str, Operand]]) -> Operand:
    """Join operands by operators that bind alike: `a + b - c`, `1 < a <= b`.

    A comparison that is compared itself has parentheses: `(a < b) < c` is another
    question than `a < b < c`.
    """
    if not others:
        return first
    precedence = _OPERATORS[others[0][0]]
    tighter = Precedence(precedence + 1)
    compares = precedence is Precedence.COMPARISON
    parts: list[str | Slot] = [Slot(first, tighter if compares else precedence)]
    if first.precedence is precedence and not compares:
        parts = [*first.parts]
    for sign, each in others:
        parts += [f" {sign} ", Slot(each, tighter)]
    return _made(precedence, *parts)


def logical(word: str, operands: Sequence[Operand]) -> Operand:
    """Join conditions with `and` or `or`; `and` inside of `or` has parentheses."""
    precedence = Precedence.AND if word == "and" else Precedence.OR
    parts: list[str | Slot] = []
    for each in operands:
        parts += [f" {word} "] * bool(parts)
        same = each.precedence is precedence
        parts += each.parts if same else [Slot(each, Precedence.NOT)]
    return _made(precedence, *parts)


def negation(operand: Operand) -> Operand:
    """Write `not` before a condition."""
    return _made(Precedence.NOT, "not ", Slot(operand, Precedence.NOT))


def negative(operand: Operand) -> Operand:
    """Write a minus before a number; ruff puts a power behind it in parentheses."""
    return _made(Precedence.SIGN, "-", Slot(operand, _TIGHTEST))


def power(base: Operand, exponent: Operand) -> Operand:
    """Write a power, spaced as ruff does: `a**2`, but `(a + 1) ** 2`."""
    simple = all(re.fullmatch(_SIMPLE, _first(each)) for each in (base, exponent))
    return _made(
        Precedence.POWER,
        Slot(base, _TIGHTEST),
        "**" if simple and base.precedence is _TIGHTEST else " ** ",
        Slot(exponent, Precedence.SIGN),
    )


def _first(operand: Operand) -> str:
    """Return what stands before the `**` of a power, or all of it."""
    base = operand.parts[0]
    if operand.precedence is Precedence.POWER and isinstance(base, Slot):
        return base.text
    return operand.text


def choice(condition: Operand, one: Operand, other: Operand) -> Operand:
    """Write a choice; one inside of another has parentheses, to be read."""
    one_, condition_, other_ = (
        Slot(each, Precedence.OR) for each in (one, condition, other)
    )
    return _made(Precedence.CHOICE, one_, " if ", condition_, " else ", other_)


def call(function: str, *arguments: Operand) -> Operand:
    """Write a call of a function of Python."""
    parts: list[str | Slot] = []
    for each in arguments:
        parts += [", "] * bool(parts) + [Slot(each, Precedence.CHOICE)]
    return _made(_TIGHTEST, f"{function}(", *parts, ")")
