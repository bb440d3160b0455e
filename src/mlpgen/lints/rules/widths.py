"""Hidden layers of one unit, through which nothing but one number gets."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import spot_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_SIZES = {"Linear": "out_features"} | dict.fromkeys(kinds.RECURRENT, "hidden_size")
"""The argument that is the number of units of a layer; else of its channels."""
_MAPS = frozenset(("Sigmoid", "Hardsigmoid", "Tanh", "Hardtanh", "Softmax"))
"""What is put on an image of one channel, or on the weights of a sum."""
_PASSED = kinds.ACTIVATIONS | kinds.NORMALIZATIONS | kinds.PADS
_PASSED |= kinds.AVERAGE_POOLS | kinds.MAXIMUM_POOLS
_CODES = kinds.INTENDED | {"z", "squeeze", "score", "value", "map", "gray", "mask"}


def _one(subject: Subject) -> Iterator[Finding]:
    layers = subject.flow.of(*kinds.WEIGHTED, "RNN", "LSTM", "GRU")
    every = [each for each in layers if int(each.node.output[_axis(each)]) == 1]
    if _restores(subject):
        return
    for each in kinds.always(filter(_is_narrow, every), every):
        name = _SIZES.get(each.kind, "out_channels")
        yield spot_of(each, name, subject.sources).finding(
            f"`{each.name}` is a hidden layer of one {_unit(each)[0]}: only one "
            f"{_unit(each)[1]} gets through it",
            help=f"write more than 1 for `{name}`",
        )


def _restores(subject: Subject) -> bool:
    """Tell whether the network returns as many values as it takes: an autoencoder."""
    flow, model = subject.flow, subject.model
    taken = {prod(map(int, each.shape)) for each in model.inputs.values()}
    returned = {prod(map(int, each.value.shape)) for each in flow.outputs.values()}
    return bool(taken & returned)


def _is_narrow(each: Operation) -> bool:
    """Tell whether a layer has one unit, and only another layer takes its result."""
    shape, before = each.node.output, each.node.input
    if int(shape[_axis(each)]) != 1 or int(before[_axis(each)]) == 1:
        return False
    if _CODES & {*kinds.words(each)}:
        return False
    after, bent = _next(each)
    if after is None or not _is_same(each, after) or _is_joined(after):
        return False
    if bent and each.kind not in _SIZES and prod(shape) > 1:
        return False
    taken, given = after.node.input[_axis(after)], after.node.output[_axis(after)]
    return int(taken) == 1 and int(given) > 1


def _unit(each: Operation) -> tuple[str, str]:
    return ("unit", "number") if _axis(each) else ("channel", "channel")


def _axis(each: Operation) -> int:
    return -1 if each.kind in _SIZES else 0


def _is_same(each: Operation, after: Operation) -> bool:
    """Tell whether one unit is one unit for the next layer, and no row of places."""
    if each.kind in _SIZES or after.kind in _SIZES:
        return _axis(each) == _axis(after) or prod(each.node.output) == 1
    return True


def _next(each: Operation) -> tuple[Operation | None, bool]:
    """Return the layer that takes a result, and whether it takes a map."""
    bent = False
    while kinds.is_single(each):
        each = each.users[0]
        if each.kind in kinds.WEIGHTED:
            return each, bent
        bent |= each.kind in _MAPS
        if not kinds.passes(each, _PASSED):
            break
    return None, bent


def _is_joined(each: Operation) -> bool:
    """Tell whether a result is joined with another: a gate, a sum, a low rank."""
    while len(each.users) == 1:
        each = each.users[0]
        if len(kinds.values(each)) > 1:
            return True
        if each.kind in kinds.WEIGHTED:
            return False
    return len(each.users) > 1


RULES = (
    Rule(
        "MG512",
        "warning",
        _one,
        Explanation(
            "A hidden layer of one unit",
            "All that the layers behind it learn from is one number for each example, "
            "or one channel, so that ten classes, say, lie on one line. Often a "
            "number is missing (`Linear: 1` for `Linear: 128`), or an output has "
            "moved into the middle. There is no warning for the last layer, in a "
            "network that returns as much as it takes (an autoencoder with one unit "
            "as its code), for gates and sums, or for a map of one channel behind a "
            "sigmoid. That so little gets through is certain (the data processing "
            "inequality: Cover and Thomas, Elements of Information Theory, 2.8); it "
            "is very likely not meant.",
            spec("Flatten", "Linear: 64", "ReLU", "Linear: 1", "ReLU", "Linear: 10"),
            spec("Flatten", "Linear: 64", "ReLU", "Linear: 16", "ReLU", "Linear: 10"),
        ),
    ),
)
