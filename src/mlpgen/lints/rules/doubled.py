"""Sums of a value with itself, and values beside themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject


def _doubled(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.of("Cat"):
        names = each.node.sources
        if len(names) > 1 and len({*names}) == 1 and _is_learned(each):
            yield Finding(
                f"`{each.name}` puts `{names[0]}` beside itself",
                (*each.node.path, "from"),
                each.owner,
                help="name the value that belongs beside it",
            )
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


def _is_learned(each: Operation) -> bool:
    """Tell whether an operation takes what a layer has made of an example."""
    made = kinds.origin(each.before, _KEPT)
    return made is not None and made.kind in kinds.WEIGHTED | kinds.RECURRENT


_KEPT = kinds.ACTIVATIONS | kinds.NORMALIZATIONS

RULES = (
    Rule(
        "MG527",
        "warning",
        _doubled,
        Explanation(
            "A value that is added to itself",
            "This is a warning. A sum with the same value on both sides doubles it, "
            "which the next layer's weights can do as well, and so can they what `cat` "
            "of a value with itself gives. Mostly it is a residual (He et al., Deep "
            "residual learning, 2016), or a skip, whose shortcut has the wrong name. "
            "Silent for `cat` of what no layer has made, as of a grey image to three "
            "channels. How sure: that it is twice the value is certain; `mul: 2` says "
            "so, if it is meant.",
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
