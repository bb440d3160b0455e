"""Rules of normalizations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.migration.moves import Axis
from mlpgen.migration.units import Units

if TYPE_CHECKING:
    from mlpgen.migration.step import Shapes, Step


def per_channel(step: Step) -> dict[str, Shapes]:
    """Follow a normalization of each channel alone: its statistics go along."""
    step.same_but("num_features", "momentum")
    units = step.takes[0].units
    step.weights(weight=(Axis(units[1]),), bias=(Axis(units[1]),))
    step.buffers(units[1])
    return {"": units}


def over_features(step: Step) -> dict[str, Shapes]:
    """Follow a normalization over the last dimensions.

    Mean and variance stay where each unit is repeated equally often.
    """
    step.same_but("normalized_shape")
    units = step.takes[0].units
    given = step.argument("normalized_shape", 1)
    dims = len(given) if isinstance(given, list) else 1
    over = units[-dims:]
    if not all(each.even for each in over):
        step.lose(f"`{step.new.kind}` over a size that changes: its mean is another")
    axes = tuple(map(Axis, over))
    step.weights(weight=axes, bias=axes)
    return {"": units}


def over_groups(step: Step) -> dict[str, Shapes]:
    """Follow a normalization of groups of channels.

    It stays where each new group is an old one, all of it equally often.
    """
    step.same_but("num_channels", "num_groups")
    units = step.takes[0].units
    before = int(step.old.node.arguments["num_groups"])
    now = int(step.new.node.arguments["num_groups"])
    if not _whole_groups(units[1], before, now):
        step.lose("`GroupNorm` over a size that changes: its groups are others")
    step.weights(weight=(Axis(units[1]),), bias=(Axis(units[1]),))
    return {"": units}


def _whole_groups(units: Units, before: int, now: int) -> bool:
    old, new = units.old // before, len(units.were) // now
    for at in range(now):
        part = units.were[at * new : (at + 1) * new]
        owners = {unit // old for unit in part}
        local = Units(old, tuple(unit % old for unit in part))
        if len(owners) != 1 or not local.even:
            return False
    return True
