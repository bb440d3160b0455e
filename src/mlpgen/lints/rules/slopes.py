"""Activations whose slope below 0 makes them something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints.kinds import SLOPES
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument, give, spot_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject


def _find(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.of(*SLOPES):
        name = SLOPES[each.kind][-1]
        slopes = [argument(each, one) for one in SLOPES[each.kind]]
        if None not in slopes and (said := _effect(slopes)):
            yield _finding(each, name, said, subject)


def _effect(slopes: list[float]) -> str:
    """Say what slopes below 0 do; nothing if they are usual."""
    low, high = min(slopes), max(slopes)
    if high < 0:
        return "folds: it returns numbers above 0 for those below 0, too"
    if low == high == 1:
        return "changes nothing: its slope is 1 on both sides"
    if low >= 1:
        return "is steeper below 0 than above, so that negative numbers grow"
    return ""


def _finding(each: Operation, name: str, said: str, subject: Subject) -> Finding:
    help = "write slopes from 0 to 1"
    if each.kind == "LeakyReLU":
        help = give(f"write `{name}: 0.01`", each, name, 0.01, subject.sources)
    return spot_of(each, name, subject.sources).finding(f"`{each.name}` {said}", help)


RULES = (
    Rule(
        "MG524",
        "warning",
        _find,
        Explanation(
            "A slope below 0 that is no leak",
            "This is a warning. Below 0 a leaky ReLU has a small slope, 0.01 by "
            "default (Maas et al., Rectifier nonlinearities improve acoustic models, "
            "2013). With a slope of 1 it returns what it gets, so that the layers "
            "around it are one linear layer; with a negative one it folds, as "
            "an absolute value does, and cannot tell a number from its negative; with "
            "more than 1 negative numbers grow from layer to layer. How sure: what it "
            "does is certain, and that it is not meant is very likely.",
            spec("Flatten", "Linear: 32", "LeakyReLU: 1.0", "Linear: 10"),
            spec("Flatten", "Linear: 32", "LeakyReLU: 0.1", "Linear: 10"),
        ),
    ),
)
