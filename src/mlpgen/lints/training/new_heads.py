"""Parts that were trained before, at a higher rate than those that were not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, trained
from mlpgen.graph.training.parameter_names import fits
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.used_rates import rates_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.lints.rule import Subject
    from mlpgen.lints.training.shares import Share

_TIMES = 2
"""So many times the rate of a new head is certainly meant the other way round."""


def _upside_down(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    start = recipe.start if recipe is not None else None
    if recipe is None or start is None or not start.without or not recipe.groups:
        return
    rates = [each for each in rates_of(recipe, subject) if not each.share.opaque]
    known = [each for each in rates if _is_new(each.share, start.without) is False]
    new = [each for each in rates if _is_new(each.share, start.without)]
    for each in known:
        slower = [
            other
            for other in new
            if other.share.kind == each.share.kind
            and 0 < other.value * _TIMES <= each.value
        ]
        if slower:
            other = min(slower, key=lambda rate: rate.value)
            yield each.spot.finding(
                f"`{each.share.parameters[0].name}`, which was trained before, has a "
                f"rate of {each.value:g}, but `{other.share.parameters[0].name}`, "
                f"which is new, one of {other.value:g}",
                help="give the new layers the larger rate, the others a tenth of it",
            )


def _is_new(share: Share, patterns: list[str]) -> bool | None:
    """Tell whether parameters begin anew; None if some do and others do not."""
    new = {
        any(fits(each, pattern) for pattern in patterns) for each in share.parameters
    }
    return new.pop() if len(new) == 1 else None


_BODY = ("Flatten", "Linear: 64\n    name: body", "ReLU", "Linear: 10\n    name: head")


def _tuned(group: str) -> str:
    groups = f"[{{parameters: [{group}], lr: 0.001}}]"
    optimizer = f"{{Adam: {{lr: 0.0001}}, groups: {groups}}}"
    rest = "  weights: {path: before.pt, except: [head]}\n"
    return trained(*_BODY, optimizer=optimizer, rest=rest)


RULES = (
    Rule(
        "MG573",
        "warning",
        _upside_down,
        Explanation(
            "A higher rate for what was trained before",
            "A body that is loaded from `weights` is near its goal, and large steps "
            "lose what it knew; the head that `except` leaves as it begins has to "
            "learn everything. Lower layers therefore get lower rates (Howard and "
            "Ruder, Universal language model fine-tuning, arXiv:1801.06146, section "
            "3.2: each layer 1/2.6 of the next). Named if all of a group is loaded, "
            "all of another is new, both have one kind of optimizer, and the rate of "
            "the first is at least twice that of the second. How sure: very.",
            _tuned("body"),
            _tuned("head"),
        ),
    ),
)
