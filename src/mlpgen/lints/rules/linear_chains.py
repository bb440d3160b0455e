"""Layers that are one layer, since nothing between them is nonlinear."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import Label
from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.graph.walks import every_layer
from mlpgen.lints import kinds
from mlpgen.lints.kinds import place
from mlpgen.lints.linear_steps import (
    is_dense,
    is_joined,
    is_linear,
    joined_by_residuals,
    step_before,
    weighs,
)
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument, sizes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_MOVES = frozenset(("Permute", "Transpose", "Movedim", "ChannelShuffle"))
_COLORS = 4
"""The most channels of an image that a 1 x 1 convolution mixes."""
_FAR = 12
"""How far to look for what a projection belongs to."""


class _Pair(NamedTuple):
    """Two layers with nothing nonlinear between them.

    Attributes:
        first: The layer that runs first.
        second: The layer that takes its result.
        between: What is between them, from the second to the first.
        beside: Linear layers whose results are joined with that of the first.
    """

    first: Operation
    second: Operation
    between: tuple[Operation, ...]
    beside: tuple[Operation, ...] = ()


def _linear(subject: Subject) -> Iterator[Finding]:
    """Yield one finding for each run of layers that are one."""
    weighted = [*filter(weighs, subject.flow.operations)]
    around = joined_by_residuals(subject.flow)
    every = (_pair(each) or _around(each, around) for each in weighted)
    shared = {each.shared for each in every_layer(subject.model.nodes)} - {""}
    alone = (each for each in every if each and not _is_called_again(each, shared))
    pairs = [each for each in alone if _is_fault(each)]
    runs: dict[int, list[Operation]] = {}
    noted: dict[int, tuple[str, ...]] = {}
    for each in pairs:
        run = runs.pop(id(each.first), [each.first])
        runs[id(each.second)] = [*run, *each.beside, each.second]
        noted[id(each.second)] = _notes(each)
    places = _Places(weighted, pairs)
    for run in runs.values():
        at = places.of(run)
        if at is not None:
            yield _finding(run, at, noted.get(id(run[1]), ()), subject)


def _pair(second: Operation) -> _Pair | None:
    """Return a layer with the one before it, if nothing between is nonlinear."""
    between: list[Operation] = []
    beside: list[Operation] = []
    each = second.before
    while each is not None and kinds.is_single(each):
        if weighs(each) and not _continues(second, each):
            return _Pair(each, second, tuple(between), tuple(beside))
        if is_joined(each):
            beside += filter(None, (x.operation for x in each.sources[1:]))
        elif not weighs(each) and not is_linear(each):
            return None
        between.append(each)
        each = step_before(each)
    return None


def _around(second: Operation, around: Mapping[Operation, Operation]) -> _Pair | None:
    """Return a layer with the one before it, if only a linear residual is between."""
    first = around.get(second)
    return None if first is None else _Pair(first, second, ())


def _continues(second: Operation, each: Operation) -> bool:
    """Tell whether a depthwise convolution and what follows are one convolution."""
    return not _is_grouped(second) and _is_grouped(each) and second.kind == each.kind


def _is_called_again(pair: _Pair, shared: set[str]) -> bool:
    """Tell whether one layer has other calls, with other layers around it."""
    first, second = ({*each.name.split(".")} & shared for each in pair[:2])
    return first != second


def _is_fault(pair: _Pair) -> bool:
    first, second, *_ = pair
    if any(each.node.tied or each.node.shared for each in (first, second)):
        return False
    if kinds.INTENDED & {*kinds.words(first)}:
        return False
    if _after_product(first) or _is_gated(second):
        return False
    if any(map(kinds.is_identity, pair.between)):
        return False  # which is another fault, at that activation
    if is_dense(first):
        return is_dense(second) and _same_features(pair) and _wide(pair)
    if _is_grouped(first) or _is_projection(first) or not _wide(pair):
        return False
    if any(each.kind in kinds.WEIGHTED for each in pair.between):
        return not _narrows(first)
    if is_dense(second):
        return True
    return not _is_grouped(second) and _same_channels(pair) and not _intended(pair)


def _narrows(each: Operation) -> bool:
    return bool(each.node.output[0] < each.node.input[0])


def _after_product(each: Operation) -> bool:
    """Tell whether a layer projects what attention returns."""
    before = kinds.origin(each.before)
    return before is not None and before.kind in kinds.PRODUCTS and not weighs(before)


def _is_gated(each: Operation) -> bool:
    """Tell whether a layer is that of a gated linear unit, as behind attention."""
    return kinds.is_single(each) and each.users[0].kind == "GLU"


def _same_features(pair: _Pair) -> bool:
    """Tell whether the features of one layer are those of the next."""
    first, taken = pair.first.node, pair.second.node.input[-1]
    if any(each.kind in _MOVES for each in pair.between):
        return False
    if all(each.kind == "Cat" or _keeps_last(each) for each in pair.between):
        joined = [each.node for each in pair.between if each.kind == "Cat"]
        return bool(taken == (joined or [first])[0].output[-1])
    if not all(map(kinds.passes, pair.between)):
        return False
    whole = taken == prod(first.output)  # flattened, of steps that were not narrowed
    return bool(whole and first.output[-1] >= first.input[-1])


def _keeps_last(each: Operation) -> bool:
    pools = kinds.AVERAGE_POOLS | kinds.PADS | {"Mean"}
    return each.kind not in pools and bool(
        each.node.input[-1:] == each.node.output[-1:]
    )


def _same_channels(pair: _Pair) -> bool:
    """Tell whether the channels of one convolution are those of the next."""
    if any(each.kind in _MOVES or each.kind == "Mean" for each in pair.between):
        return False
    channels, dimensions = pair.first.node.output[0], len(pair.first.node.output)
    shapes = [each.node.input for each in (pair.second, *pair.between)]
    return all(len(each) == dimensions and each[0] == channels for each in shapes)


def _wide(pair: _Pair) -> bool:
    """Tell whether what is between two layers is not narrower than both sides."""
    first, second = pair.first.node, pair.second.node
    if is_dense(pair.first):
        widths = [x.node for x in (pair.first, *pair.beside)]
        after = second.output[-1]
        return not any(_narrow(x.input[-1], x.output[-1], after) for x in widths)
    if is_dense(pair.second):
        middle = second.input[-1]
        pooled = middle == first.output[0]
        before = first.input[0] if pooled else prod(first.input)
        return not _narrow(before, middle, second.output[-1])
    if _narrow(first.input[0], first.output[0], second.output[0]):
        return False
    if pair.second.kind in kinds.CONVOLUTIONS:
        return True
    return not _narrow(prod(first.input), prod(first.output), prod(second.output))


def _narrow(before: int, middle: int, after: int) -> bool:
    return int(middle) < min(int(before), int(after))


def _is_grouped(each: Operation) -> bool:
    return not is_dense(each) and int(argument(each, "groups")) > 1


def _kernel(each: Operation) -> tuple[int, ...]:
    return tuple(map(int, sizes(each, "kernel_size", len(each.node.input) - 1)))


def _intended(pair: _Pair) -> bool:
    """Tell whether two convolutions are two on purpose."""
    one, two = _kernel(pair.first), _kernel(pair.second)
    if len({*one}) > 1 and len({*two}) > 1:  # separable: 1 x 3, then 3 x 1
        return True
    if pair.first.kind in kinds.CONVOLUTIONS or pair.second.kind in kinds.TRANSPOSED:
        return False
    stride = tuple(map(int, sizes(pair.first, "stride", len(one))))
    return one == stride  # it only enlarges, as in a U-Net


def _is_projection(each: Operation) -> bool:
    """Tell whether a 1 x 1 convolution is linear on purpose.

    It is if it mixes the image, if it fuses what was joined, and behind a depthwise
    convolution (a linear bottleneck).
    """
    if {*_kernel(each)} != {1} or each.kind not in kinds.CONVOLUTIONS:
        return False
    if each.before is None:
        return bool(each.node.input[0] <= _COLORS)
    if each.node.output[0] > each.node.input[0]:
        return False
    near = [each.before]
    for found in near:
        if found.kind == "Cat" or _is_convolution(found):
            if found.kind == "Cat" or _is_grouped(found):
                return True
            continue
        known = [source.operation for source in found.sources]
        near += [new for new in known if new is not None and new not in near][:_FAR]
        if len(near) > _FAR:
            break
    return False


def _is_convolution(each: Operation) -> bool:
    return each.kind in kinds.WEIGHTED and each.kind != "Linear"


class _Places:
    """Where in a file the fault is, if layers of a block run several times."""

    def __init__(self, weighted: Iterable[Operation], pairs: Iterable[_Pair]) -> None:
        """Count how often each layer runs, and how often as part of a fault."""
        self.runs = Counter(map(place, weighted))
        self.first = Counter(place(each.first) for each in pairs)
        self.second = Counter(place(each.second) for each in pairs)

    def of(self, run: list[Operation]) -> Operation | None:
        """Return the layer that the fault is at; None if most of its uses are right."""
        first, *others = run
        for one, other in pairwise(run):
            if _round(one) and _round(one) == _round(other):
                return other  # whatever other rounds have between them
            if place(one) == place(other) and _stem(one) == _stem(other):
                return other  # rounds of the layer itself
        for each in others:
            if self.second[place(each)] == self.runs[place(each)]:
                return each
        if self.first[place(first)] == self.runs[place(first)]:
            return first
        return next(filter(self._mostly, others), None)

    def _mostly(self, each: Operation) -> bool:
        return 2 * self.second[place(each)] > self.runs[place(each)]


def _round(each: Operation) -> str:
    """Return the name of the round that a layer is in; empty if it is in none."""
    inside = _stem(each)
    return inside if inside.rpartition(".")[2].isdecimal() else ""


def _stem(each: Operation) -> str:
    return each.name.rpartition(".")[0]


def _notes(pair: _Pair) -> tuple[str, ...]:
    found = (each for each in pair.between if each.kind in kinds.BATCH_NORMS)
    norm = next(found, None)
    return () if norm is None else (f"`{norm.name}` is linear in evaluation mode",)


def _finding(
    run: list[Operation], at: Operation, notes: tuple[str, ...], subject: Subject
) -> Finding:
    dense = any(map(is_dense, run))
    what = "linear layer" if dense else "convolution"
    others = [each for each in run if place(each) != place(at)]
    places = dict.fromkeys((each.node.path, each.owner) for each in others)
    behind = at is run[0]
    return Finding(
        f"{_names(run)} are one {what}: nothing between them is nonlinear",
        at.node.path,
        at.owner,
        notes=notes,
        help=f"put an activation such as `ReLU` {'behind' if behind else 'before'} "
        f"`{at.name}`",
        labels=tuple(
            Label(subject.sources.place(*each), f"part of the same {what}")
            for each in places
        ),
    )


def _names(run: list[Operation]) -> str:
    names = [f"`{each.name}`" for each in run]
    if len(names) > 3:
        names = [*names[:2], f"{len(names) - 2} more"]
    return f"{', '.join(names[:-1])} and {names[-1]}"


RULES = (
    Rule(
        "MG501",
        "warning",
        _linear,
        Explanation(
            "Layers with nothing nonlinear between them",
            "Linear layers or convolutions in a row are one with more parameters, as "
            "the product of matrices is a matrix (Goodfellow et al., Deep Learning, "
            "6.1). Batch normalization, dropout, average pooling and views change "
            "nothing about that in evaluation; max pooling and layer normalization do. "
            "Nor do sums of linear layers, linear layers side by side, a product with "
            "a learned matrix, or a residual around a linear layer. "
            "There is no warning where two layers have a purpose: where the middle is "
            "narrower than both sides (a linear code, LoRA), for depthwise and "
            "separable convolutions, linear bottlenecks (Sandler et al., MobileNetV2, "
            "2018), 1 x 1 convolutions that fuse branches, and behind attention. That "
            "they are one is certain; that this is not meant is very likely. Put an "
            "activation between them, or leave one out.",
            spec("Flatten", "Linear: 128", "Linear: 64", "ReLU", "Linear: 10"),
            spec("Flatten", "Linear: 128", "ReLU", "Linear: 64", "ReLU", "Linear: 10"),
        ),
    ),
)
