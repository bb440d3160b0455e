"""The plan of a training script."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.expressions import written
from mlpgen.styles.code import (
    INDENT,
    Code,
    Group,
    call,
    keyword,
    layout,
    literal,
    quoted,
)
from mlpgen.styles.docstrings import docstring
from mlpgen.styles.reserved import RESERVED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.code import Piece
    from mlpgen.styles.plan import Lines
    from mlpgen.training.base import Part
    from mlpgen.training.scheduler import Scheduler


class TrainingPlan(NamedTuple):
    """Everything that the template of a training script shows.

    Attributes:
        template: The file in `templates/`.
        docstring: Of the module.
        model: The class.
        module: The file of the class, without `.py`.
        title: What the data is called.
        folder: Where torchvision puts it.
        image: Height and width.
        classes: How many there are.
        mirrors: Where the archives are.
        archives: Names and checksums.
        epochs: The default of `--epochs`; likewise the next three.
        batch_size: Examples in one step.
        learning_rate: Of the optimizer.
        seed: Of initial values and shuffling.
        call: The call of the model, with its outputs.
        loss: The expression of the loss.
        targets: What the loop calls the labels.
        classifies: Whether there is an accuracy.
        output: The name of the first output.
        optimizer: Lines that make it.
        closure: Whether the optimizer evaluates the loss itself.
        scheduler: Lines that make it, if any.
        parameter: How `train_epoch` takes it, if it moves on each batch.
        after_batch: Lines that move it on.
        after_epoch: Likewise.
        train_arguments: What `train_epoch` is called with.
        rate: What `--lr` is.
        report: Lines that write and print the metrics of an epoch, and score it.
    """

    template: str
    docstring: Lines
    model: Code
    module: Code
    title: Code
    folder: Code
    image: Code
    classes: Code
    mirrors: Lines
    archives: Lines
    epochs: Code
    batch_size: Code
    learning_rate: Code
    seed: Code
    call: Code
    loss: Lines
    targets: Code
    classifies: bool
    output: Code
    optimizer: Lines
    closure: bool
    scheduler: Lines
    parameter: Lines
    after_batch: Lines
    after_epoch: Lines
    train_arguments: Code
    rate: Code
    report: Lines


def plan(graph: Graph, recipe: Recipe, captured: Sequence[str]) -> TrainingPlan:
    """Plan the training script of a graph.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model returns as well.
    """
    first = graph.node(graph.outputs[0])
    plain = first.named and len(first.name) <= 24 and first.name not in RESERVED
    output = first.name if plain else "output"
    data = recipe.dataset
    name = f"train_{graph.stem}.py"
    by_batch = recipe.scheduler is not None and recipe.scheduler.steps == "batch"
    return TrainingPlan(
        template="train.py.jinja",
        docstring=docstring(
            [
                f"Train {graph.name} on {data.title}.",
                "",
                f"python {name} --epochs 10 --device cpu",
            ]
        ),
        model=Code(graph.name),
        module=Code(graph.stem),
        title=Code(data.title),
        folder=Code(quoted(data.folder)),
        image=Code(", ".join(str(size) for size in data.shape[1:])),
        classes=Code(data.classes),
        mirrors=tuple(f"{quoted(url)}," for url in data.mirrors),
        archives=tuple(
            f"{quoted(file)}: {quoted(md5)}," for file, md5 in data.archives.items()
        ),
        epochs=Code(recipe.epochs),
        batch_size=Code(recipe.batch_size),
        learning_rate=Code(written(_rate(recipe))),
        seed=Code(recipe.seed),
        call=Code(_call(output, len(graph.outputs) + len(captured))),
        loss=_loss(recipe, output),
        targets=Code("_" if recipe.target == "image" else "targets"),
        classifies=recipe.target != "image",
        output=Code(output),
        optimizer=_optimizer(recipe),
        closure=recipe.optimizer.closure,
        scheduler=_scheduler(recipe),
        parameter=("scheduler: lr_scheduler.LRScheduler,",) if by_batch else (),
        after_batch=("scheduler.step()",) if by_batch else (),
        after_epoch=_after_epoch(recipe.scheduler),
        train_arguments=Code(
            f"model, optimizer, {'scheduler, ' if by_batch else ''}bar"
        ),
        rate=Code(f"{'peak of the ' if _peak(recipe) else ''}learning rate"),
        report=_REPORT if recipe.target != "image" else _REPORT_OF_IMAGES,
    )


_REPORT = (
    "writer.writerow(row)",
    "score = test_accuracy",
    "print(",
    '    f"epoch {epoch:3d}  train {train_loss:.4f} {train_accuracy:7.2%}  "',
    '    f"test {test_loss:.4f} {test_accuracy:7.2%}  {seconds:.1f} s",',
    "    flush=True,",
    ")",
)
_REPORT_OF_IMAGES = (
    'writer.writerow(row | {"train_accuracy": "", "test_accuracy": ""})',
    "score = -test_loss",
    "print(",
    '    f"epoch {epoch:3d}  train {train_loss:.5f}  test {test_loss:.5f}  "',
    '    f"{seconds:.1f} s",',
    "    flush=True,",
    ")",
)


def _peak(recipe: Recipe) -> str:
    """Name the scheduler's argument that `--lr` gives, if it has one."""
    return recipe.scheduler.peak if recipe.scheduler else ""


def _rate(recipe: Recipe) -> float:
    peak = _peak(recipe)
    rate: float = getattr(recipe.scheduler, peak) if peak else recipe.optimizer.lr
    return rate


def _after_epoch(scheduler: Scheduler | None) -> Lines:
    if scheduler is None or scheduler.steps == "batch":
        return ()
    return (f"scheduler.step({scheduler.watched})",)


def _call(output: str, count: int) -> str:
    rest = {1: "", 2: ", _"}.get(count, ", *_")
    return f"{output}{rest} = model(features)"


def _loss(recipe: Recipe, output: str) -> Lines:
    target = "targets" if recipe.target != "image" else "features"
    if recipe.target == "one_hot":
        target = f"F.one_hot(targets, {recipe.dataset.classes}).float()"
    piece = call(recipe.loss.call, output, target, *_keywords(recipe.loss.arguments()))
    return tuple(layout(piece, 2 * INDENT, "loss = "))


def _keywords(arguments: dict[str, Any]) -> list[Piece]:
    return [keyword(name, literal(value)) for name, value in arguments.items()]


def _optimizer(recipe: Recipe) -> Lines:
    optimizer = recipe.optimizer
    given = {key: value for key, value in optimizer.arguments().items() if key != "lr"}
    if optimizer.fused:
        given["fused"] = True
    name = type(optimizer).__name__
    piece = call(
        f"torch.optim.{name}", "model.parameters()", "lr=args.lr", *_keywords(given)
    )
    return tuple(layout(piece, INDENT, "optimizer = "))


def _scheduler(recipe: Recipe) -> Lines:
    scheduler = recipe.scheduler
    if scheduler is None:
        return ()
    given = _following(scheduler, "args.epochs")
    lines: Lines = ()
    if "total_steps" in given:
        batches = "-(-len(train.images) // args.batch_size)"
        lines = (f"total_steps = args.epochs * {batches}",)
        given["total_steps"] = Code("total_steps")
    if scheduler.peak:
        given[scheduler.peak] = Code("args.lr")
    if recipe.schedulers:
        piece = _of_several(scheduler, recipe.schedulers)
    else:
        piece = _scheduler_call(scheduler, given)
    return (*lines, *layout(piece, INDENT, "scheduler = "))


def _following(scheduler: Scheduler, epochs: str) -> dict[str, Any]:
    """Return the arguments that follow from the length of the training."""
    return {
        name: Code(epochs)
        for name in type(scheduler).model_fields
        if scheduler.follows(name) and getattr(scheduler, name) is None
    }


def _of_several(scheduler: Scheduler, parts: Sequence[Scheduler]) -> Group:
    """Write a scheduler that is made of several, one after or beside the other."""
    name = f"lr_scheduler.{type(scheduler).__name__}"
    marks: tuple[int, ...] = getattr(scheduler, "milestones", ())
    lengths = ["args.epochs"] * len(parts)
    if marks:
        lengths = [str(end - begin) for begin, end in pairwise((0, *marks))]
        lengths.append(f"max(args.epochs - {marks[-1]}, 1)")
    inner = [
        _scheduler_call(part, _following(part, length))
        for part, length in zip(parts, lengths, strict=True)
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


def _positional_first(part: Part, arguments: dict[str, Any]) -> list[Piece]:
    """Write required arguments by place, those that follow and the others by name."""
    required = [
        name for name in arguments if part.required(name) and not part.follows(name)
    ]
    others = {name: value for name, value in arguments.items() if name not in required}
    return [
        *(_value(arguments[name]) for name in required),
        *(keyword(name, _value(value)) for name, value in others.items()),
    ]


def _value(value: Any) -> Piece:
    return value if isinstance(value, Code) else literal(value)
