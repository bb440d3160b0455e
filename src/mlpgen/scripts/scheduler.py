"""The call of a script that makes the learning rate scheduler."""

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
"""The factor of the learning rate at the start of a warmup."""


def peak_argument(recipe: Recipe) -> str:
    """Name the scheduler's argument that `--lr` sets, if it has one."""
    return recipe.schedule.scheduler.peak if recipe.schedule else ""


def learning_rate(recipe: Recipe) -> float:
    """Return the default of `--lr`."""
    if recipe.schedule is None or not peak_argument(recipe):
        return recipe.optimizer.lr
    found: float = getattr(recipe.schedule.scheduler, peak_argument(recipe))
    return found


def depends_on_epochs(recipe: Recipe) -> bool:
    """Tell whether the schedule depends on the number of epochs."""
    schedule = recipe.schedule
    return schedule is not None and any(
        _by_length(each, "") for each in (schedule.scheduler, *schedule.parts)
    )


def scheduler_call(recipe: Recipe) -> Code:
    """Write the call that makes the scheduler; empty without one."""
    schedule = recipe.schedule
    if schedule is None:
        return Code("")
    length = "args.epochs * steps" if schedule.by_step else "args.epochs"
    if schedule.warmup:
        made = _warmed(schedule)
    elif schedule.parts:
        made = _of_several(schedule, length)
    else:
        given = _by_length(schedule.scheduler, length)
        if schedule.scheduler.peak:
            given |= _peaks(schedule.scheduler, several=bool(recipe.groups))
        made = _scheduler_call(schedule.scheduler, given)
    return Code(flat(made))


def has_rates(recipe: Recipe) -> bool:
    """Tell whether the scheduler takes the learning rate of each group."""
    return bool(recipe.groups and peak_argument(recipe))


def _peaks(scheduler: Scheduler, *, several: bool) -> dict[str, Any]:
    """Return the arguments that follow from the learning rate, or those of groups."""
    if not several:
        return {scheduler.peak: Code("args.lr")}
    lowest = getattr(scheduler, "base_lr", None)
    found = {scheduler.peak: Code("rates")}
    if lowest is not None:
        part = lowest / (getattr(scheduler, scheduler.peak) or 1.0)
        found["base_lr"] = Code(f"[{written(part)} * rate for rate in rates]")
    return found


def depends_on_steps(recipe: Recipe) -> bool:
    """Tell whether the schedule depends on the number of steps in an epoch."""
    schedule = recipe.schedule
    return (
        schedule is not None
        and schedule.by_step
        and (depends_on_epochs(recipe) or schedule.warmup > 0)
    )


def _warmed(schedule: Schedule) -> Group:
    """Write a linear warmup, followed by the scheduler."""
    count = _warm_length(schedule)
    whole = "args.epochs * steps" if schedule.by_step else "args.epochs"
    given = _by_length(schedule.scheduler, f"max({whole} - {count}, 1)")
    warmup = call(
        "lr_scheduler.LinearLR", "optimizer", _WARM_FROM, keyword("total_iters", count)
    )
    then = _scheduler_call(schedule.scheduler, given)
    listed = Group("[", (warmup, then), "]", collection=True)
    places = Group("[", (count,), "]", collection=True)
    return call("lr_scheduler.SequentialLR", "optimizer", listed, places)


def _warm_length(schedule: Schedule) -> str:
    epochs = schedule.warmup
    if not schedule.by_step:
        return str(int(epochs))
    if epochs.is_integer():
        return "steps" if epochs == 1 else f"{int(epochs)} * steps"
    return f"round({written(epochs)} * steps)"


def _by_length(scheduler: Scheduler, length: str) -> dict[str, Any]:
    """Return the arguments that depend on the length of the training."""
    return {
        name: Code(length)
        for name in type(scheduler).model_fields
        if scheduler.follows(name) and getattr(scheduler, name) is None
    }


def _of_several(schedule: Schedule, whole: str) -> Group:
    """Write a scheduler of several others, which run in sequence or together."""
    name = f"lr_scheduler.{type(schedule.scheduler).__name__}"
    marks: tuple[int, ...] = getattr(schedule.scheduler, "milestones", ())
    lengths = [whole] * len(schedule.parts)
    if marks:
        lengths = [str(end - begin) for begin, end in pairwise((0, *marks))]
        lengths.append(f"max({whole} - {marks[-1]}, 1)")
    inner = [
        _scheduler_call(part, _by_length(part, length))
        for part, length in zip(schedule.parts, lengths, strict=True)
    ]
    listed = Group("[", tuple(inner), "]", collection=True)
    if not marks:
        return call(name, listed)
    places = Group("[", tuple(str(mark) for mark in marks), "]", collection=True)
    return call(name, "optimizer", listed, places)


def _scheduler_call(scheduler: Scheduler, given: dict[str, Any]) -> Group:
    """Write one scheduler; `given` is code that replaces arguments."""
    arguments = scheduler.arguments() | given
    return call(
        f"lr_scheduler.{type(scheduler).__name__}",
        "optimizer",
        *_positional_first(scheduler, arguments),
    )


def _positional_first(
    component: TrainingComponent, arguments: dict[str, Any]
) -> list[Piece]:
    """Write required arguments by position, all others by name."""
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
