"""Rules of operations that see each unit alone: activations, sums, pooling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.migration.moves import Axis
from mlpgen.migration.units import Units, all_of
from mlpgen.migration.values import whole

if TYPE_CHECKING:
    from mlpgen.migration.step import Shapes, Step


def alone(step: Step) -> dict[str, Shapes]:
    """Follow an activation: units stay what they are."""
    step.same_but("inplace")
    return dict.fromkeys(step.new.node.parts, step.takes[0].units)


def sloped(step: Step) -> dict[str, Shapes]:
    """Follow `PReLU`, which has one slope, or one for each channel."""
    units = step.takes[0].units
    step.same_but("num_parameters")
    old, new = (int(x.node.weights["weight"][0]) for x in (step.old, step.new))
    own = units[1] if old > 1 and len(units) > 1 else all_of(1)
    if (own.old, len(own.were)) != (old, new):
        step.weights()
        step.lose("it has another number of slopes")
    else:
        step.weights(weight=(Axis(own),))
    return {"": units}


def together(step: Step) -> dict[str, Shapes]:
    """Follow a sum or another operation of several values, unit by unit."""
    step.same_but()
    dims = max(len(each.units) for each in step.takes)
    found = tuple(_common(step, dims - at) for at in range(dims))
    if not step.fits({"": found}):
        return step.by_size("its inputs have other sizes")
    return {"": found}


def _common(step: Step, at: int) -> Units:
    """Return the units that all inputs have in a dimension, counted from the end."""
    every = [each.units[-at] for each in step.takes if len(each.units) >= at]
    wide = [each for each in every if (each.old, len(each.were)) != (1, 1)]
    first = next((each for each in wide if not each.chosen), (wide or every)[0])
    for each in wide:
        if not each.is_like(first) and not step.demand(each, first):
            step.lose("its inputs widen in different ways")
    return first


def channels(step: Step) -> dict[str, Shapes]:
    """Follow pooling and padding, which see each channel alone."""
    step.same_but()
    batch, *rest = step.takes[0].units
    values = step.new.node.parts
    count = len(whole(next(iter(values.values()))))
    if len(rest) < count - 1 or not all(each.same for each in rest[1:]):
        return step.by_size("its places change")
    found = {
        part: (batch, rest[0], *map(all_of, whole(value)[2:]))
        for part, value in values.items()
    }
    return found if step.fits(found) else step.by_size("its places change")


def softmax(step: Step) -> dict[str, Shapes]:
    """Follow a softmax, which every unit of its dimension takes part in."""
    step.same_but()
    units = step.takes[0].units
    dim = step.argument("dim", -1)
    if not isinstance(dim, int) or not units[dim].same:
        step.lose("a softmax over a size that changes")
    return {"": units}
