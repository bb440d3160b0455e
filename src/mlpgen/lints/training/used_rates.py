"""The learning rates of a training, and where the spec says them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.lints.training.places import SCHEDULER, argument_spot
from mlpgen.lints.training.shares import shares_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.lints.rule import Subject
    from mlpgen.lints.spot import Spot
    from mlpgen.lints.training.shares import Share


class Rate(NamedTuple):
    """The highest rate that parameters are trained with.

    Attributes:
        share: The parameters and their optimizer.
        value: The rate.
        spot: Where it is.
    """

    share: Share
    value: float
    spot: Spot


def peak_of(recipe: Recipe) -> str:
    """Name the argument of the scheduler that sets the rate, if it has one."""
    return recipe.schedule.scheduler.peak if recipe.schedule else ""


def rates_of(recipe: Recipe, subject: Subject) -> Iterator[Rate]:
    """Yield the rate of the optimizer, and that of each group."""
    peak, sources = peak_of(recipe), subject.sources
    for each in shares_of(subject):
        apart = each.group is not None and "lr" in each.given
        if recipe.schedule is None or not peak or apart:
            yield Rate(each, each.optimizer.lr, each.spot(sources, "lr"))
            continue
        scheduler = recipe.schedule.scheduler
        name = type(scheduler).__name__
        spot = argument_spot(sources, SCHEDULER, name, peak)
        yield Rate(each, getattr(scheduler, peak), spot)
