"""Resolve the training of a spec: check each component, alone and with the model."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from mlpgen.graph.training.best import resolve_best
from mlpgen.graph.training.components import read_component, read_keys
from mlpgen.graph.training.custom import names_of
from mlpgen.graph.training.data import resolve_data
from mlpgen.graph.training.groups import resolve_groups
from mlpgen.graph.training.losses import Subject, check_losses, resolve_losses
from mlpgen.graph.training.metrics import resolve_custom_metrics, resolve_metrics
from mlpgen.graph.training.optimizer import (
    OPTIMIZER,
    check_closure,
    check_momentum,
    check_no_decay,
    check_optimizer,
    check_rate,
)
from mlpgen.graph.training.patterns import check_freeze
from mlpgen.graph.training.recipe import Recipe, Schedule, main_term
from mlpgen.graph.training.start import resolve_start
from mlpgen.graph.walks import leaf_layers
from mlpgen.names.flags import option, plain, settings_of
from mlpgen.spec.training import OptimizerKeys, SchedulerKeys
from mlpgen.training import AUGMENTATIONS, OPTIMIZERS, SCHEDULERS

if TYPE_CHECKING:
    from mlpgen.graph.effects.effects import Effects
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.training.recipe import Dataset, Group, LossTerm
    from mlpgen.source import Path
    from mlpgen.spec.models import Spec
    from mlpgen.spec.problems import Problems
    from mlpgen.spec.training import Training
    from mlpgen.training.augmentations import Augmentation
    from mlpgen.training.schedulers import Scheduler

_AT: Path = ("training",)


def resolve_training(
    spec: Spec,
    nodes: tuple[Node, ...],
    outputs: tuple[str, ...],
    effects: Effects | None,
    problems: Problems,
) -> Recipe | None:
    """Resolve `training:`.

    Args:
        spec: The spec.
        nodes: Its layers, as far as they are resolved.
        outputs: The outputs of the model.
        effects: What is known of its values; None if they cannot be followed.
        problems: Collects mistakes.

    Returns:
        None if the spec does not train, or there are mistakes.
    """
    training = spec.training
    if training is None:
        return None
    mark = problems.mark()
    dataset = resolve_data(spec, training, nodes, outputs, problems)
    _check_batch(training.batch_size, nodes, problems)
    keys, raw = read_keys(
        "optimizer", OptimizerKeys, training.optimizer, OPTIMIZER, problems
    )
    optimizer = read_component("optimizer", OPTIMIZERS, raw, OPTIMIZER, problems)
    schedule = _schedule(training, problems)
    start = resolve_start(training.weights, (*_AT, "weights"), problems)
    if training.freeze and nodes and not problems.failed:
        check_freeze(training.freeze, nodes, (*_AT, "freeze"), problems)
    groups: tuple[Group, ...] = ()
    if optimizer is not None:
        if keys.groups and nodes and not problems.failed:
            groups = resolve_groups(
                keys.groups, optimizer, nodes, keys.no_decay, OPTIMIZER, problems
            )
            check_rate(optimizer, schedule, problems)
        check_optimizer(optimizer, nodes, problems, groups=bool(keys.groups))
        check_no_decay(keys, optimizer, groups, problems)
        check_closure(optimizer, training, problems)
        for each in (schedule.scheduler, *schedule.parts) if schedule else ():
            check_momentum(each, optimizer, groups, problems)
    if dataset is None:
        check_losses(training.loss, problems)
        _read_augmentations(training, problems)
        return None
    names = names_of(spec, nodes)
    subject = Subject(nodes, outputs, effects, dataset, training.normalize)
    terms = resolve_losses(training.loss, subject, names, problems)
    metrics = resolve_metrics(training, terms, dataset, problems)
    custom_metrics = resolve_custom_metrics(training, outputs, names, problems)
    best = resolve_best(training, terms, dataset, metrics, custom_metrics, problems)
    augmentations = _augmentations(training, terms, dataset, problems)
    _check_watched(schedule, terms, problems)
    _check_precision(training, terms, problems)
    if mark.failed or optimizer is None or best is None:
        return None
    _warn_about_flags(spec, problems)
    return Recipe(
        settings=training,
        start=start,
        dataset=dataset,
        terms=terms,
        metrics=metrics,
        custom_metrics=custom_metrics,
        best=best,
        optimizer=optimizer,
        no_decay=tuple(keys.no_decay),
        groups=groups,
        schedule=schedule,
        augmentations=augmentations,
    )


def _warn_about_flags(spec: Spec, problems: Problems) -> None:
    """Warn about parameters whose flag has another name."""
    for name, setting in settings_of(spec.parameters).items():
        if setting != plain(name):
            taken, own = option(plain(name)), option(setting)
            message = f"`{taken}` is taken: scripts use `{own}` for `{name}`"
            problems.add("MG408", message, ("parameters", name), key=True, warning=True)


def _schedule(training: Training, problems: Problems) -> Schedule | None:
    if training.scheduler is None:
        return None
    path = (*_AT, "scheduler")
    keys, raw = read_keys(
        "scheduler", SchedulerKeys, training.scheduler, path, problems
    )
    scheduler = read_component("scheduler", SCHEDULERS, raw, path, problems)
    if scheduler is None:
        return None
    parts = _parts(scheduler, raw, path, problems)
    name = type(scheduler).__name__
    by_step = keys.per == "step" or scheduler.steps == "batch"
    if keys.per == "step" and scheduler.watched:
        message = f"`{name}` watches a metric, which changes only once per epoch"
        problems.add("MG406", message, (*path, "per"))
    fixed = scheduler.steps == "batch" or scheduler.watched or parts
    if keys.warmup is not None and fixed:
        message = (
            f"`{name}` cannot be combined with `warmup`: it is a complete schedule"
        )
        problems.add("MG406", message, (*path, "warmup"), key=True)
    elif keys.warmup is not None and not by_step and not keys.warmup.is_integer():
        message = "a `warmup` of a fraction of an epoch must advance with each step"
        problems.add("MG406", message, (*path, "warmup"), help="write `per: step`")
    return Schedule(scheduler, parts, by_step, keys.warmup or 0.0)


def _parts(
    scheduler: Scheduler, raw: Any, path: Path, problems: Problems
) -> tuple[Scheduler, ...]:
    """Read the schedulers inside a scheduler."""
    inner = getattr(scheduler, "schedulers", None)
    if inner is None:
        return ()
    name = type(scheduler).__name__
    at = (*path, name, "schedulers") if isinstance(raw[name], dict) else (*path, name)
    found: list[Scheduler] = []
    for index, each in enumerate(inner):
        part = read_component("scheduler", SCHEDULERS, each, (*at, index), problems)
        if part is None:
            continue
        if part.steps != "epoch" or part.watched or hasattr(part, "schedulers"):
            message = f"`{type(part).__name__}` cannot be part of `{name}`"
            problems.add("MG406", message, (*at, index))
        found.append(part)
    return tuple(found)


def _augmentations(
    training: Training,
    terms: tuple[LossTerm, ...],
    dataset: Dataset,
    problems: Problems,
) -> tuple[Augmentation, ...]:
    found: list[Augmentation] = []
    for at, part in _read_augmentations(training, problems):
        name = type(part).__name__.lower()
        if not dataset.images:
            problems.add("MG406", f"`{name}` changes images, but the data has none", at)
        elif not dataset.pictures and any(map(_has_places, terms)):
            message = f"`{name}` changes images, but not the targets of their places"
            problems.add("MG406", message, at)
        if part.mixes and dataset.origin.meaning == "probabilities":
            message = f"`{name}` mixes classes, but the targets are probabilities"
            problems.add("MG406", message, at)
        if part.mixes and dataset.several:
            message = f"`{name}` mixes one input with its targets, but the model has "
            problems.add("MG406", f"{message}{len(dataset.inputs)}", at)
        if dataset.origin.paired and name != "cutout":
            message = f"`{name}` would change images, and not their masks"
            problems.add("MG406", message, at, help="`cutout` leaves masks as they are")
        mixable = all(term.loss.takes_mixtures(term.target) for term in terms)
        if part.mixes and not mixable:
            message = f"`{name}` mixes classes, which this loss does not support"
            problems.add("MG406", message, at, help="use `CrossEntropyLoss`")
        if part.mixes and any(each.mixes for each in found):
            message = "`mixup` and `cutmix` do the same work: use one of them"
            problems.add("MG406", message, at)
        found.append(part)
    return tuple(found)


def _read_augmentations(
    training: Training, problems: Problems
) -> list[tuple[Path, Augmentation]]:
    """Read augmentations alone, each with its path."""
    found = []
    for index, raw in enumerate(training.augment):
        at = (*_AT, "augment", index)
        part = read_component("augmentation", AUGMENTATIONS, raw, at, problems)
        if part is not None:
            found.append((at, part))
    return found


def _has_places(term: LossTerm) -> bool:
    """Tell whether the target of a loss has places, which move with those of images."""
    numbers = term.target == "number" and len(term.shape) > 1
    return numbers or term.target == "places"


def _check_watched(
    schedule: Schedule | None, terms: tuple[LossTerm, ...], problems: Problems
) -> None:
    watched = schedule.scheduler.watched if schedule else ""
    if (
        watched == "test_accuracy"
        and terms
        and main_term(terms).target not in ("label", "one_hot", "places")
    ):
        message = "`mode: max` watches the accuracy, but the model does not classify"
        at = (*_AT, "scheduler")
        problems.add("MG406", message, at, help="use `mode: min`")


def _check_batch(size: int, nodes: tuple[Node, ...], problems: Problems) -> None:
    """Refuse batch normalization over a single value per channel."""
    alone = (
        each
        for each in leaf_layers(nodes)
        if each.type.startswith("BatchNorm") and prod(each.output[1:]) == 1
    )
    node = next(alone, None) if size == 1 else None
    if node is not None:
        problems.add(
            "MG407",
            f"`{node.name}` cannot normalize over a batch of one example",
            (*_AT, "batch_size"),
            help="write a `batch_size` of at least 2",
            labels=(problems.label("it normalizes over the batch", node.path),),
        )


def _check_precision(
    training: Training, terms: tuple[LossTerm, ...], problems: Problems
) -> None:
    """Refuse losses of probabilities in half precision, as torch does on GPUs."""
    for term in terms:
        name = type(term.loss).__name__
        if name == "BCELoss" and training.precision in ("bf16", "fp16"):
            message = f"`{name}` takes probabilities, which {training.precision} rounds"
            help_ = "use `BCEWithLogitsLoss`, without the `Sigmoid`"
            problems.add("MG406", message, (*_AT, "precision"), help=help_)
