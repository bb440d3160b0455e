"""Values that are the same for each example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_MEANT = frozenset(("ZerosLike", "OnesLike", "FullLike", "Softmax", "LogSoftmax"))
"""Functions that only take a shape, and those that other rules and errors name."""
_DIFFERENCES = frozenset(("Sub", "Div"))


def _find(subject: Subject) -> Iterator[Finding]:
    every = [each for each in subject.flow.operations if _depends(each)]
    wrong = [each for each in every if _is_constant(each, subject)]
    for each in kinds.always(wrong, every):
        number = _number(each, subject)
        yield Finding(
            f"`{each.name}` returns {number:.4g} for everything, so that nothing "
            "before it matters",
            each.node.path,
            each.owner,
            help=f"leave out `{each.name}`",
        )


def _narrow(subject: Subject) -> Iterator[Finding]:
    """Find functions that leave a range in which nothing can differ much."""
    every = [*subject.flow.of("Clamp", "Hardtanh", "ReLU6")]
    wrong = [each for each in every if 0 < _width(each, subject) <= _RANGE]
    for each in kinds.always(wrong, every):
        effect = subject.effects.of_result(each)
        yield Finding(
            f"`{each.name}` leaves numbers from {effect.low:.3g} to {effect.high:.3g}: "
            "nearly all are at one of its ends, where it has no slope",
            each.node.path,
            each.owner,
            help="write a wider range",
        )


_RANGE = 0.01


def _width(each: Operation, subject: Subject) -> float:
    """Return how wide the range of a result is, if that of what comes in is wider."""
    given = subject.effects.of(each.sources[0])
    made = subject.effects.of_result(each)
    wide = given.high - given.low > 1 and bool(kinds.values(each))
    return made.high - made.low if wide else 0.0


def _all(subject: Subject) -> Iterator[Finding]:
    yield from _find(subject)
    yield from _narrow(subject)


def _depends(each: Operation) -> bool:
    return bool(kinds.values(each)) and each.kind not in _MEANT


def _is_constant(each: Operation, subject: Subject) -> bool:
    """Tell whether an operation makes one number of values that differed."""
    if _number(each, subject) is None:
        return False
    given = (each.sources[index].operation for index in kinds.values(each))
    return all(made is None or _number(made, subject) is None for made in given)


def _number(each: Operation, subject: Subject) -> float | None:
    """Return the number that all of a result is; None if it is not known to be one."""
    one, *others = each.sources or (None,)
    if each.kind in _DIFFERENCES and one is not None and others == [one]:
        return float(each.kind == "Div")
    effect = subject.effects.of_result(each)
    return effect.low if effect.low == effect.high else None


_CHAIN = ("Flatten", "Linear: 64", "ReLU")

RULES = (
    Rule(
        "MG523",
        "warning",
        _all,
        Explanation(
            "A value that is the same for each example",
            "Each operation is followed by the interval that its values are in. Where "
            "only one number is left, such as 0 behind `mul: 0`, a ReLU of what is "
            "never above 0, a `clamp` that has one number as both ends, or a value "
            "minus itself, nothing before it reaches what comes behind, and no "
            "gradient comes back. Lu et al., Dying ReLU and initialization "
            "(arXiv:1903.06733), describe networks that end so by chance. How sure: "
            "certain. Leave the operation out, or mend its number.",
            spec(*_CHAIN, "neg", "ReLU", "Linear: 10"),
            spec(*_CHAIN, "Linear: 10"),
        ),
    ),
)
