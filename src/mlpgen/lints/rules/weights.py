"""Initial weights that are all equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.hidden import hidden_of
from mlpgen.lints.initial_values import Starts
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.rules.equal_rows import dead_normalizations, equal_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.initial_values import Start
    from mlpgen.lints.rule import Subject

_WHOLE = kinds.RECURRENT | kinds.TRANSFORMERS | {"MultiheadAttention"}
"""Layers that contain hidden ones."""
_ZERO_AT_ZERO = kinds.ACTIVATIONS - {"Sigmoid", "Hardsigmoid", "Softplus", "Hardtanh"}


def _equal(subject: Subject) -> list[Finding]:
    """Return what is found, errors first: of one place only the first is told."""
    starts = Starts(subject.model)
    found = [*equal_rows(subject), *dead_normalizations(subject, starts)]
    found += _constants(subject, starts) if starts.any else ()
    operations = subject.flow.operations
    if any(each.node.tied or each.node.shared for each in operations):
        found = [each._replace(level="warning") for each in found]
    return sorted(found, key=lambda each: each.level != "error")


def _constants(subject: Subject, starts: Starts) -> Iterator[Finding]:
    for each in subject.flow.of(*kinds.WEIGHTED, *_WHOLE):
        if each.node.tied or each.node.shared:
            continue
        found = starts.of(each)
        matrices = {name: found.get(name) for name in _matrices(each)}
        values = {
            None if start is None else start.constant for start in matrices.values()
        }
        if not values or None in values:
            continue
        if each.kind in _WHOLE:
            yield from _whole(each, matrices)
        elif each.node.output[_axis(each)] > 1 and not _is_depthwise(each):
            yield from _layer(each, found, starts)


def _matrices(each: Operation) -> list[str]:
    return [name for name, shape in each.node.weights.items() if len(shape) > 1]


def _axis(each: Operation) -> int:
    return -1 if each.kind == "Linear" else 0


def _is_depthwise(each: Operation) -> bool:
    """Tell whether each channel has a kernel of its own."""
    if each.kind not in kinds.CONVOLUTIONS:
        return False
    return int(each.node.weights["weight"][1]) == 1 and int(each.node.input[0]) > 1


def _whole(each: Operation, matrices: Mapping[str, Start | None]) -> Iterator[Finding]:
    start = next(start for start in matrices.values() if start is not None)
    yield Finding(
        f"all matrices of `{each.name}` begin with equal values, so that its units "
        "can't become different",
        start.path,
        start.owner,
        help="leave it out, or write `xavier_uniform_`",
    )


def _layer(
    each: Operation, found: Mapping[str, Start], starts: Starts
) -> Iterator[Finding]:
    hidden = hidden_of(each)
    if hidden is None:
        return
    start, value = found["weight"], found["weight"].constant
    bias = _constant(found, "bias") if "bias" in each.node.weights else 0.0
    zero = value == bias == 0 and not hidden.normalized
    behind = hidden.activation.kind
    dead = behind == "ReLU" or (
        behind in _ZERO_AT_ZERO and _constant(starts.of(hidden.after), "weight") == 0
    )
    alike = "" if bias is not None else ", and only random biases tell them apart"
    message = f"the weights of `{each.name}` are all {value:g} at the beginning: its "
    message += f"units compute the same{alike}"
    if zero and dead:
        message = f"`{each.name}` begins with zeros and returns 0 for everything, so "
        message += "that no gradient gets back to it: it never learns"
    yield Finding(
        message,
        start.path,
        start.owner,
        help="leave it out, or write `kaiming_uniform_`",
        level="error" if zero and dead else "",
    )


def _constant(found: Mapping[str, Start], name: str) -> float | None:
    return found[name].constant if name in found else None


RULES = (
    Rule(
        "MG505",
        "warning",
        _equal,
        Explanation(
            "Weights that begin equal",
            "Units whose weights are equal compute the same and get the same gradient, "
            "so that a layer of them is as good as one unit; initial values must break "
            "that symmetry (Goodfellow et al., Deep Learning, 8.4). Random biases tell "
            "units apart a little, but behind a ReLU about half of them are 0 for "
            "everything and stay so. Where biases are zero too, the layer never "
            "learns, which is an error. The rows of a `parameter` that are the queries "
            "of an attention, and begin equal, stay equal; a normalization whose scale "
            "begins at 0 before a ReLU is dead, too, as torch gives it no slope at 0. "
            "There is no warning for the last layer, the last one of a residual branch "
            "(zeros make it begin as the identity), biases, normalizations and "
            "embeddings. It is certain that they begin equal. Leave out the `init`, or "
            "use one that draws numbers.",
            spec(
                *("Flatten", "Linear: 64", "ReLU", "Linear: 10"),
                rest="init: {Linear: {weight: zeros_}}\n",
            ),
            spec(
                *("Flatten", "Linear: 64", "ReLU", "Linear: 10"),
                rest="init: {Linear: {weight: kaiming_normal_, bias: zeros_}}\n",
            ),
        ),
    ),
)
