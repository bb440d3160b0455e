"""Rules of operations that put values elsewhere: flatten, permute, cat, means."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlpgen.migration.units import Units, all_of, joined, product
from mlpgen.migration.values import whole

if TYPE_CHECKING:
    from mlpgen.migration.step import Shapes, Step


def reshaped(step: Step) -> dict[str, Shapes]:
    """Follow a new shape of the same values, where whole dimensions are made into one.

    A dimension that is split keeps its units only if nothing changes in it.
    """
    batch, *units = step.takes[0].units
    if step.new.kind == "Flatten":
        step.same_but()
    old, new = (whole(x.node.value)[1:] for x in (step.old, step.new))
    found: list[Units] = []
    waiting = [*units]
    for before, now in zip(old, new, strict=False):
        group: list[Units] = []
        while waiting and prod(len(x.were) for x in group) < now:
            group.append(waiting.pop(0))
        made = product(group)
        if (made.old, len(made.were)) == (before, now):
            found.append(made)
            continue
        if made.same and all(each.same for each in waiting) and old == new:
            return {"": (batch, *found, *map(all_of, new[len(found) :]))}
        return step.otherwise("it splits a size that changes")
    if waiting and not all((x.old, len(x.were)) == (1, 1) for x in waiting):
        return step.otherwise("it splits a size that changes")
    if len(old) != len(new):
        return step.otherwise("its shape is another")
    return {"": (batch, *found)}


def permuted(step: Step) -> dict[str, Shapes]:
    """Follow dimensions in another order."""
    step.same_but()
    units = step.takes[0].units
    dims = step.argument("dims")
    if not isinstance(dims, list) or len(dims) != len(units):
        return step.otherwise("its dimensions are not known")
    return {"": tuple(units[dim] for dim in dims)}


def transposed(step: Step) -> dict[str, Shapes]:
    """Follow two dimensions that change places."""
    step.same_but()
    units = [*step.takes[0].units]
    one, other = step.argument("dim0"), step.argument("dim1")
    units[one], units[other] = units[other], units[one]
    return {"": tuple(units)}


def selected(step: Step) -> dict[str, Shapes]:
    """Follow one entry of a dimension."""
    step.same_but()
    units = [*step.takes[0].units]
    if not units.pop(step.argument("dim")).same:
        return step.by_size("it takes one of units that change")
    return {"": tuple(units)}


def concatenated(step: Step) -> dict[str, Shapes]:
    """Follow values one after the other."""
    step.same_but()
    dims = max(len(each.units) for each in step.takes)
    every = [each.units for each in step.takes]
    at = step.argument("dim", 1) % dims
    if any(len(each) != dims for each in every):
        return step.otherwise("its inputs have other dimensions")
    first = [*every[0]]
    for dim in range(dims):
        parts = [each[dim] for each in every]
        if dim == at:
            first[dim] = joined(parts)
            continue
        for each in parts[1:]:
            if (each.old, len(each.were)) == (1, 1):
                continue
            if not each.is_like(first[dim]) and not step.demand(each, first[dim]):
                if (first[dim].old, len(first[dim].were)) == (1, 1):
                    first[dim] = each
                else:
                    step.lose("its inputs widen in different ways")
    found = {"": tuple(first)}
    return found if step.fits(found) else step.by_size("its inputs have other sizes")


def reduced(step: Step) -> dict[str, Shapes]:
    """Follow a mean, or another number of whole dimensions."""
    step.same_but()
    units = step.takes[0].units
    given = step.argument("dim")
    dims = [given] if isinstance(given, int) else given
    if not isinstance(dims, list) or not dims:
        return step.otherwise("its dimensions are not known")
    over = {dim % len(units) for dim in dims}
    for dim in over:
        stays = {
            "Mean": units[dim].even,
            "Sum": units[dim].same,
        }.get(step.new.kind, units[dim].complete)
        if not stays:
            step.lose(f"`{step.new.kind}` over a size that changes")
    kept = step.argument("keepdim", False)
    found = tuple(
        all_of(1) if at in over else each
        for at, each in enumerate(units)
        if kept or at not in over
    )
    return {"": found} if step.fits({"": found}) else step.by_size("its size changes")
