"""Initial weights that are far too large or small, and biases that decide alone."""

from __future__ import annotations

from math import prod, sqrt
from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.hidden import hidden_of
from mlpgen.lints.initial_values import Starts
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.hidden import Hidden
    from mlpgen.lints.initial_values import Start
    from mlpgen.lints.rule import Subject

_LARGE, _SMALL = 10.0, 0.01
"""How many times as large as what comes in a result begins, if weights are wrong."""
_LOUD = 12.0
"""Scores of words whose exponential leaves one of them, at the beginning."""
_USUAL = 0.6
"""The same of torch's own weights."""
_KEPT, _MANY = 0.6, 1000.0
"""What an activation leaves of values, and what layers in a row may make of them."""
_LAYERS = ("Linear", *kinds.CONVOLUTIONS)
_FAR = 5.0
"""So many deviations away from 0, a bias leaves nothing on the other side of it."""
_BENT = frozenset(("Sigmoid", "Hardsigmoid", "Tanh", "Hardtanh", "Softsign"))
_CUT = frozenset(("ReLU", "ReLU6"))
_MOST = 6.0
"""A sigmoid or a tanh of it is as near to its bound as it can be."""
_ANY = 100.0
"""No bias of a hidden layer is that large."""


def _find(subject: Subject) -> Iterator[Finding]:
    yield from _sizes(subject)
    yield from _grown(subject)
    yield from _tables(subject)


def _sizes(subject: Subject) -> Iterator[Finding]:
    """Find weights that are far too large."""
    starts = Starts(subject.model)
    for each in subject.flow.of(*_LAYERS) if starts.any else ():
        start, hidden = starts.of(each).get("weight"), hidden_of(each)
        if start is None or start.constant is not None:
            continue
        if hidden is None and not _is_last(each):
            continue
        if hidden is not None and hidden.normalized:
            continue
        times = _times(each, start)
        if times >= _LARGE:
            where = f"for `{hidden.activation.name}`" if hidden else "for the output"
            yield Finding(
                f"`{each.name}` begins with weights that make values about {times:.0f} "
                f"times as large, {where}",
                start.path,
                start.owner,
                help="write `kaiming_normal_`, or a smaller deviation",
            )


def _tables(subject: Subject) -> Iterator[Finding]:
    """Find tables of words whose numbers begin far too large."""
    starts = Starts(subject.model)
    for each in subject.flow.of("Embedding") if starts.any else ():
        start = starts.of(each).get("weight")
        size = _size(start, [*map(int, each.node.weights["weight"])]) if start else 0.0
        if start is not None and size >= _LARGE:
            yield Finding(
                f"the vectors of `{each.name}` begin with numbers of about {size:.0f}",
                start.path,
                start.owner,
                help="write a deviation of at most 1, which is torch's own",
            )
    yield from _tied(subject, starts)


def _tied(subject: Subject, starts: Starts) -> Iterator[Finding]:
    """Find heads with the vectors of words, which begin far too large for scores."""
    recipe = subject.model.recipe
    if recipe is not None and recipe.settings.weights is not None:
        return
    for head in subject.flow.of("Linear"):
        table = _table_of(head, subject) if head.node.tied else None
        if table is None or head.users or not _is_normal(head.before, starts):
            continue
        size = sqrt(int(table.node.weights["weight"][-1]))
        bound = argument(table, "max_norm")
        if size < _LOUD or bound is not None or starts.of(table).get("weight"):
            continue
        yield Finding(
            f"`{head.name}` has the vectors of `{table.name}`, which begin with "
            f"numbers of a deviation of 1: scores begin with one of {size:.0f}",
            table.node.path,
            table.owner,
            help="write `init: {weight: {normal_: {std: 0.02}}}` there",
        )


def _table_of(head: Operation, subject: Subject) -> Operation | None:
    """Return the table whose vectors a layer has for weights."""
    for each in subject.flow.of("Embedding"):
        if each.node.name == head.node.tied and each.owner == head.owner:
            return None if each.node.computed_from else each
    return None


def _is_normal(each: Operation | None, starts: Starts) -> bool:
    """Tell whether values have a deviation of 1 at the beginning."""
    each = kinds.origin(each)
    if each is None or starts.of(each).get("weight"):
        return False
    if each.kind in kinds.TRANSFORMERS:
        return argument(each, "norm_first") is False
    return each.kind in ("LayerNorm", "RMSNorm")


def _grown(subject: Subject) -> Iterator[Finding]:
    """Find layers in a row that together make values far too large."""
    starts = Starts(subject.model)
    grown: dict[Operation, tuple[Operation, float]] = {}
    found: dict[Operation, tuple[Operation, float]] = {}
    for each in subject.flow.of(*_LAYERS) if starts.any else ():
        start, hidden = starts.of(each).get("weight"), hidden_of(each)
        if start is None or start.constant is not None or hidden is None:
            continue
        first, times = grown.get(each, (each, 1.0))
        times *= _times(each, start) * _KEPT
        if hidden.normalized or times <= 0 or _times(each, start) >= _LARGE:
            continue
        grown[hidden.after] = first, times
        if times >= _MANY and hidden.activation.kind not in _BENT:
            found[first] = hidden.after, times
    for first, (last, times) in found.items():
        start = starts.of(first)["weight"]
        yield Finding(
            f"the layers from `{first.name}` to `{last.name}` begin with weights that "
            f"make values about {times:,.0f} times as large together",
            start.path,
            start.owner,
            help="write `kaiming_normal_`, or a smaller deviation",
        )


def _is_last(each: Operation) -> bool:
    """Tell whether a layer gives the output, behind others that it can spoil."""
    if each.users or not each.returned:
        return False
    before = each.before
    while before is not None and before.kind not in kinds.WEIGHTED:
        before = before.before
    return before is not None


def _small(subject: Subject) -> Iterator[Finding]:
    """Find two layers in a row whose weights are all but 0."""
    starts = Starts(subject.model)
    for each in subject.flow.of(*_LAYERS) if starts.any else ():
        hidden, start = hidden_of(each), starts.of(each).get("weight")
        if hidden is None or hidden.normalized or start is None:
            continue
        after = starts.of(hidden.after).get("weight")
        pair = ((each, start), (hidden.after, after))
        if all(given is not None and _is_tiny(of, given) for of, given in pair):
            yield Finding(
                f"`{each.name}` and `{hidden.after.name}` begin with weights that make "
                "values less than a hundredth as large: neither gets a gradient",
                start.path,
                start.owner,
                help="write `kaiming_normal_`, or a larger deviation",
            )


def _is_tiny(each: Operation, start: Start) -> bool:
    return start.constant is None and 0 < _times(each, start) <= _SMALL


def _times(each: Operation, start: Start) -> float:
    """Return how many times as large as the inputs the results of a layer begin."""
    shape = [*map(int, each.node.weights["weight"])]
    return _size(start, shape) * sqrt(prod(shape[1:]))


def _size(start: Start, shape: list[int]) -> float:
    """Return the root of the mean square of weights; 0 if it is not known."""
    given = start.arguments
    if start.function == "normal_":
        return sqrt(given.get("mean", 0.0) ** 2 + given.get("std", 1.0) ** 2)
    if start.function == "uniform_":
        low, high = given.get("a", 0.0), given.get("b", 1.0)
        return sqrt((low**2 + low * high + high**2) / 3)
    if start.function == "trunc_normal_":
        wide = max(abs(given.get("a", -2.0)), abs(given.get("b", 2.0))) / sqrt(3)
        return min(given.get("std", 1.0), wide)
    gain = float(given.get("gain", 1.0))
    if start.function == "orthogonal_":
        return gain / sqrt(max(shape[0], prod(shape[1:])))
    if start.function.startswith("xavier_"):
        places = prod(shape[2:])
        return gain * sqrt(2 / (places * (shape[0] + shape[1])))
    return 0.0


def _biases(subject: Subject) -> Iterator[Finding]:
    """Find biases that decide alone what an activation returns."""
    starts = Starts(subject.model)
    for each in subject.flow.of(*_LAYERS) if starts.any else ():
        found, hidden = starts.of(each), hidden_of(each)
        bias, weight = found.get("bias"), found.get("weight")
        if bias is None or hidden is None or hidden.normalized:
            continue
        spread = _times(each, weight) or _USUAL if weight else _USUAL
        said = _decided(bias, spread, hidden)
        if said:
            yield Finding(
                f"the biases of `{each.name}` begin {said}",
                bias.path,
                bias.owner,
                help="write `zeros_`, or leave it out",
            )


def _decided(bias: Start, spread: float, hidden: Hidden) -> str:
    """Say what biases do to an activation; nothing if inputs still matter."""
    name, kind = hidden.activation.name, hidden.activation.kind
    given = bias.arguments
    value = bias.constant
    if bias.function == "normal_" and value is None:
        value = given.get("mean", 0.0)
        if given.get("std", 1.0) >= max(_FAR * spread, _MOST) and abs(value) < _MOST:
            return (
                f"at numbers of a deviation of {given.get('std', 1.0):g}, beside which "
                f"what comes in does not matter for `{name}`"
            )
    if value is None:
        return ""
    if kind in _CUT and value <= -_FAR * max(spread, _USUAL):
        return f"at {value:g}: `{name}` returns 0 for everything, and no unit learns"
    far = abs(value) >= max(_FAR * spread, _MOST)
    if kind in _BENT and far:
        return f"at {value:g}, where `{name}` has no slope"
    return f"at {value:g}, beside which no input matters" if abs(value) >= _ANY else ""


_DEEP = ("Flatten", "Linear: 64", "Tanh", "Linear: 10")


def _starting(values: str, *layers: str) -> str:
    return spec(*(layers or _DEEP), rest=f"init: {{Linear: {values}}}\n")


RULES = (
    Rule(
        "MG520",
        "warning",
        _find,
        Explanation(
            "Weights that begin far too large",
            "A sum of many inputs times weights of a deviation of 1 is as large as the "
            "root of their number: 28 for the 784 pixels of a digit, where Sigmoid and "
            "Tanh have no slope and the outputs behind a ReLU are huge. The deviation "
            "that keeps values as large as they are is about the root of 2 divided by "
            "the number of inputs (He et al., Delving Deep into Rectifiers, 2015); "
            "there is a warning where values become ten times as large, and nothing "
            "normalizes them. It is certain that they are large; whether the training "
            "recovers depends on its rate. A head that is tied to an `Embedding` has "
            "torch's values of a deviation of 1, so that scores behind a normalization "
            "begin as large as the root of the width: GPT-2 therefore draws both with "
            "0.02. Use `kaiming_normal_` or `xavier_normal_`.",
            _starting("{weight: normal_}"),
            _starting("{weight: xavier_normal_}"),
        ),
    ),
    Rule(
        "MG538",
        "warning",
        _small,
        Explanation(
            "Weights that begin all but zero",
            "The gradient of a layer is multiplied by the weights of the next one, and "
            "by what comes in from the one before. Where both make values less than a "
            "hundredth as large, neither gets a gradient to speak of, and the training "
            "begins on a plateau that plain gradient descent may never leave (Glorot "
            "and Bengio, Understanding the difficulty of training deep feedforward "
            "neural networks, 2010). There is no warning for one small layer alone, "
            "as the last one often is on purpose, or before a normalization. It is "
            "certain that they are small; Adam recovers from less than others. Use "
            "`kaiming_normal_` or `xavier_normal_`.",
            _starting("{weight: {normal_: {std: 0.0001}}}"),
            _starting("{weight: xavier_normal_}"),
        ),
    ),
    Rule(
        "MG539",
        "warning",
        _biases,
        Explanation(
            "Biases that decide alone",
            "Behind a layer whose biases begin far below 0 a ReLU returns 0 for every "
            "example: its units are dead, and get no gradient (Lu et al., Dying ReLU "
            "and initialization, arXiv:1903.06733). Behind biases far from 0 a "
            "Sigmoid or a Tanh has no slope. Biases begin at 0, or near it; there is a "
            "warning from five deviations of what weights make of inputs of a "
            "deviation of 1. Silent for the last layer, whose bias may be the mean of "
            "the targets, for gates and before a normalization. How sure: very.",
            _starting(
                "{bias: {constant_: -10}}", "Flatten", "Linear: 64", "ReLU", "Linear: 9"
            ),
            _starting("{bias: zeros_}", "Flatten", "Linear: 64", "ReLU", "Linear: 9"),
        ),
    ),
)
