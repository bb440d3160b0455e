"""Divisions that only what is left out needs: by zero they are not computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.symbols.operands import Precedence, choice, infix, logical, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlpgen.symbols.operands import Operand

_NONZERO = ("", " > 0", " != 0", " >= 1")
"""What a condition says of a divisor that is not 0."""
_ELSE = {" == 0": " != 0", " <= 0": " > 0", " < 1": " >= 1"}
"""What holds where a condition with such an end does not."""


def guarded(code: Operand) -> Operand:
    """Compute a size for layers that may be left out: 0 where it would divide by 0.

    Such layers are then not made, since their own condition comes first. A choice that
    asks the same itself is left as it is.
    """
    return _guarded(code, frozenset())


def _guarded(code: Operand, known: frozenset[str]) -> Operand:
    """Guard what is divided by, but for what is known not to be 0."""
    code = _in_choices(code, known)
    return _asking(_unknown(code, known), code)


def _asking(divisors: Iterable[Operand], code: Operand) -> Operand:
    """Compute code if nothing that it divides by is 0."""
    asked = [
        each if each.is_name else infix("!=", each, number(0))
        for each in dict.fromkeys(divisors)
    ]
    if not asked:
        return code
    return choice(logical("and", asked) if asked[1:] else asked[0], code, number(0))


def _unknown(code: Operand, known: frozenset[str]) -> Iterator[Operand]:
    """Go through the divisors of which nothing says that they are not 0."""
    for each in code.divisors():
        if each.names and not any(each.text + end in known for end in _NONZERO):
            yield each


def _in_choices(code: Operand, known: frozenset[str]) -> Operand:
    """Guard both sides of each choice, with what its condition says."""
    if not code.is_choice:
        return code.mapped(lambda each: _in_choices(each, known))
    one, condition, other = code.inner
    chosen = choice(
        condition,
        _guarded(one, known | _said(condition)),
        _guarded(other, known | _denied(condition)),
    )
    return _asking(_of_condition(condition, known), chosen)


def _of_condition(condition: Operand, known: frozenset[str]) -> Iterator[Operand]:
    """Go through the same of a condition, each part of which may guard the next."""
    for each in _parts(condition):
        yield from _unknown(each, known)
        known |= {each.text}


def _said(condition: Operand) -> frozenset[str]:
    """Return the code of all that a condition asks for."""
    return frozenset(each.text for each in _parts(condition))


def _parts(condition: Operand) -> Sequence[Operand]:
    """Return what a condition joins by `and`, or itself."""
    return condition.inner if condition.precedence is Precedence.AND else (condition,)


def _denied(condition: Operand) -> frozenset[str]:
    """Return what holds where a condition does not."""
    text = condition.text
    ends = (end for end in _ELSE if text.endswith(end))
    return frozenset(text.removesuffix(end) + _ELSE[end] for end in ends)
