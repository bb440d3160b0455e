"""Probabilities of which probabilities are made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.diagnostic import Label
from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, trained
from mlpgen.graph.effects.operations import SIGMOIDS, SOFTMAXES
from mlpgen.lints.rule import Finding, Rule
from mlpgen.training.losses.base import OF_LOGITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.effects.effect import Effect
    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject


def _twice(subject: Subject) -> Iterator[Finding]:
    """Yield softmaxes of probabilities, and probabilities that a loss cannot see."""
    for each in subject.flow.operations:
        name = each.kind.lower()
        if name in SOFTMAXES or name in SIGMOIDS:
            first = _first(each, subject)
            if first is not None:
                yield _again(first, each, subject)
    yield from _hidden(subject)


def _first(second: Operation, subject: Subject) -> Operation | None:
    """Return what made probabilities of the input of a softmax or a sigmoid."""
    before = subject.effects.of(second.sources[0])
    if second.kind.lower() in SIGMOIDS:
        return before.maker if _is_softmax(before) else None
    if _is_softmax(before) or before.veiled is not None:
        own = subject.effects.of_result(second)
        known = before.dim is not None and own.dim is not None
        return None if known and before.dim != own.dim else before.softmax
    return None  # behind a sigmoid, it is an activation behind another


def _is_softmax(effect: Effect) -> bool:
    """Tell whether values come right from a softmax, or from its logarithm."""
    direct = effect.kind in ("probabilities", "log_probabilities")
    return direct and effect.maker is not None and effect.maker.kind != "Log"


def _again(first: Operation, second: Operation, subject: Subject) -> Finding:
    flat = "which are all in 0 to 1, so that its results are nearly equal"
    if first.kind == "LogSoftmax":
        flat = "which were normalized before"
    place = subject.sources.place(first.node.path, first.owner)
    return Finding(
        f"`{second.name}` is a {_word(second)} of the probabilities of `{first.name}`, "
        f"{flat}",
        second.node.path,
        second.owner,
        help=f"remove `{first.name}` or `{second.name}`",
        labels=(Label(place, f"`{first.name}` is a {_word(first)} already"),),
    )


def _word(operation: Operation) -> str:
    return "sigmoid" if operation.kind.lower() in SIGMOIDS else "softmax"


def _hidden(subject: Subject) -> Iterator[Finding]:
    """Yield softmaxes whose probabilities were changed before a loss of logits."""
    recipe = subject.model.recipe
    for term in recipe.terms if recipe else ():
        effect = subject.effects.of_output(term.output)
        first, last = effect.veiled, effect.last
        if term.loss.takes not in OF_LOGITS or first is None or last is None:
            continue
        loss = type(term.loss).__name__
        place = subject.sources.place(last.node.path, last.owner)
        yield Finding(
            f"`{first.name}` makes probabilities, and `{last.name}` only hides them "
            f"from `{loss}`, which expects logits",
            first.node.path,
            first.owner,
            help=f"remove `{first.name}` and what is behind it",
            labels=(Label(place, "here they become other numbers"),),
        )


RULES = (
    Rule(
        "MG503",
        "warning",
        _twice,
        Explanation(
            "Probabilities of which probabilities are made again",
            "A softmax of values in 0 to 1 is nearly even: of ten classes, the surest "
            "gets 0.23. The same is done by a sigmoid of a softmax, and by a loss of "
            "logits on a softmax that a normalization or a factor hides. Gradients "
            "become small, and no class can become sure. In whatever spelling: "
            "`softmax`, `exp` and a division by the sum, `log_softmax`. Silent for "
            "softmaxes over two dimensions, for `log` and a temperature between, and "
            "where a layer with weights or a matrix product is between, as in "
            "attention. Source: Bridle, 1990; CrossEntropyLoss in torch's "
            "documentation. The rule is certain of what is computed; that it trains "
            "worse, it is nearly.",
            trained(*MLP, "Softmax: {dim: 1}", "BatchNorm1d"),
            trained(*MLP),
        ),
    ),
)
