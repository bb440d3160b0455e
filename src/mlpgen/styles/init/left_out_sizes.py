"""Guards of sizes that only left out layers need: they are 0 where Python would stop.

Such a size may divide by zero or read beyond the end of a list. Its layers are then not
made, since their own condition is tested first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlpgen.symbols.operands import (
    Precedence,
    Slot,
    call,
    choice,
    infix,
    logical,
    negative,
    number,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.symbols.operands import Operand

_SHORT_CIRCUITS = (Precedence.AND, Precedence.OR)
_CONDITIONS = (*_SHORT_CIRCUITS, Precedence.NOT, Precedence.COMPARISON)
_COMPARISON = re.compile(r"(.+) (==|!=|<=|>=|<|>) (\d+)")
_OPPOSITE = {"==": "!=", "!=": "==", "<=": ">", ">": "<=", ">=": "<", "<": ">="}


def guard(code: Operand) -> Operand:
    """Guard a size: it is 0, or False, where it could not be computed.

    What a choice, an `and` or an `or` tests itself needs no guard.
    """
    return _guarded(code, frozenset())


def _guarded(code: Operand, known: frozenset[str]) -> Operand:
    """Guard code, except against what is known not to happen."""
    code = _inside(code, known)
    return _if_all(_tests(code, known), code)


def _if_all(tests: Iterable[Operand], code: Operand) -> Operand:
    """Compute code only if all tests hold."""
    unique = [*dict.fromkeys(tests)]
    if not unique:
        return code
    condition = logical("and", unique) if unique[1:] else unique[0]
    return choice(condition, code, number(code.precedence not in _CONDITIONS and 0))


def _inside(code: Operand, known: frozenset[str]) -> Operand:
    """Guard the operands that are computed under a condition, each for itself."""
    if code.precedence in _SHORT_CIRCUITS:
        return _guarded_later_operands(code, known)
    if not code.is_choice:
        return code.mapped(lambda each: _inside(each, known))
    one, condition, other = code.inner
    chosen = choice(
        _inside(condition, known),
        _guarded(one, known | _implied(condition)),
        _guarded(other, known | _negated(condition)),
    )
    return _if_all(_tests(condition, known), chosen)


def _guarded_later_operands(code: Operand, known: frozenset[str]) -> Operand:
    """Guard all operands of an `and` or `or` but the first."""
    told = _implied if code.precedence is Precedence.AND else _negated
    guarded: list[Operand] = []
    for each in code.inner:
        guarded.append(_guarded(each, known) if guarded else _inside(each, known))
        known |= told(each)
    found = iter(guarded)
    return code.mapped(lambda _: next(found))


def _tests(code: Operand, known: frozenset[str]) -> Iterator[Operand]:
    """Yield what must hold so that code can be computed; the innermost tests first."""
    if code.is_choice:
        return
    tokens = code.tokens[:1] if code.precedence in _SHORT_CIRCUITS else code.tokens
    before, sign = code, ""
    for each in tokens:
        if not isinstance(each, Slot):
            sign = each.strip()
            continue
        yield from _tests(each.operand, known)
        if sign in ("/", "//", "%"):
            yield from _not_zero(each.operand, known)
        elif sign == "**" and each.text.startswith("-"):
            yield from _not_zero(before, known)
        elif sign == "math.log(":
            positive = infix(">", each.operand, number(0))
            if each.operand.names and positive.text not in known:
                yield positive
        elif sign == "[":
            yield from _long_enough(before, each.operand, known)
        before = each.operand


def _not_zero(code: Operand, known: frozenset[str]) -> Iterator[Operand]:
    """Yield the test that a number is not 0, if it may be; a length never is."""
    is_length = code.precedence is Precedence.ATOM and code.text.startswith("len(")
    if not code.names or is_length or code.text in known:
        return
    if not any(_excludes_zero(*each) for each in _limits(code, known)):
        yield code if code.is_name else infix("!=", code, number(0))


def _excludes_zero(sign: str, limit: int) -> bool:
    """Return whether a comparison is false of 0; the limit is not negative."""
    if sign == "!=":
        return limit == 0
    return sign == ">" or (sign in (">=", "==") and limit > 0)


def _long_enough(
    values: Operand, index: Operand, known: frozenset[str]
) -> Iterator[Operand]:
    """Yield the test that a list, which has one item at least, has one more."""
    length = call("len", values)
    if index.names:
        test = infix("<", index, length)
        if index.text.startswith("-"):
            test = infix(">=", index, negative(length))
        if test.text not in known:
            yield test
        return
    place = int(index.text)
    least = place + 1 if place >= 0 else -place
    shortest = (_shortest(*each) for each in _limits(length, known))
    if max(shortest, default=1) < least:
        yield infix(">", length, number(least - 1))


def _shortest(sign: str, limit: int) -> int:
    """Return how long a list is at least, given a comparison of its length."""
    if sign in (">=", "=="):
        return limit
    return limit + 1 if sign == ">" or (sign, limit) == ("!=", 1) else 1


def _limits(code: Operand, known: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Yield the comparisons with whole numbers that are known of a number."""
    for each in known:
        found = _COMPARISON.fullmatch(each)
        if found and found[1] == code.text:
            yield found[2], int(found[3])


def _implied(condition: Operand) -> frozenset[str]:
    """Return the code of all that holds if a condition does."""
    if condition.precedence is Precedence.AND:
        return frozenset[str]().union(*map(_implied, condition.inner))
    return frozenset([condition.text])


def _negated(condition: Operand) -> frozenset[str]:
    """Return what holds if a condition does not."""
    if condition.precedence is Precedence.OR:
        return frozenset[str]().union(*map(_negated, condition.inner))
    if condition.precedence is Precedence.NOT:
        return _implied(condition.inner[0])
    found = _COMPARISON.fullmatch(condition.text)
    if condition.precedence is not Precedence.COMPARISON or not found:
        return frozenset()
    return frozenset([f"{found[1]} {_OPPOSITE[found[2]]} {found[3]}"])
