"""Schedules, means and patience that are longer than the training."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from mlpgen.diagnostics.diagnostic import Label
from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, trained
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.length import length_of
from mlpgen.lints.training.marks import Span, marks_of
from mlpgen.lints.training.places import SCHEDULER, TRAINING, argument_spot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.training.recipe import Recipe, Schedule
    from mlpgen.lints.rule import Subject
    from mlpgen.lints.sources import Sources
    from mlpgen.lints.training.length import Length
    from mlpgen.lints.training.marks import Mark
    from mlpgen.source import Path


def _longer(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None:
        return
    length = length_of(recipe)
    labels = _labels(recipe, subject.sources)
    if recipe.schedule is not None:
        for each in _scheduled(recipe, length, subject.sources):
            yield each._replace(labels=labels)
    for each in (*_patience(recipe), *_mean(recipe, length)):
        yield each._replace(labels=labels)


def _labels(recipe: Recipe, sources: Sources) -> tuple[Label, ...]:
    """Return where the length of the training is written."""
    at = (*TRAINING, "epochs")
    if sources.written(at) is None:
        return ()
    return (Label(sources.place(at), f"{Span(recipe.settings.epochs, 'epoch')}"),)


def _scheduled(recipe: Recipe, length: Length, sources: Sources) -> Iterator[Finding]:
    schedule, rate = recipe.schedule, recipe.optimizer.lr
    if schedule is None:
        return
    count = length.counted(by_step=schedule.by_step)
    unit = "step" if schedule.by_step else "epoch"
    if schedule.warmup >= length.epochs:
        yield Finding(
            f"the rate never gets up to its full value: `warmup` is "
            f"{schedule.warmup:g} epochs, but {Span(length.epochs, 'epoch')}",
            (*SCHEDULER, "warmup"),
            help=f"write a `warmup` below {length.epochs}",
        )
        return
    if schedule.warmup > _WARM * length.epochs and length.epochs >= _LONG:
        yield Finding(
            f"the rate rises for {schedule.warmup:g} of {length.epochs} epochs, and "
            "has hardly any time to fall",
            (*SCHEDULER, "warmup"),
            help=f"usual are 1 to {max(length.epochs // 10, 1)} epochs",
        )
    yield from _floor(schedule, rate, sources)
    if not count:
        return
    span = Span(count, unit)
    if schedule.warmup:
        warm = schedule.warmup * (length.steps if schedule.by_step else 1)
        span = Span(max(count - round(warm), 1), unit, whole=False)
    name = type(schedule.scheduler).__name__
    for each in marks_of(schedule.scheduler, span):
        yield _finding(each, SCHEDULER, name, sources)
    spans = _spans(schedule, span)
    at = (*SCHEDULER, name)
    if isinstance(sources.written(at), dict):
        at = (*at, "schedulers")
    for index, (part, inner) in enumerate(zip(schedule.parts, spans, strict=True)):
        for each in marks_of(part, inner) if inner.length > 0 else ():
            yield _finding(each, (*at, index), type(part).__name__, sources)


def _floor(schedule: Schedule, rate: float, sources: Sources) -> Iterator[Finding]:
    """Find the lowest rate of a scheduler above the rate that it begins with."""
    scheduler = schedule.scheduler
    name = type(scheduler).__name__
    for argument in ("eta_min", "min_lr"):
        low = getattr(scheduler, argument, 0.0)
        if isinstance(low, int | float) and low >= rate > 0 and not scheduler.peak:
            does = "never falls" if low == rate or argument == "min_lr" else "rises"
            yield argument_spot(sources, SCHEDULER, name, argument).finding(
                f"the rate {does}: `{argument}` is {low:g}, but `lr` is {rate:g}",
                "write a lower one",
            )


_WARM, _LONG = 0.6, 5
"""The part of a training that may be warmup, if it has so many epochs."""


def _spans(schedule: Schedule, span: Span) -> list[Span]:
    """Return in which span each part of a scheduler acts; 0 for one that never does."""
    marks: tuple[int, ...] = getattr(schedule.scheduler, "milestones", ())
    if not schedule.parts or not marks:
        return [span] * len(schedule.parts)
    ends = [min(each, span.length) for each in (0, *marks, span.length)]
    return [
        Span(end - begin, span.unit, whole=False, last=end == span.length)
        for begin, end in pairwise(ends)
    ]


def _finding(mark: Mark, base: Path, name: str, sources: Sources) -> Finding:
    spot = argument_spot(sources, base, name, mark.argument)
    if mark.place is not None and isinstance(sources.written(spot.path), list):
        spot = spot._replace(path=(*spot.path, mark.place))
    return spot.finding(mark.message, mark.help)


def _patience(recipe: Recipe) -> Iterator[Finding]:
    patience, epochs = recipe.settings.early_stopping, recipe.settings.epochs
    if patience is not None and patience >= epochs > 1:
        yield Finding(
            f"the training never stops early: `early_stopping` is {patience:,}, but "
            f"{Span(epochs, 'epoch')}",
            (*TRAINING, "early_stopping"),
            help=f"write at most {epochs - 2}" if epochs > 2 else "leave it out",
            level="" if patience > epochs else "hint",
        )


def _mean(recipe: Recipe, length: Length) -> Iterator[Finding]:
    decay = recipe.settings.ema
    if decay is None or not length.steps:
        return
    steps = round(1 / (1 - decay))
    if steps > length.total:
        fitting = max(1 - 10 / length.total, 0.5)
        yield Finding(
            f"`ema` {decay:g} is a mean of about {steps:,} steps, but "
            f"{Span(length.total, 'step')}",
            (*TRAINING, "ema"),
            help=f"write for example `ema: {_short(fitting)}`",
        )


def _short(decay: float) -> str:
    """Write a decay with as many nines as it begins with."""
    digits = 1
    while round(decay, digits) >= 1:
        digits += 1
    return f"{int(decay * 10**digits) / 10**digits:g}"


RULES = (
    Rule(
        "MG551",
        "warning",
        _longer,
        Explanation(
            "A schedule that is longer than the training",
            "What a schedule does after the last epoch is never done: a `step_size`, "
            "milestones, a `warmup` or a patience behind the end leave the rate as it "
            "is, and a cosine that is far longer or shorter than the training ends at "
            "a high rate. Arguments count epochs, or steps with `per: step`; `warmup` "
            "counts epochs. In `SequentialLR`, and after a `warmup`, each scheduler "
            "begins to count anew. The same is said of an `ema` of more steps than the "
            "training has, which its ramp keeps from harm, and of an `early_stopping` "
            "that cannot stop anything (as a hint, if it is just as long). Source: "
            "torch.optim.lr_scheduler, whose schedulers know no end; the rate should "
            "be low at the end (Smith and Topin, arXiv:1708.07120). It is certain, as "
            "it is counted; steps are counted where the size of the data is known: of "
            "data sets with a name, and with `subset`.",
            trained(
                *MLP,
                rest="  scheduler: {StepLR: {step_size: 30}}\n  epochs: 5\n",
            ),
            trained(
                *MLP,
                rest="  scheduler: {StepLR: {step_size: 2}}\n  epochs: 5\n",
            ),
        ),
    ),
)
