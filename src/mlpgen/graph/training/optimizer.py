"""The optimizer of a training, checked with the model and the keys beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.walks import leaf_layers
from mlpgen.spec.training import NO_CLOSURE

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.training.recipe import Group, Schedule
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems
    from mlpgen.spec.training import OptimizerKeys, Training
    from mlpgen.training.optimizers.base import Optimizer
    from mlpgen.training.schedulers import Scheduler

_AT: Path = ("training",)
OPTIMIZER: Path = (*_AT, "optimizer")
"""Where a spec has it."""


def check_optimizer(
    optimizer: Optimizer,
    nodes: tuple[Node, ...],
    problems: Problems,
    *,
    groups: bool,
) -> None:
    """Refuse an optimizer that has nothing to train, or cannot train what there is."""
    if not problems.failed and not any(node.parameters for node in nodes):
        message = "the model has no parameters to train"
        problems.add("MG405", message, _AT, key=True)
    if groups and optimizer.only_matrices:
        return  # what it has was checked with the groups
    refusal = optimizer.refuses(_dimensions(nodes)) if nodes else ""
    if refusal:
        help = "give those to another optimizer by `groups`"
        help = help if optimizer.only_matrices else ""
        problems.add("MG406", refusal, OPTIMIZER, help=help)


def check_rate(
    optimizer: Optimizer, schedule: Schedule | None, problems: Problems
) -> None:
    """Refuse a rate of 0, from which those of groups could not be scaled."""
    peak = schedule.scheduler.peak if schedule else ""
    if optimizer.lr == 0 and not peak:
        message = "`--lr` scales the rates of `groups` by its part of `lr`, which is 0"
        problems.add("MG406", message, OPTIMIZER, help="use `freeze` for the others")


def check_no_decay(
    keys: OptimizerKeys,
    optimizer: Optimizer,
    groups: tuple[Group, ...],
    problems: Problems,
) -> None:
    """Refuse `no_decay` where no optimizer has a weight decay."""
    every = [optimizer, *(each.optimizer for each in groups)]
    if keys.no_decay and not any(hasattr(each, "weight_decay") for each in every):
        name = type(optimizer).__name__
        message = f"`{name}` has no weight decay, from which `no_decay` exempts"
        problems.add("MG406", message, (*OPTIMIZER, "no_decay"), key=True)


def check_closure(optimizer: Optimizer, training: Training, problems: Problems) -> None:
    """Refuse keys that act between backward and step if there is a closure."""
    if not optimizer.closure:
        return
    usual = type(training).model_fields
    given = [
        name for name in NO_CLOSURE if getattr(training, name) != usual[name].default
    ]
    for name in [*given, *(["precision"] if training.precision == "fp16" else [])]:
        message = (
            f"`{type(optimizer).__name__}` evaluates the loss several times per step, "
            f"so it cannot be combined with `{name}`"
        )
        problems.add("MG406", message, (*_AT, name))


def _dimensions(nodes: tuple[Node, ...]) -> set[int]:
    """Return the numbers of dimensions of parameters; 1 means any but matrices."""
    found: set[int] = set()
    for node in leaf_layers(nodes):
        shapes = [node.output] if node.is_tensor else [*node.weights.values()]
        if node.parameters:
            found |= {2 if len(shape) == 2 else 1 for shape in shapes} or {1}
    return found


def check_momentum(
    scheduler: Scheduler,
    optimizer: Optimizer,
    groups: tuple[Group, ...],
    problems: Problems,
) -> None:
    """Refuse to cycle a momentum that optimizers lack or name differently."""
    if not getattr(scheduler, "cycle_momentum", False):
        return
    name = type(scheduler).__name__
    every = [optimizer, *(each.optimizer for each in groups if each.own)]
    lacking = [each for each in every if not each.momentum_argument]
    message = ""
    if lacking:
        message = f"`{name}` cycles a momentum that `{type(lacking[0]).__name__}` lacks"
    elif len({each.momentum_argument for each in every}) > 1:
        message = (
            f"`{name}` cycles one momentum, but these optimizers have different ones"
        )
    if message:
        help = "give it `cycle_momentum: false`"
        problems.add("MG406", message, (*_AT, "scheduler"), help=help)
