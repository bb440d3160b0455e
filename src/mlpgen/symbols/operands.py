"""Operands: code of expressions that knows its precedence, to be put into other code.

Code is put into code by these functions only, which add parentheses where one table
says so. A plain string is not an operand: `name`, `number` and `atom` declare that it
needs no parentheses.
"""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import pairwise
from math import isinf
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


class Precedence(IntEnum):
    """The precedence of Python's operators, the loosest first.

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
"""Binary operators that are left-associative, or not associative."""


_SIMPLE = r"-?([A-Za-z_][\w.]*|\d[\d.]*(e-?\d+)?)"
"""Operands that ruff puts no spaces around in a power."""


class Name(str):
    """A name in code, which can be replaced.

    Attributes:
        meaning: The expression that a local value stands for; None for a parameter.
    """

    __slots__ = ("meaning",)
    meaning: Any


class Operand(NamedTuple):
    """The code of one value.

    Attributes:
        text: The code, for where it needs no parentheses: between commas, in brackets,
            after `=` or `if`.
        precedence: The precedence of its outermost operator.
        tokens: Words and signs, and slots with operands.
    """

    text: str
    precedence: Precedence
    tokens: tuple[str | Slot, ...]

    def __eq__(self, other: object) -> bool:
        """Compare the code."""
        return isinstance(other, Operand) and self.text == other.text

    def __ne__(self, other: object) -> bool:
        """Compare the code."""
        return not self == other

    def __hash__(self) -> int:
        """Hash the code."""
        return hash(self.text)

    def __format__(self, spec: str) -> str:
        """Refuse to be formatted, because that would ignore parentheses."""
        raise TypeError("an operand is printed by `text` or `within`")

    @property
    def names(self) -> frozenset[str]:
        """The names in the code, and those that its local values depend on."""
        found = {*self.own_names}
        for each in self.meanings.values():
            found |= each.names
        return frozenset(found)

    @property
    def own_names(self) -> frozenset[str]:
        """The names in the code itself."""
        return frozenset(map(str, self._name_tokens()))

    @property
    def meanings(self) -> dict[str, Any]:
        """The local values in the code, each with the expression it stands for."""
        tokens = self._name_tokens()
        return {str(each): each.meaning for each in tokens if each.meaning is not None}

    def _name_tokens(self) -> Iterator[Name]:
        for each in self.tokens:
            if isinstance(each, Slot):
                yield from each.operand._name_tokens()
            elif isinstance(each, Name):
                yield each

    @property
    def computed(self) -> frozenset[str]:
        """The names in the code itself that are evaluated whatever conditions are."""
        if self.is_name:
            return self.own_names
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
        """Whether it is a single name."""
        return isinstance(self.tokens[0], Name)

    @property
    def atom(self) -> str:
        """The code for where `.method()` or an index follows."""
        return f"({self.text})" if self.text.isdigit() else self.within(_TIGHTEST)

    def within(self, least: Precedence) -> str:
        """Return the code, in parentheses if it binds less tightly than `least`."""
        return self.text if self.precedence >= least else f"({self.text})"

    @property
    def inner(self) -> tuple[Operand, ...]:
        """The operands in it, in order."""
        return tuple(each.operand for each in self.tokens if isinstance(each, Slot))

    @property
    def is_choice(self) -> bool:
        """Whether it is `a if condition else b`."""
        return self.precedence is Precedence.CHOICE

    def divisors(self) -> Iterator[Operand]:
        """Iterate over the divisors in the code, except for those in choices.

        The divisors in a divisor come before it.
        """
        for sign, each in pairwise(("", *self.tokens)):
            if isinstance(each, Slot) and not self.is_choice:
                yield from each.operand.divisors()
                if sign in (" / ", " // ", " % "):
                    yield each.operand

    def mapped(self, change: Callable[[Operand], Operand]) -> Operand:
        """Replace each operand in it."""
        tokens = (
            Slot(change(each.operand), each.least) if isinstance(each, Slot) else each
            for each in self.tokens
        )
        return _made(self.precedence, *tokens)

    def replaced(self, values: Mapping[str, Operand]) -> Operand:
        """Replace names."""
        if self.is_name:
            return values.get(self.text, self)
        return self.mapped(lambda each: each.replaced(values))


class Slot(NamedTuple):
    """A place for an operand in other code.

    Attributes:
        operand: The operand.
        least: The precedence that it needs to have there without parentheses.
    """

    operand: Operand
    least: Precedence

    @property
    def needs_brackets(self) -> bool:
        """Whether the operand needs parentheses there."""
        return self.operand.precedence < self.least

    @property
    def text(self) -> str:
        """The code of the operand there."""
        return self.operand.within(self.least)


_TIGHTEST = Precedence.ATOM


def _made(precedence: Precedence, *tokens: str | Slot) -> Operand:
    texts = (each.text if isinstance(each, Slot) else each for each in tokens)
    return Operand("".join(texts), precedence, tokens)


def name(text: str, meaning: Any = None) -> Operand:
    """Return the operand for a name.

    Args:
        text: The name.
        meaning: The expression that a local value stands for.
    """
    token = Name(text)
    token.meaning = meaning
    return _made(_TIGHTEST, token)


def atom(text: str) -> Operand:
    """Return the operand for code that never needs parentheses: a call, an attribute.

    The names in it cannot be replaced.
    """
    return _made(_TIGHTEST, text)


def number(value: float) -> Operand:
    """Return the operand for a number or bool, formatted like ruff."""
    if isinf(value):
        return atom(f'float("{value}")')
    text = repr(value).replace("e+", "e")
    return _made(Precedence.SIGN if text.startswith("-") else _TIGHTEST, text)


def infix(sign: str, first: Operand, *others: Operand) -> Operand:
    """Put a left-associative operator between operands."""
    return chain(first, [(sign, each) for each in others])


def chain(first: Operand, others: Sequence[tuple[str, Operand]]) -> Operand:
    """Join operands with operators of equal precedence: `a + b - c`, `1 < a <= b`.

    A comparison as an operand of a comparison needs parentheses: `(a < b) < c` differs
    from `a < b < c`.
    """
    if not others:
        return first
    precedence = _OPERATORS[others[0][0]]
    tighter = Precedence(precedence + 1)
    compares = precedence is Precedence.COMPARISON
    tokens: list[str | Slot] = [Slot(first, tighter if compares else precedence)]
    if first.precedence is precedence and not compares:
        tokens = [*first.tokens]
    for sign, each in others:
        tokens += [f" {sign} ", Slot(each, tighter)]
    return _made(precedence, *tokens)


def logical(word: str, operands: Sequence[Operand]) -> Operand:
    """Join conditions with `and` or `or`; an `and` in an `or` gets parentheses."""
    precedence = Precedence.AND if word == "and" else Precedence.OR
    tokens: list[str | Slot] = []
    for each in operands:
        tokens += [f" {word} "] * bool(tokens)
        same = each.precedence is precedence
        tokens += each.tokens if same else [Slot(each, Precedence.NOT)]
    return _made(precedence, *tokens)


def negation(operand: Operand) -> Operand:
    """Put `not` before a condition."""
    return _made(Precedence.NOT, "not ", Slot(operand, Precedence.NOT))


def negative(operand: Operand) -> Operand:
    """Put a minus before a number; like ruff, put parentheses around a power."""
    return _made(Precedence.SIGN, "-", Slot(operand, _TIGHTEST))


class WholePower(str):
    """The sign of a power of whole numbers."""

    __slots__ = ()


def power(base: Operand, exponent: Operand, sign: type[str] = str) -> Operand:
    """Return a power with ruff's spaces: `a**2`, but `(a + 1) ** 2`."""
    simple = all(re.fullmatch(_SIMPLE, _first(each)) for each in (base, exponent))
    return _made(
        Precedence.POWER,
        Slot(base, _TIGHTEST),
        sign("**" if simple and base.precedence is _TIGHTEST else " ** "),
        Slot(exponent, Precedence.SIGN),
    )


def _first(operand: Operand) -> str:
    """Return the base of a power; otherwise the whole code."""
    base = operand.tokens[0]
    if operand.precedence is Precedence.POWER and isinstance(base, Slot):
        return base.text
    return operand.text


def choice(condition: Operand, one: Operand, other: Operand) -> Operand:
    """Return a choice; one in another gets parentheses for readability."""
    one_, condition_, other_ = (
        Slot(each, Precedence.OR) for each in (one, condition, other)
    )
    return _made(Precedence.CHOICE, one_, " if ", condition_, " else ", other_)


def item(found: Operand, index: Operand) -> Operand:
    """Return an item of a list: `depths[0]`."""
    return _made(
        _TIGHTEST, Slot(found, _TIGHTEST), "[", Slot(index, Precedence.CHOICE), "]"
    )


def sequence(items: Sequence[Operand]) -> Operand:
    """Return a tuple: `(2, 2, 6, 2)`."""
    if len(items) == 1:
        return _made(_TIGHTEST, "(", Slot(items[0], Precedence.CHOICE), ",)")
    return call("", *items)


def call(function: str, *arguments: Operand) -> Operand:
    """Return a call of a Python function."""
    tokens: list[str | Slot] = []
    for each in arguments:
        tokens += [", "] * bool(tokens) + [Slot(each, Precedence.CHOICE)]
    return _made(_TIGHTEST, f"{function}(", *tokens, ")")
