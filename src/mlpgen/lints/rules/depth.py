"""Networks so deep, or so long, that gradients vanish on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.attentions import attention_of
from mlpgen.lints.initial_values import Starts
from mlpgen.lints.rounds import rounds_of, times_of
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument, spot_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_DEEP = 20
"""VGG-19 has 19 layers, and the deepest version of it did not train from scratch."""
_LONG = {"RNN": 100, "LSTM": 1000, "GRU": 1000}
"""From so many steps on, nothing is left of the first ones in the last state."""
_HALVING = kinds.ONE_SIDED - {"SELU"}
_POOLS = kinds.AVERAGE_POOLS | kinds.MAXIMUM_POOLS
_STACKED = 8
"""Of stacked LSTMs six barely work, and eight do not (arXiv:1609.08144, 3.1)."""
_ATTENTIONS = 4
_JOINS = frozenset(("Add", "Sub", "Cat", "Stack", "Lerp"))
_STATES = ("last", "hidden", "h_n")


class _Way(NamedTuple):
    """The layers without a normalization or a second way around them.

    Attributes:
        first: The first layer with weights; None if there is none yet.
        last: The last one.
        layers: How many there are.
        activations: How many activations follow them.
    """

    first: Operation | None = None
    last: Operation | None = None
    layers: float = 0
    activations: float = 0


_NONE = _Way()


def _deep(subject: Subject) -> Iterator[Finding]:
    starts, times = Starts(subject.model), times_of(subject)
    ways: dict[Operation, _Way] = {}
    found: dict[Operation, _Way] = {}
    for each in subject.flow.operations:
        before = each.before
        way = _NONE if before is None else ways[before]
        ways[each] = way = _behind(each, way, starts, times)
        if way.first and min(way.layers, way.activations) > _DEEP:
            found[way.first] = way
    for first, way in found.items():
        last = way.last or first
        yield Finding(
            f"{way.layers:.0f} layers in a row, from `{first.name}` to `{last.name}`, "
            "have neither a normalization nor a way around them: signals and "
            "gradients vanish",
            first.node.path,
            first.owner,
            help="put a normalization such as `BatchNorm2d` behind each, or add what "
            "comes in to what comes out",
        )


def _behind(
    each: Operation, way: _Way, starts: Starts, times: Mapping[str, float]
) -> _Way:
    """Return the layers in a row up to an operation, itself included."""
    one = rounds_of(each, times)
    if each.kind in kinds.WEIGHTED:
        if starts.of(each).get("weight") is not None or each.node.computed_from:
            return _NONE
        return _Way(way.first or each, each, way.layers + one, way.activations)
    if each.kind in _HALVING:
        return way._replace(activations=way.activations + one)
    return way if kinds.passes(each, _POOLS) else _NONE


def _find(subject: Subject) -> Iterator[Finding]:
    yield from _deep(subject)
    yield from _stacked(subject)
    yield from _attending(subject)


def _long(subject: Subject) -> Iterator[Finding]:
    starts = Starts(subject.model)
    for each in subject.flow.of(*_LONG):
        steps = int(each.node.input[0])
        if steps < _LONG[each.kind] or starts.of(each) or not _is_end_alone(each):
            continue
        yield Finding(
            f"`{each.name}` carries its state through {steps:,} steps, and only the "
            "last one is used: what comes first is forgotten",
            each.node.path,
            each.owner,
            help="write `GRU` or `LSTM`, or shorten the sequence by strides before it"
            if each.kind == "RNN"
            else "shorten the sequence by convolutions with strides before it",
        )


def _stacked(subject: Subject) -> Iterator[Finding]:
    """Find recurrent layers on top of each other without a way around them."""
    for each in subject.flow.of("RNN", "LSTM", "GRU"):
        layers = argument(each, "num_layers")
        if isinstance(layers, int) and layers >= _STACKED:
            yield spot_of(each, "num_layers", subject.sources).finding(
                f"`{each.name}` has {layers} layers with no way around them: gradients "
                "vanish between them as they do between steps",
                help="write 1 to 4, or add the input of each layer to its output",
            )


class _Row(NamedTuple):
    """Attentions in a row.

    Attributes:
        times: How many there are.
        first: The first one.
    """

    times: int = 0
    first: Operation | None = None


def _attending(subject: Subject) -> Iterator[Finding]:
    """Find attentions behind each other without a way around them."""
    rows: dict[Operation | None, _Row] = {}
    for each in subject.flow.operations:
        before = [rows.get(source.operation, _Row()) for source in each.sources]
        row = max(before, key=lambda one: one.times, default=_Row())
        several = sum(source.value.batched for source in each.sources) > 1
        if each.kind in kinds.TRANSFORMERS or (several and each.kind in _JOINS):
            row = _Row()
        elif attention_of(each) is not None:
            row = _Row(row.times + 1, row.first or each)
            if row.times == _ATTENTIONS and row.first is not None:
                yield Finding(
                    f"{row.times} attentions in a row, from `{row.first.name}` to "
                    f"`{each.name}`, have no way around them: they make steps alike",
                    row.first.node.path,
                    row.first.owner,
                    help="add what comes in to what each attention returns",
                )
        rows[each] = row


def _is_end_alone(each: Operation) -> bool:
    """Tell whether only the final state of a recurrent layer is used."""
    used = [
        source.part
        for user in each.users
        for source in user.sources
        if source.operation is each
    ]
    return bool(used) and not each.returned and all(map(_STATES.__contains__, used))


RULES = (
    Rule(
        "MG532",
        "warning",
        _find,
        Explanation(
            "A deep network without normalization or skips",
            "With torch's initial weights a layer and its ReLU make the values about "
            "2.4 times as small; after 20 of them nothing is left of an image beside "
            "the biases, and nothing of the gradient. The 16 and 19 layers of VGG had "
            "to be trained from shallower ones, or from better initial weights "
            "(Simonyan and Zisserman, arXiv:1409.1556; He et al., arXiv:1502.01852), "
            "and plain networks of 30 and more are worse than shallow ones even with a "
            "normalization (He et al., arXiv:1512.03385). There is a warning from 21 "
            "layers in a row, each with an activation; silent where a layer has an "
            "`init` for its weight, behind any sum, gate or normalization, and for "
            "SELU. Recurrent layers are named from 8 in a stack, which have no way "
            "around them (Wu et al., Google's neural machine translation system, "
            "arXiv:1609.08144, 3.1: four work well, eight do not), and attentions from "
            "4 in a row: without a way around them all steps become the same, "
            "doubly exponentially with the depth (Dong et al., arXiv:2103.03404). How "
            "sure: very.",
            spec(
                *("Flatten", "Linear: 32"),
                "Sequential: [ReLU, {Linear: 32}]\n    repeat: 24",
                *("ReLU", "Linear: 10"),
            ),
            spec(
                *("Flatten", "Linear: 32"),
                "Sequential: [LayerNorm, ReLU, {Linear: 32}]\n    repeat: 24",
                *("ReLU", "Linear: 10"),
            ),
        ),
    ),
    Rule(
        "MG533",
        "warning",
        _long,
        Explanation(
            "A recurrent layer over too many steps",
            "The gradient of a plain `RNN` is multiplied by its matrix and the slope "
            "of its activation at each step, so that what is hundreds of steps away "
            "has none (Bengio et al., Learning long-term dependencies with gradient "
            "descent is difficult, 1994; Pascanu et al., arXiv:1211.5063). Of the 784 "
            "pixels of a digit one by one it learns next to nothing. There is a "
            "warning from 100 steps, if only the final state is used; `LSTM` and `GRU` "
            "keep it longer, but not for 1,000 (Khandelwal et al., arXiv:1805.04623, "
            "measure 200 words). Silent where "
            "the layer has an `init`, as one that begins as the identity has (Le et "
            "al., arXiv:1504.00941). How sure: very.",
            spec("reshape: [784, 1]", "RNN: 32\n    select: last", "Linear: 10"),
            spec("reshape: [28, 28]", "RNN: 32\n    select: last", "Linear: 10"),
        ),
    ),
)
