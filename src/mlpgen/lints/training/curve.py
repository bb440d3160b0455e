"""The learning rate over a training, as parts of the rate that the optimizer has."""

from __future__ import annotations

from math import cos, pi
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.graph.training.recipe import Schedule
    from mlpgen.lints.training.length import Length
    from mlpgen.training import schedulers as known
    from mlpgen.training.schedulers import Scheduler

POINTS = 400
"""The most places of a training that are looked at."""
_WARM_FROM = 0.01


def curve_of(schedule: Schedule, length: Length) -> tuple[float, ...]:
    """Return the factor of the rate from the first step to the last.

    It is empty where that is not known: of schedulers that watch a metric or have
    rates of their own, and if steps of unknown number are counted.
    """
    count = length.counted(by_step=schedule.by_step)
    every = schedule.parts or (schedule.scheduler,)
    if not count or not all(type(each).__name__ in _FACTORS for each in every):
        return ()
    warm = schedule.warmup * (length.steps if schedule.by_step else 1)
    apart = max(count // POINTS, 1)
    return tuple(
        _WARM_FROM + (1 - _WARM_FROM) * time / warm
        if time < warm
        else _factor(schedule, time - warm, count - warm)
        for time in range(0, count, apart)
    )


def _factor(schedule: Schedule, time: float, length: float) -> float:
    """Return the factor at a time of a schedule of some length."""
    if not schedule.parts:
        return _of_one(schedule.scheduler, time, length)
    marks: tuple[int, ...] = getattr(schedule.scheduler, "milestones", ())
    if not marks:
        found = 1.0
        for each in schedule.parts:
            found *= _of_one(each, time, length)
        return found
    index = sum(mark <= time for mark in marks)
    begin = (0, *marks)[index]
    end = (*marks, max(length, begin + 1))[index]
    return _of_one(schedule.parts[index], time - begin, end - begin)


def _of_one(scheduler: Scheduler, time: float, length: float) -> float:
    return _FACTORS[type(scheduler).__name__](scheduler, time, length)


def _power(base: float, exponent: float) -> float:
    try:
        return float(base**exponent)
    except OverflowError:
        return float("inf")


def _step(each: known.StepLR, time: float, _: float) -> float:
    return _power(each.gamma, time // each.step_size)


def _milestones(each: known.MultiStepLR, time: float, _: float) -> float:
    return _power(each.gamma, sum(mark <= time for mark in each.milestones))


def _exponential(each: known.ExponentialLR, time: float, _: float) -> float:
    return _power(each.gamma, int(time))


def _constant(each: known.ConstantLR, time: float, _: float) -> float:
    return each.factor if time < each.total_iters else 1.0


def _linear(each: known.LinearLR, time: float, _: float) -> float:
    part = min(time / each.total_iters, 1.0)
    return each.start_factor + (each.end_factor - each.start_factor) * part


def _polynomial(each: known.PolynomialLR, time: float, _: float) -> float:
    return _power(1 - min(time / each.total_iters, 1.0), each.power)


def _cosine(each: known.CosineAnnealingLR, time: float, length: float) -> float:
    return (1 + cos(pi * time / (each.T_max or length))) / 2


def _restarts(each: known.CosineAnnealingWarmRestarts, time: float, _: float) -> float:
    part = float(each.T_0)
    while time >= part and each.T_mult > 1:
        time, part = time - part, part * each.T_mult
    return (1 + cos(pi * (time % part) / part)) / 2


_FACTORS: dict[str, Callable[..., float]] = {
    "StepLR": _step,
    "MultiStepLR": _milestones,
    "ExponentialLR": _exponential,
    "ConstantLR": _constant,
    "LinearLR": _linear,
    "PolynomialLR": _polynomial,
    "CosineAnnealingLR": _cosine,
    "CosineAnnealingWarmRestarts": _restarts,
}
