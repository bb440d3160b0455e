"""Rates that fall to nothing before the training ends, grow, or become negative."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, trained
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.curve import curve_of
from mlpgen.lints.training.length import length_of
from mlpgen.lints.training.places import SCHEDULER, argument_spot, name_spot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.lints.rule import Subject
    from mlpgen.training.schedulers import Scheduler

_NOTHING, _LEAST_SHARE, _GROWN = 1e-5, 0.2, 10
_SHOWN, _DROPS = 0.01, 0.01


def _dead(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None or recipe.schedule is None:
        return
    curve = curve_of(recipe.schedule, length_of(recipe))
    message = _fault(curve, "steps" if recipe.schedule.by_step else "epochs")
    if not message:
        return
    scheduler = recipe.schedule.scheduler
    name = type(scheduler).__name__
    spot = name_spot(subject.sources, SCHEDULER, name)
    unit = "`per: step` counts steps, of which an epoch has many"
    notes = (unit,) if recipe.schedule.by_step else ()
    yield spot.finding(message, notes=notes)


def _fault(curve: tuple[float, ...], unit: str) -> str:
    if any(each < 0 for each in curve):
        return "the learning rate becomes negative, so that the loss is climbed"
    if any(each > _GROWN for each in curve):
        return f"the learning rate grows by a factor of {max(curve):.3g}"
    alive = next(
        (
            len(curve) - index
            for index, each in enumerate(reversed(curve))
            if each > _NOTHING
        ),
        0,
    )
    if not curve or alive > (1 - _LEAST_SHARE) * len(curve):
        return ""
    part = alive / len(curve)
    when = f"{part:.0%} of the {unit}" if part >= _SHOWN else f"the first {unit}"
    return f"nothing is learned after {when}: the rate is nearly 0"


def _idle(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None or recipe.schedule is None:
        return
    if recipe.schedule.parts or recipe.schedule.warmup:
        return  # it holds the rate for some time
    scheduler = recipe.schedule.scheduler
    name = type(scheduler).__name__
    argument = next(
        (each for each in ("gamma", "factor") if _is_one(scheduler, each)), ""
    )
    ends = [getattr(scheduler, each, 0) for each in ("start_factor", "end_factor")]
    if ends[0] == ends[1] == 1:
        argument = "start_factor"
    if getattr(scheduler, "base_lr", 0) == getattr(scheduler, "max_lr", -1):
        argument = "max_lr"
    factor = getattr(scheduler, "factor", 1.0)
    if scheduler.watched and factor < _DROPS:
        yield argument_spot(subject.sources, SCHEDULER, name, "factor").finding(
            f"at the first plateau the rate falls to {factor:g} of it, and nothing is "
            "learned from then on",
            "usual are 0.1 to 0.5",
        )
    if argument:
        spot = argument_spot(subject.sources, SCHEDULER, name, argument)
        message = f"`{name}` never changes the rate: it multiplies by 1"
        if argument == "max_lr":
            message = f"`{name}` never changes the rate: `base_lr` is `max_lr`"
        yield spot.finding(message, "leave the scheduler out")


def _is_one(scheduler: Scheduler, argument: str) -> bool:
    """Tell whether an argument that multiplies the rate is 1."""
    return getattr(scheduler, argument, 0) == 1 and not scheduler.peak


RULES = (
    Rule(
        "MG558",
        "warning",
        _dead,
        Explanation(
            "A learning rate that is nothing before the training ends",
            "Where the rate is below a hundred thousandth of its first value, the "
            "weights stay as they are: all epochs from there on are in vain. "
            "`PolynomialLR` ends at `total_iters`, by default after 5; `StepLR` and "
            "`ExponentialLR` multiply at each epoch, and with `per: step` at each of "
            "its many steps: in a trial on MNIST, `StepLR: 1` by steps leaves 11 % "
            "right, of 97 %. A negative `gamma` climbs the loss at every other step, "
            "and one above 1 lets the rate grow. Source: torch.optim.lr_scheduler. It "
            "is certain, as the rate is computed; by steps only where the size of the "
            "data is known.",
            trained(*MLP, rest="  scheduler: {PolynomialLR: {total_iters: 5}}\n"),
            trained(*MLP, rest="  scheduler: {PolynomialLR: {total_iters: 10}}\n"),
        ),
    ),
    Rule(
        "MG567",
        "warning",
        _idle,
        Explanation(
            "A schedule that never changes the rate",
            "A `gamma` or a `factor` of 1 multiplies the rate by 1. Alone, the "
            "scheduler does nothing; inside others it can hold a rate for some time. "
            "Nor does a `CyclicLR` between two equal rates, and a plateau that leaves "
            "less than a hundredth of the rate ends the training there. Source: "
            "torch.optim.lr_scheduler. It is certain.",
            trained(*MLP, rest="  scheduler: {ExponentialLR: 1.0}\n"),
            trained(*MLP, rest="  scheduler: {ExponentialLR: 0.9}\n"),
        ),
    ),
)
