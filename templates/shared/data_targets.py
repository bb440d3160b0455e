"""Targets of one's own: classes or numbers, for each example or each place in it."""

import math

import torch
from torch import Tensor

from data_common import DataError, in_pieces
from data_goal import Goal, check_unit
from data_tensors import count_odd

SUM = 1e-3
"""How far the probabilities of an example may be from 1 in sum."""


def checked_targets(
    name: str, targets: Tensor, goal: Goal, notes: list[str]
) -> tuple[Tensor, Tensor | None]:
    """Check that targets are what the loss takes.

    Args:
        name: Of the data, for people.
        targets: Of the examples, (N, …).
        goal: What the loss takes.
        notes: Gets a line for each thing that is said of them.

    Returns:
        The targets, int64 or float32, and the places of the examples that have some,
        int64 (M,); None if all have.

    Raises:
        DataError: They are something else.
    """
    if targets.is_complex():
        raise DataError(f"{name}: targets are no real numbers")
    if not goal.compared:
        return torch.zeros(len(targets)), None
    if goal.numbers is not None:
        if goal.one_hot:
            targets = one_hot(name, targets, goal.numbers[0])
        return checked_numbers(name, targets, goal.numbers, goal.unit, notes), None
    if goal.soft:
        return checked_chances(name, targets, goal), None
    targets = checked_labels(name, classes_of(name, targets, goal, notes), goal)
    return targets, known_examples(name, targets, goal.ignored, notes)


def classes_of(name: str, targets: Tensor, goal: Goal, notes: list[str]) -> Tensor:
    """Return targets that are one-hot as classes, and others as they are."""
    axis = class_axis(targets, goal)
    if not axis or not is_one_hot(targets, axis):
        return targets
    notes.append(f"{name}: targets {[*targets.shape]} are one-hot, read as classes")
    return targets.argmax(axis)


def class_axis(targets: Tensor, goal: Goal) -> int:
    """Return the axis along which targets have a number for each class, or 0."""
    found, places = tuple(targets.shape[1:]), goal.places
    axes = {1: (goal.classes, *places), len(places) + 1: (*places, goal.classes)}
    fitting = [axis for axis, shape in axes.items() if found == shape]
    return fitting[0] if len(fitting) == 1 else 0


def is_one_hot(targets: Tensor, axis: int) -> bool:
    """Tell whether there is a single 1 along an axis, and zeros beside it."""
    plain = bool(((targets == 0) | (targets == 1)).all())
    return plain and bool((targets.sum(axis) == 1).all())


def checked_labels(name: str, targets: Tensor, goal: Goal) -> Tensor:
    """Check that targets are classes, int64 (N, …) with the places of an example.

    Raises:
        DataError: They are something else.
    """
    found = [*targets.shape]
    if tuple(found[1:]) != goal.places:
        raise DataError(f"{name}: {wrong_places(targets, goal)}")
    if targets.is_floating_point():
        whole = bool((targets == targets.round()).all())
        what = f"targets {found} are {type_of(targets)}"
        mend = "classes are whole numbers"
        if whole:
            mend = f"{mend}: `y = y.astype(int)`"
        elif not targets.isfinite().all():
            mend = f"{mend}, and some are NaN or infinite"
        else:
            mend += ", and some are not: numbers are for a loss such as `MSELoss`"
        raise DataError(f"{name}: {what}, and {mend}")
    targets = targets.to(torch.int64)
    ends: list[int] = []
    for some in in_pieces(targets):
        known = some[some != goal.ignored]
        if known.numel():
            ends += map(int, known.aminmax())
    if not ends:
        raise DataError(f"{name}: all targets are {goal.ignored}, which is ignored")
    least, most = min(ends), max(ends)
    if least < 0 or most >= goal.classes:
        known = targets[targets != goal.ignored]
        said = f"labels go from {least} to {most}, and the model tells 0 to "
        said += f"{goal.classes - 1} apart{mended_labels(known, goal)}"
        raise DataError(f"{name}: {said}")
    return targets


def mended_labels(known: Tensor, goal: Goal) -> str:
    """Say how labels that the model does not tell apart become others."""
    least, most = int(known.min()), int(known.max())
    if least == 1 and most == goal.classes:
        return ": `y = y - 1`"
    odd = known[(known < 0) | (known >= goal.classes)]
    unknown = int(odd[0])
    if unknown in (-1, 255) and bool((odd == unknown).all()) and len(odd) < len(known):
        return f": if {unknown} means unknown, the loss takes `ignore_index: {unknown}`"
    if least >= 0 and most < 1000:
        return f": it needs {most + 1} outputs"
    return ": `y = numpy.unique(y, return_inverse=True)[1]` counts them from 0"


def wrong_places(targets: Tensor, goal: Goal) -> str:
    """Say what is wrong with the shape of targets that should be classes."""
    found, wanted = [*targets.shape], shown(("N", *goal.places))
    each = "one for each example" if not goal.places else "one for each place"
    said = f"targets {found}, where the loss takes whole numbers {wanted}, {each}"
    inner = found[1:]
    fitting = [
        axis
        for axis in range(1, len(found))
        if found[axis] == 1 and (*inner[: axis - 1], *inner[axis:]) == goal.places
    ]
    if fitting:
        last = fitting[0] == len(inner) > 1
        before = "..." if last else ", ".join([":"] * fitting[0])
        return f"{said}: `y = y[{before}, 0]`"
    axis = class_axis(targets, goal)
    if axis and bool(((targets == 0) | (targets == 1)).all()):
        return f"{said}: several classes of one are for `BCEWithLogitsLoss`"
    if axis:
        return (
            f"{said}: if they are probabilities, write `targets: probabilities` in "
            f"`data`, or `y = y.argmax({axis})`"
        )
    if sorted(inner) == sorted(goal.places):
        return f"{said}: {mended_axes(inner, goal.places)}"
    return said


def one_hot(name: str, targets: Tensor, count: int) -> Tensor:
    """Return a 1 in the place of the class of each example, float32 (N, K).

    Raises:
        DataError: They are other labels than those that are trained on.
    """
    unknown = int(targets.min()) - 1  # none is that
    return torch.eye(count)[checked_labels(name, targets, Goal(count, ignored=unknown))]


def checked_chances(name: str, targets: Tensor, goal: Goal) -> Tensor:
    """Check that targets are probabilities of classes, float32 (N, K, …).

    Raises:
        DataError: They are something else.
    """
    wanted = (goal.classes, *goal.places)
    if tuple(targets.shape[1:]) != wanted:
        raise DataError(f"{name}: {wrong_shape(targets, wanted, unit=False)}")
    targets = targets.to(torch.float32)
    check_unit(name, targets, unit=True)
    if ((targets.sum(1) - 1).abs() > SUM).any():
        raise DataError(f"{name}: the probabilities of some targets do not sum to 1")
    return targets


def checked_numbers(
    name: str, targets: Tensor, shape: tuple[int, ...], unit: bool, notes: list[str]
) -> Tensor:
    """Check that targets are numbers of a shape, float32 (N, …).

    Raises:
        DataError: They are something else.
    """
    found = tuple(targets.shape[1:])
    if [size for size in found if size > 1] != [size for size in shape if size > 1]:
        raise DataError(f"{name}: {wrong_shape(targets, shape, unit=unit)}")
    if found not in (shape, ()):  # sizes of 1 are nobody's mistake
        said = f"targets {[*targets.shape]} are read as {shown(('N', *shape))}"
        notes.append(f"{name}: {said}")
    targets = targets.to(torch.float32).reshape(-1, *shape)
    odd = count_odd(targets)
    if odd:
        said = f"{odd:,} of {targets.numel():,} targets are NaN or infinite"
        raise DataError(f"{name}: {said}: `numpy.isfinite(y)` tells which to leave out")
    check_unit(name, targets, unit)
    return targets


def wrong_shape(targets: Tensor, shape: tuple[int, ...], *, unit: bool) -> str:
    """Say what is wrong with the shape of targets that should be numbers."""
    found = tuple(targets.shape[1:])
    said = f"targets {[*targets.shape]}, where the model gives {[*shape]} of each "
    said += "example"
    if len(found) == len(shape) > 1 and sorted(found) == sorted(shape):
        return f"{said}: {mended_axes([*found], shape)}"
    if found and found in (shape[1:], shape[:-1]):
        return f"{said}: if they are classes, write `targets: classes` in `data`"
    if not found and unit and len(shape) == 1:
        return f"{said}: classes are `targets: classes` in `data`"
    if not found and not unit:
        said += ": labels are for `CrossEntropyLoss`"
        return f"{said}; a model that restores x needs `targets: input` in `data`"
    if not found:
        return f"{said}: if the model restores x, write `targets: input` in `data`"
    if math.prod(found) == math.prod(shape):
        sizes = ", ".join(str(size) for size in shape)
        return f"{said}: if they are in this order, `y = y.reshape(-1, {sizes})`"
    return said


def mended_axes(found: list[int], wanted: tuple[int, ...], name: str = "y") -> str:
    """Say how the axes of an array are brought into another order."""
    if len(found) > 2 and (found[-1], *found[:-1]) == wanted:
        return f"the channels are last: `{name} = numpy.moveaxis({name}, -1, 1)`"
    if len(found) > 2 and (*found[1:], found[0]) == wanted:
        return f"the channels are first: `{name} = numpy.moveaxis({name}, 1, -1)`"
    if len(found) == 2:
        return (
            f"the axes are in another order: `{name} = numpy.moveaxis({name}, -1, 1)`"
        )
    return "the axes are in another order: `numpy.transpose` turns them"


def known_examples(
    name: str, targets: Tensor, ignored: int, notes: list[str]
) -> Tensor | None:
    """Return the places of examples whose targets are not all ignored, or None.

    The others teach nothing, and a mean over none of them would be no number.
    """
    known = targets != ignored
    if known.all():
        return None
    places = known.flatten(1).any(1) if targets.ndim > 1 else known
    count = int((~known).sum())
    said = f"{name}: {count:,} of {known.numel():,} targets are {ignored}, ignored"
    left_out = int((~places).sum())
    if left_out == 1:
        said += "; 1 example with no other is left out"
    elif left_out:
        said += f"; {left_out:,} examples with no others are left out"
    notes.append(said)
    return places.nonzero().flatten() if left_out else None


def type_of(values: Tensor) -> str:
    """Return the name of a type of numbers: float32."""
    return str(values.dtype).removeprefix("torch.")


def shown(shape: tuple[object, ...]) -> str:
    """Write a shape with names: (N, 28, 28), or (N,)."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
