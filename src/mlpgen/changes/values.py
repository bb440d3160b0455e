"""What may give other outputs with the same weights: never missed, seldom alarmed.

Whether outputs may differ is decided by `computation`: no reason is given where both
networks compute the same. Where they do not, the reasons are the differences of matched
layers; if none of them is one, that the outputs may differ is still said.
"""

from __future__ import annotations

from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.changes.computation import Table, computation
from mlpgen.changes.neutral import passes
from mlpgen.changes.reasons import Break
from mlpgen.changes.signatures import Mode, draws, signature
from mlpgen.changes.tied import loaded, saved
from mlpgen.changes.wiring import Wiring
from mlpgen.spec.wording import counted

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from mlpgen.changes.computation import Computation
    from mlpgen.changes.layers import Layer
    from mlpgen.changes.matching import Matching, Pair
    from mlpgen.changes.rounds import ExtraRounds
    from mlpgen.changes.sides import Side
    from mlpgen.changes.tied import Origins
    from mlpgen.diagnostics.diagnostic import Place
    from mlpgen.graph.flow import Operation

_MAY = "the same weights may give other outputs"
_MAY_LATER = "weights that are migrated may give other outputs"
_CALL = (
    *("name", "training", "positional", "leading", "gathers", "names", "expands"),
    *("after", "counts", "follows_batch", "only_training", "once", "new"),
)
"""What the signature of a function says of its call, and no argument of a spec."""


class _Reason(NamedTuple):
    """Why outputs may differ, and where that is in the new spec."""

    message: str
    place: Place


def value_breaks(
    old: Side, new: Side, matching: Matching, extra: ExtraRounds, *, misfit: bool
) -> list[Break]:
    """Find what may change outputs, in evaluation; if nothing does, in training.

    Args:
        old: The old network.
        new: The new network.
        matching: Their layers.
        extra: The rounds that only one of them has.
        misfit: Whether the weights of one do not fit into the other, which is no
            reason here.
    """
    fixed = not (old.graph.free or new.graph.free)
    for mode in (Mode(False, fixed), Mode(True, fixed)):
        one, other = computations(old, new, mode)
        if one.equals(other):
            continue
        reasons = [*_Search(old, new, matching, mode).reasons(extra)]
        if not reasons and not misfit:
            reasons = [_Reason("it computes otherwise", new.place("layers"))]
        may = _MAY_LATER if misfit else _MAY
        may = f"{may} in training" if mode.training else may
        return [
            Break("values", f"{message}: {may}", place, False, mode.training)
            for message, place in dict.fromkeys(reasons)
        ]
    return []


def computations(old: Side, new: Side, mode: Mode) -> tuple[Computation, Computation]:
    """Number the values of two networks, with the weights of the old one in both."""
    table = Table()

    def weights(origins: Origins, operation: Operation) -> Hashable:
        return operation.key, origins.get(operation.key, ())

    of_old = partial(weights, saved(old.state))
    of_new = partial(weights, loaded(new.state, old.state))
    own = {name: name for name in old.graph.inputs}
    inputs = old_inputs(old, new)
    return (
        computation(old.layers, table, of_old, own, mode),
        computation(new.layers, table, of_new, inputs, mode),
    )


def old_inputs(old: Side, new: Side) -> Mapping[str, str]:
    """Return the old names of the inputs: one that is renamed keeps its position."""
    before, after = old.graph.inputs, new.graph.inputs
    found = {}
    for was, name in zip_longest(before, after):
        if name is not None:
            kept = name in before or was is None or was in after
            found[name] = name if kept else was
    return found


class _Search:
    """Compares matched layers as they run."""

    def __init__(self, old: Side, new: Side, matching: Matching, mode: Mode) -> None:
        self._old = old
        self._new = new
        self._matching = matching
        self._mode = mode
        self._passes = partial(passes, mode=mode)
        inputs = old_inputs(old, new)
        layers = old.layers, new.layers
        self._wiring = Wiring(*layers, matching, inputs, self._passes)

    def reasons(self, extra: ExtraRounds) -> Iterator[_Reason]:
        """Yield the differences that results depend on."""
        live = self._live(self._old), self._live(self._new)
        for layer in self._matching.added:
            if layer.place in live[1] and not self._passes(layer.runs[0]):
                message = f"`{layer.key}` ({layer.kind}) is new"
                own = _Reason(message, self._new.place_of(layer))
                yield _of_rounds(layer, extra) or own
        for layer in self._matching.removed:
            if layer.place in live[0] and not self._passes(layer.runs[0]):
                message = f"`{layer.key}` ({layer.kind}) is gone"
                own = _Reason(message, self._new.place("layers"))
                yield _of_rounds(layer, extra) or own
        for pair in self._matching.pairs:
            if pair.new.place in live[1] or pair.old.place in live[0]:
                yield from self._differences(pair)
        outputs = (
            [*side.layers.flow.outputs.values()] for side in (self._old, self._new)
        )
        for was, now in zip(*outputs, strict=False):
            if told := self._wiring.difference([was], [now]):
                yield _Reason(f"`forward` returns {told}", self._new.place("outputs"))

    def _live(self, side: Side) -> set[int]:
        """Return the places of the layers that outputs depend on, or that draw."""
        flow = side.layers.flow
        waiting = [source.operation for source in flow.outputs.values()]
        waiting += (each for each in flow.operations if draws(each, self._mode))
        seen = set()
        while waiting:
            operation = waiting.pop()
            if operation is not None and operation not in seen:
                seen.add(operation)
                waiting += [source.operation for source in operation.sources]
        return {side.layers.places[each] for each in seen}

    def _differences(self, pair: Pair) -> Iterator[_Reason]:
        """Yield what two layers do differently."""
        one, other = pair.old, pair.new
        name, place = f"`{other.key}`", self._new.place_of(other)
        counts = len(other.runs), len(one.runs)
        if counts[0] != counts[1]:
            message = f"{name} runs {counted(counts[0], 'time')}, no longer {counts[1]}"
            yield _Reason(message, place)
        if not all(counts):
            return
        if self._passes(one.runs[0]) and self._passes(other.runs[0]):
            return
        if one.kind != other.kind:
            yield _Reason(f"{name} is `{other.kind}`, no longer `{one.kind}`", place)
        else:
            yield from self._arguments(pair)
        for was, now in zip(one.runs, other.runs, strict=False):
            if told := self._wiring.change(was, now):
                yield _Reason(f"{name} {told}", place)

    def _arguments(self, pair: Pair) -> Iterator[_Reason]:
        """Yield the arguments of two layers of a kind that differ."""
        one, other = (
            signature(layer.runs[0], self._mode) for layer in (pair.old, pair.new)
        )
        if one == other:
            return
        before, after = dict(one.arguments), dict(other.arguments)
        names = {
            name
            for name in before.keys() | after.keys()
            if before.get(name) != after.get(name)
        }
        resized = _shapes(pair.old) != _shapes(pair.new)
        named = sorted(names.difference(_CALL))
        for name in named:
            if resized and _is_size(pair, name):
                continue
            was, now = before.get(name), after.get(name)
            message = f"`{name}` of `{pair.new.key}` is {_shown(pair.new, name, now)}, "
            message += f"no longer {_shown(pair.old, name, was)}"
            yield _Reason(message, self._new.place_of(pair.new, name))
        if not named and not resized:
            message = f"`{pair.new.key}` is called otherwise"
            yield _Reason(message, self._new.place_of(pair.new))


def _of_rounds(layer: Layer, extra: ExtraRounds) -> _Reason | None:
    change = extra.of(layer.key)
    return _Reason(*change) if change else None


def _shapes(layer: Layer) -> Mapping[str, list[int]]:
    weights = layer.node.weights
    return {name: [*map(int, shape)] for name, shape in weights.items()}


_NO_SIZES = ("stride", "padding", "dilation", "num_heads", "nhead", "dim", "p")


def _is_size(pair: Pair, name: str) -> bool:
    """Tell whether an argument may be what gives weights their new shapes."""
    values = (pair.old.arguments.get(name), pair.new.arguments.get(name))
    numbers = all(type(value) in (int, list) for value in values)
    return numbers and name not in _NO_SIZES


def _shown(layer: Layer, name: str, value: Hashable) -> str:
    return f"`{layer.arguments.get(name, value)}`"
