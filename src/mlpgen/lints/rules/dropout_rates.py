"""Dropout that leaves next to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import plain, spot_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_ARGUMENTS = ("dropout", "dropout_p")
_MOST, _HALF = 0.9, 0.5
"""The most that a hidden layer bears, and the examples."""


def _dropped(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.operations:
        argument = _argument(each)
        rate = plain(each.node.arguments.get(argument, 0.0)) if argument else 0.0
        if not isinstance(rate, int | float):
            continue
        if rate < _MOST and not (rate > _HALF and _is_first(each, subject)):
            continue
        if rate < 1 and each.users and all(map(_normalizes, each.users)):
            continue  # MG517 says more
        effect = "sets all" if rate >= 1 else f"sets {rate:.4g} of all"
        yield spot_of(each, argument, subject.sources).finding(
            f"`{each.name}` {effect} values to 0 in training",
            help="the rate is the share that is dropped; usual are 0.1 to 0.5",
        )


def _is_first(each: Operation, subject: Subject) -> bool:
    """Tell whether a dropout is on the examples, and no network restores them."""
    recipe = subject.model.recipe
    labels = recipe is not None and recipe.target == "label"
    return labels and bool(each.sources) and kinds.origin(each.before) is None


def _argument(operation: Operation) -> str:
    """Name the argument of an operation that is a rate of dropout, if it has one."""
    if "Dropout" in operation.kind or operation.kind == "DropPath":
        return "p"
    given = operation.node.arguments
    return next((name for name in _ARGUMENTS if name in given), "")


def _normalizes(operation: Operation) -> bool:
    return operation.kind.startswith("BatchNorm")


_LAYERS = ("Flatten", "Linear: 64", "ReLU")

RULES = (
    Rule(
        "MG556",
        "warning",
        _dropped,
        Explanation(
            "Dropout that leaves next to nothing",
            "The rate of dropout is the share of values that is dropped, not the share "
            "that is kept, as `keep_prob` once was in TensorFlow. With 1 nothing "
            "passes, and no gradient either; from 0.9 on, a tenth is left, ten times "
            "as large. Usual rates are 0.1 to 0.5 (Srivastava et al., 'Dropout', 2014, "
            "where more than half of the units is kept; fig. 9). With 1 it is certain, "
            "with 0.9 nearly so.",
            spec(*_LAYERS, "Dropout: 0.95", "Linear: 10"),
            spec(*_LAYERS, "Dropout: 0.5", "Linear: 10"),
        ),
    ),
)
