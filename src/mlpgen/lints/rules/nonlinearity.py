"""Layers that are one layer, since nothing between them is nonlinear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.lints.rule import Subject


def _dense(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.of("Linear"):
        before = each.before
        if before is None or before.kind != "Linear" or before.returned:
            continue
        if len(before.users) > 1:
            continue
        wide, middle, narrow = before.node.input[-1], each.node.input[-1], each.node
        if middle < min(wide, narrow.output[-1]):
            continue
        yield Finding(
            f"`{before.name}` and `{each.name}` are one linear layer: nothing between "
            "them is nonlinear",
            each.node.path,
            each.owner,
            help=f"put an activation such as `ReLU` before `{each.name}`",
        )


RULES = (
    Rule(
        "MG501",
        "warning",
        _dense,
        Explanation(
            "Linear layers with nothing nonlinear between them",
            "Two linear layers in a row are one.",
            spec("Flatten", "Linear: 128", "Linear: 10"),
            spec("Flatten", "Linear: 128", "ReLU", "Linear: 10"),
        ),
    ),
)
