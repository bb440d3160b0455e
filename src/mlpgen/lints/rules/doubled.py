"""Sums of a value with itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.lints.rule import Subject


def _doubled(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.of("Add"):
        names = each.node.sources
        if len(names) > 1 and len({*names}) == 1:
            yield Finding(
                f"`{each.name}` adds `{names[0]}` to itself",
                (*each.node.path, "from"),
                each.owner,
                help="name the value that it is to be added to, or write `mul: "
                f"{len(names)}`",
            )


RULES = (
    Rule(
        "MG527",
        "warning",
        _doubled,
        Explanation(
            "A value that is added to itself",
            "This is a warning. A sum with the same value on both sides doubles it, "
            "which the next layer's weights can do as well. Mostly it is a residual "
            "(He et al., Deep residual learning, 2016) whose shortcut has the wrong "
            "name. How sure: that it is twice the value is certain; `mul: 2` says so, "
            "if it is meant.",
            spec(
                "Flatten:\n    name: flat",
                "Linear: 784\n    name: body",
                "add:\n    from: [body, body]",
                "ReLU",
            ),
            spec(
                "Flatten:\n    name: flat",
                "Linear: 784\n    name: body",
                "add:\n    from: [body, flat]",
                "ReLU",
            ),
        ),
    ),
)
