"""What texts are of, as targets: the places of classes, or numbers."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from class_order import finite_number, in_order
from data_common import DataError, named
from data_goal import Goal


def as_targets(found: Sequence[str], what: str, goal: Goal) -> tuple[Tensor, list[str]]:
    """Return targets as the loss takes them, (N, …), and the names of classes.

    Args:
        found: What each text is of, as it is written.
        what: What that is called.
        goal: What the loss compares with.
    """
    numbers = [finite_number(each) for each in found]
    if goal.classes:
        return _labels(found, what, goal.classes)
    if goal.numbers is None:
        return torch.zeros(len(found)), []
    if goal.unit and None in numbers:
        targets, classes = _labels(found, what, 2)
        return targets.float().view(-1, *goal.numbers), classes
    strange = [
        repr(each)
        for each, number in zip(found, numbers, strict=True)
        if number is None
    ]
    if strange:
        raise DataError(
            f"{what} is not always a number: it is {named(dict.fromkeys(strange))}"
        )
    values = torch.tensor(numbers, dtype=torch.float32).view(-1, *goal.numbers)
    if goal.unit and not ((values >= 0) & (values <= 1)).all():
        least, most = float(values.min()), float(values.max())
        raise DataError(
            f"the loss takes numbers from 0 to 1, {what} goes from {least:g} to "
            f"{most:g}"
        )
    return values, []


def _labels(found: Sequence[str], what: str, most: int) -> tuple[Tensor, list[str]]:
    """Return the places of classes, int64 (N,), and their names in order."""
    classes = in_order(found)
    if len(classes) < 2:
        raise DataError(
            f"{what} has one class only, {classes[0]!r}: nothing is to learn"
        )
    if len(classes) > most:
        raise DataError(
            f"{what} has {len(classes)} classes ({named(classes)}), and the model "
            f"tells {most} apart"
        )
    places = {name: place for place, name in enumerate(classes)}
    return torch.tensor([places[each] for each in found]), classes


def scale_of(name: str, values: Tensor) -> dict[str, Any]:
    """Return mean and deviation of numbers that are trained on, as plain values."""
    std, mean = torch.std_mean(values.double().flatten(), correction=0)
    return {"names": [name], "mean": [mean.item()], "std": [std.item() or 1.0]}
