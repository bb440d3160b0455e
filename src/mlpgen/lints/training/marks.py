"""Numbers of a schedule that lie behind the end of the training."""

from __future__ import annotations

from math import cos, pi
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlpgen.training import schedulers as known
    from mlpgen.training.schedulers import Scheduler

FAR = 2
"""A schedule that falls slowly may be cut off, but not in its first half."""
EARLY = 50
"""All milestones within so small a part of a training were meant to be epochs."""
SWINGS = 4
"""A cosine that swings more often than this was meant to count something else."""


class Span(NamedTuple):
    """The part of a training in which a scheduler acts.

    Attributes:
        length: How long it is.
        unit: What is counted: `epoch` or `step`.
        whole: Whether it is the whole training.
        last: Whether no other part comes after it.
    """

    length: int
    unit: str
    whole: bool = True
    last: bool = True

    def __str__(self) -> str:
        """Say how long it is."""
        counted = f"{self.length:,} {self.unit}{'' if self.length == 1 else 's'}"
        of = "the training" if self.whole else "its part of the training"
        return f"{of} has {counted}"


class Mark(NamedTuple):
    """A number that does not fit the length.

    Attributes:
        argument: The argument that has it.
        message: What happens.
        help: How to mend it.
        place: Its place in a list.
    """

    argument: str
    message: str
    help: str
    place: int | None = None


def marks_of(scheduler: Scheduler, span: Span) -> Iterator[Mark]:
    """Yield the numbers of a scheduler that do not fit the length."""
    find = _FINDERS.get(type(scheduler).__name__)
    return find(scheduler, span) if find is not None else iter(())


def _step(scheduler: known.StepLR, span: Span) -> Iterator[Mark]:
    if scheduler.step_size >= span.length:
        size = scheduler.step_size
        message = f"the rate never changes: `step_size` is {size:,}, but {span}"
        yield Mark("step_size", message, f"write a `step_size` below {span.length:,}")


def _milestones(scheduler: known.MultiStepLR, span: Span) -> Iterator[Mark]:
    last = max(scheduler.milestones, default=0)
    if span.unit == "step" and 0 < last * EARLY < span.length and scheduler.gamma < 1:
        message = f"the rate has fallen after {last:,} steps already, but {span}"
        yield Mark("milestones", message, "leave `per: step` out to count epochs")
    yield from _late(scheduler.milestones, span, "the rate does not change at")


def _sequence(scheduler: known.SequentialLR, span: Span) -> Iterator[Mark]:
    yield from _late(scheduler.milestones, span, "no scheduler begins at")


def _late(milestones: tuple[int, ...], span: Span, effect: str) -> Iterator[Mark]:
    for index, each in enumerate(milestones):
        if each >= span.length:
            message = f"{effect} the milestone {each:,}: {span}"
            help = f"write milestones below {span.length:,}"
            yield Mark("milestones", message, help, index)


def _constant(scheduler: known.ConstantLR, span: Span) -> Iterator[Mark]:
    if not span.last or scheduler.factor == 1:
        return  # the next scheduler has another rate
    if scheduler.total_iters >= span.length:
        yield Mark(
            "total_iters",
            f"the rate is never the full one: `total_iters` is "
            f"{scheduler.total_iters:,}, but {span}",
            f"write `total_iters` below {span.length:,}",
        )


def _linear(scheduler: known.LinearLR, span: Span) -> Iterator[Mark]:
    if scheduler.start_factor < scheduler.end_factor:
        bearable = span.length if span.last else FAR * span.length - 1
        if scheduler.total_iters > bearable:
            yield Mark(
                "total_iters",
                f"the rate never gets up to its full value: `total_iters` is "
                f"{scheduler.total_iters:,}, but {span}",
                f"write `total_iters` below {span.length:,}",
            )
    elif scheduler.start_factor != scheduler.end_factor:
        yield from _slow("total_iters", scheduler.total_iters, span)


def _polynomial(scheduler: known.PolynomialLR, span: Span) -> Iterator[Mark]:
    yield from _slow("total_iters", scheduler.total_iters, span)


def _slow(argument: str, value: int, span: Span) -> Iterator[Mark]:
    if value >= FAR * span.length:
        message = f"the rate falls only a little: `{argument}` is {value:,}, but {span}"
        yield Mark(argument, message, f"write `{argument}: {span.length}`")


def _cosine(scheduler: known.CosineAnnealingLR, span: Span) -> Iterator[Mark]:
    top = scheduler.T_max
    if top is None:
        return
    yield from _slow("T_max", top, span)
    rounds = (span.length - 1) / top
    if rounds > SWINGS or (rounds > 1 and (1 + cos(pi * rounds)) / 2 >= 1 / FAR):
        message = f"the rate climbs again after {top:,} {span.unit}"
        message += f"{'' if top == 1 else 's'}, and does not end low: {span}"
        help = f"leave `T_max` out: it is then {span.length:,}"
        yield Mark("T_max", message, help)


def _restarts(
    scheduler: known.CosineAnnealingWarmRestarts, span: Span
) -> Iterator[Mark]:
    yield from _slow("T_0", scheduler.T_0, span)


def _cycle(scheduler: known.CyclicLR, span: Span) -> Iterator[Mark]:
    if scheduler.step_size_up > span.length:
        size = scheduler.step_size_up
        message = "the rate never gets up to `max_lr`: `step_size_up` is "
        help = f"write a `step_size_up` below {span.length:,}"
        yield Mark("step_size_up", f"{message}{size:,}, but {span}", help)


def _plateau(scheduler: known.ReduceLROnPlateau, span: Span) -> Iterator[Mark]:
    # The first epoch is the best so far, and after the last one nothing is trained.
    most = span.length - 3
    if scheduler.patience > most:
        message = f"the rate never falls: `patience` is {scheduler.patience:,}, "
        help = f"write a `patience` of at most {most}" if most >= 0 else ""
        yield Mark("patience", f"{message}but {span}", help)


_FINDERS: dict[str, Callable[..., Iterator[Mark]]] = {
    "StepLR": _step,
    "MultiStepLR": _milestones,
    "SequentialLR": _sequence,
    "ConstantLR": _constant,
    "LinearLR": _linear,
    "PolynomialLR": _polynomial,
    "CosineAnnealingLR": _cosine,
    "CosineAnnealingWarmRestarts": _restarts,
    "CyclicLR": _cycle,
    "ReduceLROnPlateau": _plateau,
}
