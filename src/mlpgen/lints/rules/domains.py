"""Functions of numbers that they are not defined for."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.graph.effects.arguments import argument, number_of
from mlpgen.graph.effects.effect import UNKNOWN
from mlpgen.graph.effects.operations import SOFTMAXES
from mlpgen.graph.training.values import interval
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.effects.effect import Effect
    from mlpgen.graph.flow import Operation, Source
    from mlpgen.lints.rule import Subject


class _Domain(NamedTuple):
    """The numbers that a function takes.

    Attributes:
        low: The lowest one.
        high: The highest one.
        steep: Whether its value or its slope is infinite at the lowest one.
    """

    low: float = 0.0
    high: float = inf
    steep: bool = True


_POSITIVE, _SHARE = _Domain(), _Domain(-1, 1)
_DOMAINS = {
    **dict.fromkeys(("Log", "Log2", "Log10", "Sqrt", "Rsqrt"), _POSITIVE),
    **dict.fromkeys(("Asin", "Acos", "Atanh", "Erfinv"), _SHARE),
    "Log1p": _Domain(-1),
    "Logit": _Domain(0, 1),
    "Acosh": _Domain(1),
    **dict.fromkeys(("Reciprocal", "Div"), _Domain(-inf)),
}
_LOGARITHMS = frozenset(("Log", "Log2", "Log10"))
_IN_ONE = {"probabilities": "log_softmax", "chances": "logsigmoid"}
"""Functions that make logarithms of probabilities in one step."""
_MAKERS = frozenset((*SOFTMAXES, "sigmoid", "div", "mul", "sub"))
"""What makes probabilities of any numbers, however it is spelled."""
_CUTS = frozenset(("ReLU", "ReLU6", "Hardtanh", "Hardsigmoid", "Clamp", "Threshold"))
"""Functions that return their lowest number for many others."""


def _undefined(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.operations:
        domain, taken = _domain(each), _taken(each)
        effect = subject.effects.of(taken) if domain and taken else UNKNOWN
        said, help = _fault(effect, domain) if domain else ("", "")
        if not said and each.kind in _LOGARITHMS:
            said, help = _of_chances(effect)
        if said:
            message = f"`{each.name}` {said}"
            yield Finding(message, each.node.path, each.owner, help=help)


def _of_chances(effect: Effect) -> tuple[str, str]:
    """Say what a logarithm makes of probabilities right behind what made them."""
    made, logarithm = effect.last, _IN_ONE.get(effect.kind)
    if made is None or logarithm is None or made is not effect.maker or effect.low > 0:
        return "", ""
    if made.kind.lower() not in _MAKERS:
        return "", ""
    return (
        f"and `{made.name}` are two steps: what is unlikely is rounded to 0, whose "
        "logarithm is minus infinity",
        f"write `{logarithm}` in the place of both",
    )


def _domain(each: Operation) -> _Domain | None:
    """Return the numbers that a function takes; None if it takes all."""
    if each.kind == "Pow":
        power = number_of(each, "exponent")
        whole = power is None or power.is_integer()
        return None if whole else _Domain(steep=bool(power and power < 1))
    limited = each.kind == "Logit" and argument(each, "eps") is not None
    return None if limited else _DOMAINS.get(each.kind)


def _taken(each: Operation) -> Source | None:
    """Return the input that must be in the domain: of a division what divides."""
    if each.kind == "Div" and len(each.sources) == 1:
        return each.sources[0] if argument(each, "input") is not None else None
    if not each.sources:
        return None
    return each.sources[-1] if each.kind == "Div" else each.sources[0]


def _fault(effect: Effect, domain: _Domain) -> tuple[str, str]:
    """Say what a function makes of the numbers it gets, and what mends it."""
    if effect.leaves(domain.low, domain.high):
        what = "any numbers" if effect.free else f"numbers {interval(effect)}"
        better = "tanh" if domain.low < 0 else "softplus"
        return f"gets {what}, and makes NaN of some", f"put `{better}` before it"
    lowest = domain.low if domain.low > -inf else 0.0
    cut = effect.last is not None and effect.last.kind in _CUTS
    if not (domain.steep and cut and effect.exact and effect.low == lowest):
        return "", ""
    return (
        f"gets many numbers that are {lowest:g}, where its value or its slope is "
        "infinite",
        "put `add: 0.00001` before it, or a function that is never 0 as `softplus`",
    )


RULES = (
    Rule(
        "MG531",
        "warning",
        _undefined,
        Explanation(
            "A function of numbers that it is not defined for",
            "This is a warning. A logarithm or a root of a number below 0 is NaN, and "
            "so are all weights after the first step with one. A ReLU returns 0 for "
            "about half of what it gets: there a logarithm is minus infinity, a "
            "division infinite, and the slope of a root infinite, which times the 0 "
            "that is the slope of the ReLU is NaN, too. Such NaN are among the most "
            "frequent faults of networks (Wardat et al., DeepLocalize, "
            "arXiv:2103.03376). Each operation is followed by the interval that its "
            "values are in; silent where that does not tell, as of inputs, and for "
            "numbers that are seldom 0, such as a sum of squares. Probabilities are "
            "seldom 0, but are rounded to it, so `log_softmax` and `logsigmoid` do in "
            "one step what is minus infinity in two. How sure: very. Keep "
            "the numbers above 0 by `softplus`, or add a small one.",
            spec("Flatten", "Linear: 32", "ReLU", "log", "Linear: 10"),
            spec("Flatten", "Linear: 32", "ReLU", "log1p", "Linear: 10"),
        ),
    ),
)
