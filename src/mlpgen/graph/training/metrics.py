"""Resolve the metrics of a training: those of scripts, and those of the user."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from mlpgen.graph.training.components import read_component, read_keys
from mlpgen.graph.training.custom import check_function, check_outputs, metric_name
from mlpgen.graph.training.recipe import CustomTerm, kind_of, main_term
from mlpgen.spec.training import MetricKeys
from mlpgen.training.custom import CustomMetric
from mlpgen.training.metrics import metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.graph.training.custom import Names
    from mlpgen.graph.training.recipe import Dataset, LossTerm
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems
    from mlpgen.spec.training import Training
    from mlpgen.training.metrics import Kind

_AT: Path = ("training", "metrics")


def resolve_metrics(
    training: Training,
    terms: tuple[LossTerm, ...],
    dataset: Dataset,
    problems: Problems,
) -> tuple[str, ...]:
    """Return the metrics of scripts, with accuracy for classes, and check them.

    Args:
        training: The training of the spec.
        terms: The losses, as far as they are resolved.
        dataset: The data.
        problems: Collects mistakes.
    """
    if not terms:
        return ()
    main = main_term(terms)
    kind = kind_of(main, dataset)
    count = main.classes if kind == "places" else dataset.classes
    names = [each for each in training.metrics if isinstance(each, str)]
    for index, name in enumerate(training.metrics):
        if not isinstance(name, str):
            continue
        found, at = metric(name, kind), (*_AT, index)
        if main.target == "own":
            message = f"`{name}` compares an output with its targets, but these are "
            problems.add("MG406", f"{message}for the custom loss alone", at)
        elif kind not in found.kinds:
            why = _WRONG_KINDS[kind]
            if found.kinds == ("text",):
                why = (
                    "measures what is next in a text, but the model says no such thing"
                )
            problems.add("MG406", f"`{name}` {why}", at)
        elif kind in ("classes", "places") and count > found.most > 0:
            message = f"`{name}` is for two classes, but there are {count}"
            problems.add("MG406", message, at)
        elif kind in ("classes", "places") and count < found.needs:
            message = f"`{name}` with {count} classes is always 1"
            problems.add("MG406", message, at)
    usual = ["accuracy"] if kind in ("classes", "places") else []
    usual += [] if main.loss.custom else dataset.origin.metrics
    return (*dict.fromkeys([*usual, *names]),)


def resolve_custom_metrics(
    training: Training, outputs: tuple[str, ...], names: Names, problems: Problems
) -> tuple[CustomTerm, ...]:
    """Return the metrics that the user wrote.

    Args:
        training: The training of the spec.
        outputs: The outputs of the model.
        names: The names in the script, to which functions are added.
        problems: Collects mistakes.
    """
    found: dict[str, CustomTerm] = {}
    for index, raw in enumerate(training.metrics):
        at = (*_AT, index)
        if isinstance(raw, str):
            continue
        keys, alone = read_keys("metric", MetricKeys, raw, at, problems)
        kinds = {"custom": CustomMetric}
        custom = read_component("metric", kinds, alone, at, problems)
        on = check_outputs(keys.on, outputs, at, problems)
        inner = (*at, "custom")
        if custom is None or not check_function(custom, inner, names, problems):
            continue
        reason = metric_name(custom.function)
        if custom.function in found:
            reason = "there is another metric of this name"
        if reason:
            message = f"`{custom.function}` cannot be the name of a metric: {reason}"
            problems.add("MG231", message, (*inner, "function"))
        elif on:
            found[custom.function] = CustomTerm(custom, (*on,))
    return (*found.values(),)


_WRONG_KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        "classes": "is a metric of numbers, but the targets are classes",
        "places": "is a metric of numbers, but the targets are classes",
        "numbers": "is a metric of classes, but the targets are numbers",
        "text": "is not available for text",
        "binary": "is not available for one output that tells two classes apart",
        "several": "is not available for outputs that tell two classes apart",
    }
)
