"""One operation of the new network beside the old one, as the rules see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.changes.layers import plain_arguments
from mlpgen.migration.moves import Axis
from mlpgen.migration.units import Units, all_of, extended, spread
from mlpgen.migration.values import guessed, unchanged, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.graph.flow import Operation
    from mlpgen.migration.values import Known

Shapes = tuple[Units, ...]


class AgainError(Exception):
    """A layer has to choose other units, and all values are to be followed again."""

    def __init__(self, layer: str, units: Units) -> None:
        self.layer = layer
        self.units = units
        super().__init__(layer)


class Planned(NamedTuple):
    """What becomes of a tensor of a layer.

    Attributes:
        source: The key of the old tensor; empty if it is new.
        axes: Its dimensions.
        fill: How it starts, if it is new.
    """

    source: str
    axes: tuple[Axis, ...] = ()
    fill: str = ""


class Notes:
    """What the rules have found so far.

    Attributes:
        chosen: Units that layers have to choose, by their keys.
        tensors: What becomes of new tensors, by key.
        settled: Whether no layer may choose again.
        reasons: Why outputs are not kept, each with the key of a layer.
    """

    def __init__(self, chosen: Mapping[str, Units], *, settled: bool = False) -> None:
        self.chosen = chosen
        self.settled = settled
        self.tensors: dict[str, Planned] = {}
        self.reasons: dict[tuple[str, str], None] = {}

    def plan(self, key: str, planned: Planned) -> bool:
        """Decide about a tensor; False if it was decided otherwise before."""
        before = self.tensors.setdefault(key, planned)
        return before.source == planned.source and alike(before, planned)


def alike(one: Planned, other: Planned) -> bool:
    """Tell whether two tensors change in the same way."""
    if len(one.axes) != len(other.axes):
        return False
    pairs = zip(one.axes, other.axes, strict=True)
    return one.fill == other.fill and all(
        a.summed == b.summed and a.units.is_like(b.units)
        for a, b in pairs
        if not (a.same and b.same)
    )


class Step:
    """An operation of both networks, and what is known of its inputs.

    Attributes:
        new: The operation.
        old: What it was.
        takes: Its inputs.
        exact: Whether its results are just those that the old one had.
    """

    def __init__(
        self, new: Operation, old: Operation, takes: list[Known], notes: Notes
    ) -> None:
        self.new = new
        self.old = old
        self.takes = takes
        self.exact = all(each.exact for each in takes)
        self._notes = notes
        self._arguments = plain_arguments(old.node), plain_arguments(new.node)

    def lose(self, why: str) -> None:
        """Say that the results are not those of the old network."""
        self.exact = False
        self._notes.reasons[self.new.key, why] = None

    def argument(self, name: str, default: Any = None) -> Any:
        """Return an argument of the new layer."""
        return self._arguments[1].get(name, default)

    def old_argument(self, name: str, default: Any = None) -> Any:
        """Return an argument of the old layer."""
        return self._arguments[0].get(name, default)

    def same_but(self, *names: str) -> None:
        """Lose what is kept if other arguments than these differ."""
        old, new = self._arguments
        for name in old.keys() | new.keys():
            if name not in names and old.get(name) != new.get(name):
                one, other = _shown(old.get(name)), _shown(new.get(name))
                self.lose(f"its `{name}` was {one}, and is {other}")

    def choose(self, old: int, new: int) -> Units:
        """Choose the units of a dimension that the layer makes."""
        other = self._notes.chosen.get(self.new.key)
        if other is not None and other.old == old and len(other.were) == new:
            units = other._replace(chosen="")
        else:
            units = spread(old, new, self.new.key)
        if new < old:
            self.lose(f"it is narrower: {new} of {old}, the first ones stay")
        return units

    def demand(self, units: Units, index: Units) -> bool:
        """Ask the layer that chose units for others; False if none may do that."""
        notes = self._notes
        if units.chosen and units.chosen not in notes.chosen and not notes.settled:
            raise AgainError(units.chosen, index)
        return False

    def weights(self, **axes: tuple[Axis, ...]) -> None:
        """Decide about the parameters of the layer, by their names."""
        self.named_weights(axes)

    def named_weights(self, axes: Mapping[str, tuple[Axis, ...]]) -> None:
        """Decide about parameters; those that are not named keep what sizes allow."""
        old, new = self.old.node, self.new.node
        named = dict(axes)
        if old.computed_from or new.computed_from:
            named = self._computed(named)
        theirs = {**old.weights, **old.computed_from}
        ours = {**new.weights, **new.computed_from}
        for name, shape in ours.items():
            if name not in theirs:
                self._fresh(name)
                continue
            given = named.get(name, ())
            sizes = tuple((each.units.old, len(each.units.were)) for each in given)
            if not given or sizes != tuple(zip(theirs[name], shape, strict=False)):
                given = self._by_size(theirs[name], shape)
            self._move(name, given)
        for name in theirs.keys() - ours.keys():
            self.lose(f"its `{name}` is gone")

    def tensor(self, axes: tuple[Axis, ...]) -> None:
        """Decide about a tensor that is no part of a module."""
        self._move("", axes)

    def buffers_by_size(self) -> None:
        """Move the buffers of a layer that no rule knows."""
        for name, value in self.new.node.buffers.items():
            before = self.old.node.buffers.get(name)
            if before is not None and before.shape == value.shape:
                self._move(name, tuple(Axis(all_of(int(x))) for x in value.shape))

    def buffers(self, units: Units) -> None:
        """Move statistics, which have one number a unit."""
        for name, value in self.new.node.buffers.items():
            before = self.old.node.buffers.get(name)
            if before is None:
                self.lose("it has statistics now")
            else:
                self._move(name, (Axis(units),) if value.shape else ())
        if self.old.node.buffers and not self.new.node.buffers:
            self.lose("it has no statistics any more")

    def _fresh(self, name: str) -> None:
        """Start a parameter that the old layer does not have."""
        is_bias = "bias" in name
        self._notes.plan(f"{self.new.key}.{name}", Planned("", fill="zeros" * is_bias))
        if not is_bias:
            self.lose(f"its `{name}` is new")

    def _move(self, name: str, axes: tuple[Axis, ...]) -> None:
        key = f"{self.new.key}.{name}" if name else self.new.key
        source = f"{self.old.key}.{name}" if name else self.old.key
        if not self._notes.plan(key, Planned(source, axes)):
            self.lose("it runs several times, on values that differ")

    def _by_size(self, old: tuple[int, ...], new: tuple[int, ...]) -> tuple[Axis, ...]:
        """Return axes for a tensor that no rule knows."""
        if len(old) != len(new):
            self.lose("its shape is another")
            return ()
        found = tuple(
            Axis(spread(int(a), int(b))) for a, b in zip(old, new, strict=True)
        )
        if not all(each.same for each in found):
            self.lose("its size changes")
        return found

    def _computed(
        self, named: dict[str, tuple[Axis, ...]]
    ) -> dict[str, tuple[Axis, ...]]:
        """Return the axes of what a weight is computed from."""
        old, new = self.old.node.maker.wrapper, self.new.node.maker.wrapper
        weight = named.pop("weight", ())
        if old != new:
            self.lose(f"its `parametrize` was {old or 'none'}, and is {new or 'none'}")
            return named
        start = "parametrizations.weight.original"
        inner = all(each.same for each in weight[1:])
        if not (inner and (weight[0].same or new == "weight_norm")):
            self.lose(f"`{new}` depends on all of its weight")
        if new == "spectral_norm":
            return {**named, start: weight}
        ones = tuple(Axis(all_of(1)) for _ in weight[1:])
        return {**named, f"{start}0": (weight[0], *ones), f"{start}1": weight}

    def unchanged(self) -> dict[str, Shapes]:
        """Return the results as if no unit were another."""
        return {part: unchanged(each) for part, each in self.new.node.parts.items()}

    def by_size(self, why: str) -> dict[str, Shapes]:
        """Return the results as their sizes tell, and lose what is kept."""
        self.lose(why)
        before = self.old.node.parts
        return {
            part: guessed(before.get(part), each)
            for part, each in self.new.node.parts.items()
        }

    def otherwise(self, why: str) -> dict[str, Shapes]:
        """Return the results where a rule has none: they stay if all inputs do."""
        found = self.unchanged()
        kept = all(each.same for each in self.takes) and self.fits(found)
        return found if kept else self.by_size(why)

    def fits(self, found: Mapping[str, Shapes]) -> bool:
        """Tell whether results have the sizes that both networks have."""
        for part, units in found.items():
            old, new = (op.node.parts.get(part) for op in (self.old, self.new))
            if old is None or new is None:
                return False
            sizes = tuple((each.old, len(each.were)) for each in units)
            if sizes != tuple(zip(whole(old), whole(new), strict=False)):
                return False
        return True


def output_units(old: int, new: int) -> Units:
    """Return the units of an output: what is new in it starts anew."""
    return extended(old, new) if new > old else all_of(new)


def _shown(value: Any) -> str:
    return "not given" if value is None else f"{value}"
