"""The call of a script that makes the scheduler, and what follows from it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mlpgen.styles.code import Code, Group, call, flat, keyword, literal
from mlpgen.symbols.expressions import written

if TYPE_CHECKING:
    from mlpgen.graph.training.recipe import Recipe, Schedule
    from mlpgen.styles.code import Piece
    from mlpgen.training.component import TrainingComponent
    from mlpgen.training.schedulers import Scheduler


_WARM_FROM = "0.01"
"""What the rate begins with in a warmup, as a share of the optimizer's."""


def peak(recipe: Recipe) -> str:
    """Name the scheduler's argument that `--lr` gives, if it has one."""
    return recipe.schedule.scheduler.peak if recipe.schedule else ""


def rate(recipe: Recipe) -> float:
    """Return the default of `--lr`."""
    if recipe.schedule is None or not peak(recipe):
        return recipe.optimizer.lr
    found: float = getattr(recipe.schedule.scheduler, peak(recipe))
    return found


def needs_length(recipe: Recipe) -> bool:
    """Tell whether the schedule follows from the number of epochs."""
    schedule = recipe.schedule
    return schedule is not None and any(
        _following(each, "") for each in (schedule.scheduler, *schedule.parts)
    )


def scheduler(recipe: Recipe) -> Code:
    """Write the call that makes the scheduler; nothing if there is none."""
    schedule = recipe.schedule
    if schedule is None:
        return Code("")
    length = "args.epochs * steps" if schedule.by_step else "args.epochs"
    if schedule.warmup:
        made = _warmed(schedule)
    elif schedule.parts:
        made = _of_several(schedule, length)
    else:
        given = _following(schedule.scheduler, length)
        if schedule.scheduler.peak:
            given[schedule.scheduler.peak] = Code("args.lr")
        made = _scheduler_call(schedule.scheduler, given)
    return Code(flat(made))


def counts_steps(recipe: Recipe) -> bool:
    """Tell whether the scheduler is made of the number of steps of an epoch."""
    schedule = recipe.schedule
    return (
        schedule is not None
        and schedule.by_step
        and (needs_length(recipe) or schedule.warmup > 0)
    )


def _warmed(schedule: Schedule) -> Group:
    """Write a rise of the rate with the scheduler after it."""
    count = _warm_length(schedule)
    whole = "args.epochs * steps" if schedule.by_step else "args.epochs"
    given = _following(schedule.scheduler, f"max({whole} - {count}, 1)")
    rise = call(
        "lr_scheduler.LinearLR", "optimizer", _WARM_FROM, keyword("total_iters", count)
    )
    then = _scheduler_call(schedule.scheduler, given)
    listed = Group("[", (rise, then), "]", collection=True)
    places = Group("[", (count,), "]", collection=True)
    return call("lr_scheduler.SequentialLR", "optimizer", listed, places)


def _warm_length(schedule: Schedule) -> str:
    epochs = schedule.warmup
    if not schedule.by_step:
        return str(int(epochs))
    if epochs.is_integer():
        return "steps" if epochs == 1 else f"{int(epochs)} * steps"
    return f"round({written(epochs)} * steps)"


def _following(scheduler: Scheduler, length: str) -> dict[str, Any]:
    """Return the arguments that follow from the length of the training."""
    return {
        name: Code(length)
        for name in type(scheduler).model_fields
        if scheduler.follows(name) and getattr(scheduler, name) is None
    }


def _of_several(schedule: Schedule, whole: str) -> Group:
    """Write a scheduler that is made of several, one after or beside the other."""
    name = f"lr_scheduler.{type(schedule.scheduler).__name__}"
    marks: tuple[int, ...] = getattr(schedule.scheduler, "milestones", ())
    lengths = [whole] * len(schedule.parts)
    if marks:
        lengths = [str(end - begin) for begin, end in pairwise((0, *marks))]
        lengths.append(f"max({whole} - {marks[-1]}, 1)")
    inner = [
        _scheduler_call(part, _following(part, length))
        for part, length in zip(schedule.parts, lengths, strict=True)
    ]
    listed = Group("[", tuple(inner), "]", collection=True)
    if not marks:
        return call(name, listed)
    places = Group("[", tuple(str(mark) for mark in marks), "]", collection=True)
    return call(name, "optimizer", listed, places)


def _scheduler_call(scheduler: Scheduler, given: dict[str, Any]) -> Group:
    """Write one scheduler; `given` is code in place of arguments."""
    arguments = scheduler.arguments() | given
    return call(
        f"lr_scheduler.{type(scheduler).__name__}",
        "optimizer",
        *_positional_first(scheduler, arguments),
    )


def _positional_first(
    component: TrainingComponent, arguments: dict[str, Any]
) -> list[Piece]:
    """Write required arguments by place, those that follow and the others by name."""
    required = [
        name
        for name in arguments
        if component.required(name) and not component.follows(name)
    ]
    others = {name: value for name, value in arguments.items() if name not in required}
    return [
        *(_value(arguments[name]) for name in required),
        *(keyword(name, _value(value)) for name, value in others.items()),
    ]


def _value(value: Any) -> Piece:
    return value if isinstance(value, Code) else literal(value)
