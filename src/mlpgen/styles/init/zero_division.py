"""Guards against division by zero in sizes that only left out layers need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.symbols.operands import Precedence, choice, infix, logical, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlpgen.symbols.operands import Operand

_NONZERO = ("", " > 0", " != 0", " >= 1")
"""Ends of conditions which say that a divisor is not 0."""
_ELSE = {" == 0": " != 0", " <= 0": " > 0", " < 1": " >= 1"}
"""The end that a condition has if it is negated."""


def guard_division(code: Operand) -> Operand:
    """Guard a size of layers that may be left out: it is 0 instead of divided by 0.

    Such layers are then not made, since their own condition is tested first. A choice
    that tests the divisor itself stays as it is.
    """
    return _guarded(code, frozenset())


def _guarded(code: Operand, known: frozenset[str]) -> Operand:
    """Guard all divisors but those that are known not to be 0."""
    code = _in_choices(code, known)
    return _if_nonzero(_unknown(code, known), code)


def _if_nonzero(divisors: Iterable[Operand], code: Operand) -> Operand:
    """Compute code only if no divisor is 0."""
    tests = [
        each if each.is_name else infix("!=", each, number(0))
        for each in dict.fromkeys(divisors)
    ]
    if not tests:
        return code
    return choice(logical("and", tests) if tests[1:] else tests[0], code, number(0))


def _unknown(code: Operand, known: frozenset[str]) -> Iterator[Operand]:
    """Yield the divisors that may be 0."""
    for each in code.divisors():
        if each.names and not any(each.text + end in known for end in _NONZERO):
            yield each


def _in_choices(code: Operand, known: frozenset[str]) -> Operand:
    """Guard both sides of each choice, knowing what its condition says."""
    if not code.is_choice:
        return code.mapped(lambda each: _in_choices(each, known))
    one, condition, other = code.inner
    chosen = choice(
        condition,
        _guarded(one, known | _implied(condition)),
        _guarded(other, known | _negated(condition)),
    )
    return _if_nonzero(_of_condition(condition, known), chosen)


def _of_condition(condition: Operand, known: frozenset[str]) -> Iterator[Operand]:
    """Yield those of a condition; each operand of its `and` may guard the next."""
    for each in _operands(condition):
        yield from _unknown(each, known)
        known |= {each.text}


def _implied(condition: Operand) -> frozenset[str]:
    """Return the code of all that a condition tests."""
    return frozenset(each.text for each in _operands(condition))


def _operands(condition: Operand) -> Sequence[Operand]:
    """Return the operands of an `and`, or the condition itself."""
    return condition.inner if condition.precedence is Precedence.AND else (condition,)


def _negated(condition: Operand) -> frozenset[str]:
    """Return what holds if a condition does not."""
    text = condition.text
    ends = (end for end in _ELSE if text.endswith(end))
    return frozenset(text.removesuffix(end) + _ELSE[end] for end in ends)
