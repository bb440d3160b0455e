"""The training of a spec resolved: each part checked, alone and against the model."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from mlpgen.graph.nodes import held
from mlpgen.graph.recipe import Recipe
from mlpgen.layers.base import shown as shape_shown
from mlpgen.problems import cut, listed, nearest, shown
from mlpgen.training import LOSSES, OPTIMIZERS, REFUSED, SCHEDULERS
from mlpgen.training.base import Part, Problem
from mlpgen.training.datasets import DATASETS

if TYPE_CHECKING:
    from mlpgen.catalogue import Catalogue
    from mlpgen.graph.nodes import Node
    from mlpgen.problems import Problems
    from mlpgen.source import Path
    from mlpgen.spec import Spec
    from mlpgen.training.datasets import Dataset
    from mlpgen.training.loss import Loss, Target
    from mlpgen.training.optimizer import Optimizer
    from mlpgen.training.scheduler import Scheduler


P = TypeVar("P", bound=Part)


def resolve_training(
    spec: Spec, nodes: tuple[Node, ...], outputs: tuple[str, ...], problems: Problems
) -> Recipe | None:
    """Resolve `training:`.

    Args:
        spec: The spec.
        nodes: Its layers, as far as they could be resolved.
        outputs: What the model returns.
        problems: Gathers mistakes.

    Returns:
        None if the spec does not train, or there are mistakes.
    """
    training = spec.training
    if training is None:
        return None
    before = len(problems.found)
    at = ("training",)
    dataset = DATASETS[training.data]
    loss = _part("loss", LOSSES, training.loss, (*at, "loss"), problems)
    optimizer = _part(
        "optimizer", OPTIMIZERS, training.optimizer, (*at, "optimizer"), problems
    )
    scheduler: Scheduler | None = None
    parts: tuple[Scheduler, ...] = ()
    if training.scheduler is not None:
        place = (*at, "scheduler")
        scheduler = _part("scheduler", SCHEDULERS, training.scheduler, place, problems)
        parts = _parts(scheduler, training.scheduler, place, problems)
    _check_data(spec, dataset, problems)
    _check_batch(training.batch_size, nodes, problems)
    if optimizer is not None:
        _check_optimizer(optimizer, nodes, problems)
        for each in (scheduler, *parts):
            _check_momentum(each, optimizer, problems)
    node = (
        next((each for each in nodes if each.name == outputs[0]), None)
        if outputs
        else None
    )
    if loss is None or node is None:
        return None
    target = _target(loss, node, nodes, dataset, problems)
    if target == "image" and scheduler and scheduler.watched == "test_accuracy":
        message = "`mode: max` looks at the accuracy, but nothing is classified"
        problems.add("MG406", message, (*at, "scheduler"), help="use `mode: min`")
    if len(problems.found) > before or optimizer is None or isinstance(target, Problem):
        return None
    return Recipe(
        dataset=dataset,
        target=target,
        loss=loss,
        optimizer=optimizer,
        scheduler=scheduler,
        schedulers=parts,
        epochs=training.epochs,
        batch_size=training.batch_size,
        seed=training.seed,
    )


def _part(
    kind: str, catalogue: Catalogue[P], raw: Any, path: Path, problems: Problems
) -> P | None:
    """Read an optimizer, a scheduler or a loss: a name, or a name with arguments."""
    arguments: Any = {}
    name, place, key = raw, path, False
    if isinstance(raw, dict) and len(raw) == 1:
        name, arguments = next(iter(raw.items()))
        place, key = (*path, name), True
    if not isinstance(name, str):
        message = f"`{kind}` is a name, or one with arguments, not {shown(raw)}"
        problems.add("MG203", message, path)
        return None
    if name in REFUSED:
        message = f"`{name}` cannot be used: {REFUSED[name]}"
        problems.add("MG406", message, place, key=key)
        return None
    if name not in catalogue:
        help = nearest(name, catalogue) or f"one of {listed(list(catalogue))}"
        problems.add(
            "MG207", f"there is no {kind} `{cut(name)}`", place, key=key, help=help
        )
        return None
    cls = catalogue[name]
    shorthand = None
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        shorthand = cls.shorthand()
        arguments = {shorthand: arguments}
        if shorthand is None:
            problems.add("MG201", f"`{name}` takes no arguments", place)
            return None
    try:
        part = cls.model_validate(arguments)
    except ValidationError as error:
        problems.add_invalid(error, cls, name, place, arguments, shorthand)
        return None
    problem = part.check()
    if problem is not None:
        argument = problem.argument
        at = (*place, argument) if argument and argument in arguments else place
        problems.add(problem.code, problem.message, at, help=problem.help)
        return None
    return part


def _parts(
    scheduler: Scheduler | None, raw: Any, path: Path, problems: Problems
) -> tuple[Scheduler, ...]:
    """Read the schedulers that a scheduler is made of."""
    inner = getattr(scheduler, "schedulers", None)
    if inner is None:
        return ()
    name = type(scheduler).__name__
    at = (*path, name, "schedulers") if isinstance(raw[name], dict) else (*path, name)
    found = []
    for index, each in enumerate(inner):
        part = _part("scheduler", SCHEDULERS, each, (*at, index), problems)
        if part is None:
            continue
        if part.steps != "epoch" or part.watched or hasattr(part, "schedulers"):
            message = f"`{type(part).__name__}` cannot be part of `{name}`"
            problems.add("MG406", message, (*at, index))
        found.append(part)
    return tuple(found)


def _check_data(spec: Spec, dataset: Dataset, problems: Problems) -> None:
    images = list(dataset.shape)
    if isinstance(spec.input, dict):
        message = "the scripts of today train models with one input, without a name"
        help = f"write `input: {images}`"
        problems.add("MG403", message, ("input",), key=True, help=help)
    elif spec.input and spec.input != images:
        problems.add(
            "MG403",
            f"`input` is {spec.input}, but the images of {dataset.title} are {images}",
            ("input",),
            help=f"write `input: {images}`",
        )


def _check_batch(size: int, nodes: tuple[Node, ...], problems: Problems) -> None:
    """A batch of one example has no variance where each channel has one value."""
    alone = (
        each
        for each in held(nodes)
        if each.type.startswith("BatchNorm") and prod(each.output[1:]) == 1
    )
    node = next(alone, None) if size == 1 else None
    if node is not None:
        problems.add(
            "MG407",
            f"`{node.name}` cannot normalize over a batch of one example",
            ("training", "batch_size"),
            notes=(f"`{node.name}` is in line {problems.line(node.path)}",),
            help="write a `batch_size` of at least 2",
        )


def _check_optimizer(
    optimizer: Optimizer, nodes: tuple[Node, ...], problems: Problems
) -> None:
    if not problems.failed and not any(node.parameters for node in nodes):
        message = "the model has no parameters that could be trained"
        problems.add("MG405", message, ("training",), key=True)
    refusal = optimizer.refuses(_dimensions(nodes)) if nodes else ""
    if refusal:
        problems.add("MG406", refusal, ("training", "optimizer"))


def _dimensions(nodes: tuple[Node, ...]) -> set[int]:
    """Return how many dimensions the parameters have; 1 stands for all but matrices."""
    found: set[int] = set()
    for node in nodes:
        if node.children:
            found |= _dimensions(node.children)
        elif node.type == "Linear":
            found |= {2} if node.arguments.get("bias") is False else {1, 2}
        elif node.parameters:
            found.add(1)
    return found


def _check_momentum(
    scheduler: Scheduler | None, optimizer: Optimizer, problems: Problems
) -> None:
    """Torch refuses to cycle the momentum of an optimizer without one."""
    if getattr(scheduler, "cycle_momentum", False) and not optimizer.momentum_argument:
        name = type(optimizer).__name__
        problems.add(
            "MG406",
            f"`{type(scheduler).__name__}` cycles a momentum that `{name}` lacks",
            ("training", "scheduler"),
            help="give it `cycle_momentum: false`",
        )


def _target(
    loss: Loss,
    node: Node,
    nodes: tuple[Node, ...],
    dataset: Dataset,
    problems: Problems,
) -> Target | Problem:
    found = loss.target(node.output, dataset.shape, dataset.classes)
    problem = (
        found
        if isinstance(found, Problem)
        else loss.values(_made_by(node, nodes, loss))
    )
    if problem is not None:
        notes = (
            f"the first output is `{node.name}` (line {problems.line(node.path)}), "
            f"{shape_shown(node.output)}",
        )
        problems.add(
            problem.code,
            problem.message,
            ("training", "loss"),
            notes=notes,
            help=problem.help,
        )
        return problem
    return found


_ARRANGING = ("Flatten", "Unflatten", "Identity", "Sequential")
_DROPPING = ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout")


def _made_by(node: Node, nodes: tuple[Node, ...], loss: Loss) -> str:
    """Return the type of the layer that made the values of an output.

    What only arranges values is passed over. Dropout keeps logits logits, but it may
    scale a probability above 1.
    """
    passed = _ARRANGING if loss.after else (*_ARRANGING, *_DROPPING)
    leaves = list(held(nodes[: nodes.index(node) + 1]))
    return next((each.type for each in reversed(leaves) if each.type not in passed), "")
