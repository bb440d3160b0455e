"""Resolve which metric chooses the best epoch of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.advice import Advice, Replaced
from mlpgen.graph.training.recipe import Best, kind_of, main_term
from mlpgen.spec.wording import cut, listed, nearest
from mlpgen.training.metrics import METRICS, metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.training.recipe import CustomTerm, Dataset, LossTerm
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems
    from mlpgen.spec.training import Training
    from mlpgen.training.metrics import Kind

_AT: Path = ("training", "best")


def resolve_best(
    training: Training,
    terms: tuple[LossTerm, ...],
    dataset: Dataset,
    metrics: Sequence[str],
    custom_metrics: Sequence[CustomTerm],
    problems: Problems,
) -> Best | None:
    """Return what chooses the best epoch; nothing if it is not known.

    Its `target` is looked at, too: most of what can be measured is never below 0.

    Args:
        training: The training of the spec.
        terms: The losses, as far as they are resolved.
        dataset: The data.
        metrics: The metrics of scripts.
        custom_metrics: Those of the user, as far as they are resolved.
        problems: Collects mistakes.
    """
    if not terms:
        return None
    kind = kind_of(main_term(terms), dataset)
    best = _found(training, kind, metrics, custom_metrics, problems)
    if best is not None:
        _check_target(training.target, best, terms, kind, problems)
    return best


def _found(
    training: Training,
    kind: Kind,
    metrics: Sequence[str],
    custom_metrics: Sequence[CustomTerm],
    problems: Problems,
) -> Best | None:
    usual = "accuracy" if kind in ("classes", "places") else "loss"
    given = training.best
    if given is None:
        return Best(usual, usual == "loss", usual=True)
    name, value = (given, "") if isinstance(given, str) else next(iter(given.items()))
    own = [each.metric.function for each in custom_metrics]
    if name in own:
        return _own(name, value, problems)
    measured = [each for each in metrics if not metric(each, kind).at_end]
    if name != "loss" and name not in measured:
        written = sum(not isinstance(each, str) for each in training.metrics)
        if len(own) == written:  # else one of them may have this name
            _refuse(name, ["loss", *measured, *own], kind, problems)
        return None
    lowest = name == "loss" or metric(name, kind).lowest
    if value and (value == "min") != lowest:
        message = f"the {'lowest' if lowest else 'highest'} `{name}` is the best"
        problems.add(
            "MG406",
            message,
            (*_AT, name),
            help=Advice(f"write `best: {name}`", Replaced(name), _AT),
        )
    return Best(name, lowest, usual=name == usual)


def _own(name: str, value: str, problems: Problems) -> Best:
    if not value:
        message = f"`{name}` is your own: nothing says which of its values is the best"
        help = f"write `best: {{{name}: max}}` or `best: {{{name}: min}}`"
        problems.add("MG406", message, _AT, help=help)
    return Best(name, value == "min", own=True)


def _check_target(
    target: float | None,
    best: Best,
    terms: Sequence[LossTerm],
    kind: Kind,
    problems: Problems,
) -> None:
    """Refuse a target that what chooses the best epoch cannot reach, or go beyond."""
    if target is None or target > 0 or best.own:
        return
    if best.metric == "loss":
        negative = any(term.loss.negative for term in terms)
    else:
        negative = metric(best.metric, kind).negative
    if not negative:
        message = f"`target` must be a number above 0, not `{target:g}`"
        note = f"`{best.metric}` chooses the best epoch, and is never below 0"
        problems.add("MG204", message, ("training", "target"), notes=[note])


def _refuse(name: str, there: Sequence[str], kind: Kind, problems: Problems) -> None:
    """Refuse a metric that is not measured after each epoch."""
    message = f"`{cut(name)}` is no metric of this training: it has {listed(there)}"
    help = nearest(name, there)
    found = metric(name, kind) if name in METRICS else None
    if found is not None and found.at_end:
        message = f"`{name}` is a table, and not a number: there is {listed(there)}"
    elif found is not None and kind in found.kinds:
        help = f"add `{name}` to `metrics`"
    problems.add("MG406", message, _AT, help=help)
