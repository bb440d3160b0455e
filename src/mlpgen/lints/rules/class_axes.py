"""A softmax at the end that is over places, and not over classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.graph.effects.arguments import dim_of
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import give, spot_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_BETWEEN = frozenset(("Upsample", "Interpolate"))
_ENDS = 2
"""Two numbers of each step are start and end of what is looked for, each over steps."""


def _over_places(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.of("Softmax", "LogSoftmax"):
        classes = _classes(each) if each.returned and not each.users else None
        dim = dim_of(each)
        if classes is None or dim is None or dim == classes:
            continue
        spot = spot_of(each, "dim", subject.sources)
        yield spot.finding(
            f"`{each.name}` is over dimension {dim}, but the classes are dimension "
            f"{classes}: places compete for each class",
            give(f"write `dim: {classes}`", each, "dim", classes, subject.sources),
        )


def _classes(each: Operation) -> int | None:
    """Return the dimension of the classes, from the last; None if it is not sure."""
    made = each.before
    while made is not None and kinds.passes(made, _BETWEEN) and not kinds.is_view(made):
        made = made.before
    if made is None or made.node.output != each.node.output:
        return None
    shape = [*map(int, made.node.output)]
    if made.kind == "Linear" and len(shape) == 2 and shape[-1] > _ENDS:
        return -1
    flat = made.kind in ("Conv2d", "Conv3d", "ConvTranspose2d", "ConvTranspose3d")
    return -len(shape) if flat and shape[0] > 1 else None


RULES = (
    Rule(
        "MG535",
        "warning",
        _over_places,
        Explanation(
            "A softmax over places in the place of classes",
            "The classes of each word are the last dimension behind a `Linear`, those "
            "of each pixel are the channels, dimension 1. Over another dimension the "
            "probabilities of a place do not add up to 1: the places compete for each "
            "class, and of a picture only those of one row. Source: torch's "
            "documentation of `Softmax`, whose `dim` is the one along which it adds up "
            "to 1; a wrong one is a fault in Humbatova et al., arXiv:1910.11015. "
            "Silent for one or two values for each word (a pointer, the start and the "
            "end of an answer), for signals, and where anything uses the result. How "
            "sure: very.",
            spec("GRU: 16", "Linear: 5", "Softmax: {dim: 1}", image="[20, 8]"),
            spec("GRU: 16", "Linear: 5", "Softmax: {dim: 2}", image="[20, 8]"),
        ),
    ),
)
