"""What targets mean, where the spec does not say it and shapes leave no doubt."""

from collections.abc import Callable

import torch
from torch import Tensor

from data_common import DataError
from data_goal import Goal
from data_targets import shown


def settled(
    goal: Goal, shape: tuple[int, ...], targets: Tensor | None, notes: list[str]
) -> Goal:
    """Settle what an output is compared with: the targets, or what the model sees.

    Args:
        goal: What the loss takes.
        shape: Of one example; () if the model takes several inputs.
        targets: What is trained on, (N, …); None if the data has none.
        notes: Gets a line for what the spec does not say.

    Raises:
        DataError: They may be either.
    """
    same = bool(shape) and goal.numbers == shape
    if targets is None:
        if not same:
            return goal
        notes.append("there is no y: the model restores x")
        return goal._replace(restored=True)
    if not goal.unit or not are_labels(targets):
        return goal
    count = goal.numbers[0] if goal.numbers and len(goal.numbers) == 1 else 0
    classes = count > 1 and int(targets.min()) >= 0 and int(targets.max()) + 1 == count
    if classes and same:
        said = f"x and y: targets {[*targets.shape]}, where the model gives [{count}], "
        said += "as it takes, of each example: write `targets: classes` or "
        raise DataError(f"{said}`targets: input` in `data`")
    if classes:
        said = f"labels 0 to {count - 1} are read as zeros and ones, (N, {count}): "
        notes.append(f"{said}`targets: classes` in `data` measures accuracy, too")
        return goal._replace(one_hot=True)
    if same and shape != (1,):
        said = f"y is {shown(('N',))} whole numbers, nobody looks at it: the model "
        notes.append(f"{said}restores x, as `targets: input` in `data` says")
        return goal._replace(restored=True)
    return goal


def are_labels(targets: Tensor) -> bool:
    """Tell whether there is one whole number of each example."""
    whole = not targets.is_floating_point() and not targets.is_complex()
    return (
        targets.ndim == 1 and whole and targets.dtype != torch.bool and len(targets) > 0
    )


def unread(goal: Goal, given: Callable[[], tuple[Tensor, Tensor]]) -> tuple[str, ...]:
    """Warn of targets that nobody looks at, if they could be meant.

    Args:
        goal: What the loss takes.
        given: Reads the features and the targets, if there are such.
    """
    if goal.compared:
        return ()
    try:
        x, y = given()
    except DataError:
        return ()
    if x.shape != y.shape or bool((x == y).all()):
        return ()
    said = "the model restores x, and nobody looks at y, which has its shape"
    return (f"{said}: `targets: numbers` in `data` compares with y",)
