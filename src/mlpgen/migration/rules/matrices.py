"""Rules of layers with a weight from units to units: linear, convolution, tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.migration.moves import Axis
from mlpgen.migration.units import NEW, Units, all_of, extended, spread
from mlpgen.migration.values import guessed, whole

if TYPE_CHECKING:
    from mlpgen.graph.flow import Operation
    from mlpgen.graph.nodes import Node
    from mlpgen.migration.step import Shapes, Step


def linear(step: Step) -> dict[str, Shapes]:
    """Follow `Linear`: it sums over the last dimension."""
    step.same_but("in_features", "out_features", "bias")
    *others, inner = step.takes[0].units
    old, new = (int(x.node.output[-1]) for x in (step.old, step.new))
    out = step.choose(old, new)
    step.weights(weight=(Axis(out), Axis(inner, summed=True)), bias=(Axis(out),))
    return {"": (*others, out)}


def convolution(step: Step) -> dict[str, Shapes]:
    """Follow a convolution: of each group, it sums over the channels."""
    step.same_but(*_SIZES, "groups")
    return _convolved(step, transposed=False)


def transposed(step: Step) -> dict[str, Shapes]:
    """Follow a transposed convolution, whose weight has the inputs first."""
    step.same_but(*_SIZES, "groups")
    return _convolved(step, transposed=True)


_SIZES = ("in_channels", "out_channels", "bias", "kernel_size", "padding")


def _convolved(step: Step, *, transposed: bool) -> dict[str, Shapes]:
    batch, channels, *places = step.takes[0].units
    old, new = (int(x.node.output[0]) for x in (step.old, step.new))
    kernel = _kernel(step)
    groups = [int(x.node.arguments.get("groups", 1)) for x in (step.old, step.new)]
    if groups == [1, 1]:
        out, inner = step.choose(old, new), channels
    else:
        out, inner = _grouped(step, channels, (old, new), groups)
    made, summed = Axis(out), Axis(inner, summed=True)
    if transposed and groups != [1, 1]:
        group = all_of(int(step.new.node.weights["weight"][1]))
        made, summed = Axis(group), Axis(channels)
        if not channels.same or old != new:
            step.lose("its groups change")
            made = summed = Axis(group)
    weight = (summed, made, *kernel) if transposed else (made, summed, *kernel)
    shape = {**step.new.node.weights, **step.new.node.computed_from}
    sizes = shape.get("weight") or shape["parametrizations.weight.original"]
    if tuple(len(x.units.were) for x in weight) != tuple(map(int, sizes)):
        step.weights()
        step.lose("its groups change")
    else:
        step.weights(weight=weight, bias=(Axis(out),))
    found = (batch, out, *map(all_of, whole(step.new.node.value)[2:]))
    if not all(each.same for each in places) or not step.fits({"": found}):
        return step.by_size("its places change")
    return {"": found}


def _kernel(step: Step) -> tuple[Axis, ...]:
    """Return the axes of the kernel: an old one in the middle of a larger one."""
    old, new = (_sizes(x.node) for x in _both(step))
    pads = [_each(x.node.arguments.get("padding", 0), len(new)) for x in _both(step)]
    dilation = _each(step.argument("dilation", 1), len(new))
    if old == new and pads[0] == pads[1]:
        return tuple(Axis(all_of(size)) for size in new)
    found = []
    for at, (a, b) in enumerate(zip(old, new, strict=True)):
        more = b - a
        middle = more >= 0 and more % 2 == 0
        by = more // 2 * dilation[at]
        index = tuple(
            each if 0 <= each < a else NEW
            for each in range(-(more // 2), b - more // 2)
        )
        found.append(Axis(Units(a, index[:b]), summed=True))
        padded = (
            pads[1][at] == pads[0][at] + by if _numbers(pads) else pads[0] == pads[1]
        )
        if not middle or not padded or step.argument("padding_mode"):
            step.lose("its kernel or its padding changes")
    return tuple(found)


def _both(step: Step) -> tuple[Operation, Operation]:
    return (step.old, step.new)


def _sizes(node: Node) -> tuple[int, ...]:
    weights = {**node.weights, **node.computed_from}
    shape = weights.get("weight") or [*weights.values()][-1]
    return tuple(map(int, shape[2:]))


def _each(value: Any, count: int) -> list[Any]:
    return [*value] if isinstance(value, list | tuple) else [value] * count


def _numbers(pads: list[list[Any]]) -> bool:
    return all(isinstance(each, int) for pad in pads for each in pad)


def _grouped(
    step: Step, channels: Units, sizes: tuple[int, int], groups: list[int]
) -> tuple[Units, Units]:
    """Return the outputs, and the inputs of each group, of a grouped convolution.

    Each new group has to be an old one: its channels are all of one old group.
    """
    (old, new), (before, now) = sizes, groups
    into = channels.old // before, len(channels.were) // now
    outs = old // before, new // now
    parts = [channels.were[at * into[1] : (at + 1) * into[1]] for at in range(now)]
    owners = [{unit // into[0] if unit != NEW else NEW for unit in x} for x in parts]
    locals_ = [tuple(unit % into[0] for unit in part) for part in parts]
    alike = all(len(each) == 1 and NEW not in each for each in owners)
    if not alike or len({*locals_}) != 1:
        wanted = _by_group(channels.old, before, into[1], now)
        if len(wanted.were) == len(channels.were):
            step.demand(channels, wanted)
        step.lose("its groups change")
        return spread(old, new), spread(*into)
    local = spread(*outs)
    owner = [next(iter(each)) for each in owners]
    index = tuple(each * outs[0] + unit for each in owner for unit in local.were)
    if new < old:
        step.lose("it is narrower")
    return Units(old, index), Units(into[0], locals_[0])


def _by_group(old: int, before: int, into: int, now: int) -> Units:
    """Return channels that widen each group by itself, or repeat whole groups."""
    size = old // before
    parts = [
        Units(old, tuple(at % before * size + unit for unit in spread(size, into).were))
        for at in range(now)
    ]
    index = tuple(unit for each in parts for unit in each.were)
    return Units(old, index)


def embedding(step: Step) -> dict[str, Shapes]:
    """Follow a table of vectors: new rows start anew."""
    step.same_but("num_embeddings", "embedding_dim")
    (rows, _), (now, _) = (x.node.weights["weight"] for x in (step.old, step.new))
    old, new = (int(x.node.output[-1]) for x in (step.old, step.new))
    out = step.choose(old, new)
    entries = extended(int(rows), int(now)) if now >= rows else all_of(int(now))
    if now < rows:
        step.lose("it has fewer rows")
        entries = Units(int(rows), range(int(now)))
    step.weights(weight=(Axis(entries), Axis(out)))
    return {"": (*step.takes[0].units, out)}


def buffer(step: Step) -> dict[str, Shapes]:
    """Follow a buffer: a checkpoint keeps its values, unless it is not persistent."""
    old, new = (whole(x.node.value) for x in (step.old, step.new))
    saved = [x.node.arguments.get("persistent", True) for x in (step.old, step.new)]
    if old != new:
        return step.by_size("its shape is another")
    if all(saved):
        step.tensor(tuple(Axis(all_of(size)) for size in new))
    else:
        step.same_but("persistent")
    return step.unchanged()


def parameter(step: Step) -> dict[str, Shapes]:
    """Follow a parameter of the model, which may widen as others do."""
    old, new = (whole(x.node.value) for x in (step.old, step.new))
    if len(old) != len(new):
        return step.by_size("its shape is another")
    changed = [at for at, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    units = guessed(step.old.node.value, step.new.node.value)
    if len(changed) == 1:
        (at,) = changed
        chosen = step.choose(old[at], new[at])
        units = (*units[:at], chosen, *units[at + 1 :])
    elif changed:
        step.lose("its sizes change")
    step.tensor(tuple(map(Axis, units)))
    return {"": units}
