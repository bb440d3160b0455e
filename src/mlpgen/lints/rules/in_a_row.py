"""Two of a kind in a row, and dropouts that do not fit what is before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_DROPOUTS = frozenset(
    ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout")
)
_TWICE = _DROPOUTS | kinds.NORMALIZATIONS
_OTHERS = kinds.ACTIVATIONS - {"SELU"}


def _doubled(subject: Subject) -> Iterator[Finding]:
    every = [*subject.flow.of(*_TWICE)]
    twice = [each for each in every if _before(each) is not None]
    for each in kinds.always(twice, every):
        before = _before(each)
        if before is None:
            continue
        does = "drops once more what is left by"
        if each.kind in kinds.NORMALIZATIONS:
            does = "normalizes once more the result of"
        yield Finding(
            f"`{each.name}` {does} `{before.name}`",
            each.node.path,
            each.owner,
            help="leave one of them out, or put the layer between that is missing",
        )
    for each in subject.flow.of("AlphaDropout"):
        made = each.before
        if made is not None and made.kind in _OTHERS:
            yield Finding(
                f"`{each.name}` keeps the mean and the variance that SELU makes, but "
                f"`{made.name}` is a `{made.kind}`",
                each.node.path,
                each.owner,
                help="write `Dropout`, or `SELU`",
            )


def _before(each: Operation) -> Operation | None:
    """Return the same layer right before this one; None without one."""
    made = each.before
    if made is None or made.kind != each.kind or not kinds.is_single(made):
        return None
    if kinds.place(made) == kinds.place(each) or not _acts(made) or not _acts(each):
        return None
    return made


def _acts(each: Operation) -> bool:
    """Tell whether a dropout has a rate at all."""
    return each.kind not in _DROPOUTS or each.node.arguments.get("p") != 0


RULES = (
    Rule(
        "MG548",
        "warning",
        _doubled,
        Explanation(
            "Two of a kind in a row",
            "Two dropouts of a half leave a quarter of the values, and a second "
            "normalization finds nothing to do that the first has not done (Ioffe and "
            "Szegedy, Batch normalization, 2015): one of the two is left over, or a "
            "layer between them is missing. `AlphaDropout` belongs behind `SELU`, "
            "whose mean and variance it keeps (Klambauer et al., Self-normalizing "
            "neural networks, arXiv:1706.02515); behind another activation it shifts "
            "values for no reason. It is certain that the second does the same again.",
            spec("Flatten", "Linear: 8", "Dropout: 0.5", "Dropout: 0.5"),
            spec("Flatten", "Linear: 8", "Dropout: 0.5"),
        ),
    ),
)
