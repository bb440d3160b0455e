"""The plan of a training script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.expressions import written
from mlpgen.styles.code import (
    INDENT,
    Code,
    Group,
    call,
    flat,
    keyword,
    layout,
    literal,
    quoted,
)
from mlpgen.styles.plan import docstring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph, Recipe
    from mlpgen.styles.code import Piece
    from mlpgen.styles.plan import Lines
    from mlpgen.training.base import Part
    from mlpgen.training.scheduler import Scheduler

_RESERVED = frozenset(
    [
        "args",
        "batch",
        "batches",
        "data",
        "device",
        "epoch",
        "features",
        "files",
        "folder",
        "images",
        "index",
        "labels",
        "loss",
        "main",
        "model",
        "optimizer",
        "order",
        "output",
        "parser",
        "path",
        "rows",
        "scheduler",
        "seed",
        "start",
        "step",
        "targets",
        "test",
        "torch",
        "train",
        "generator",
        "total",
        "correct",
    ]
)
"""Names that the script uses itself."""


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
        steps: When it moves on: `epoch`, `batch`, `loss` or an empty text.
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
    steps: str


def plan(graph: Graph, recipe: Recipe, captured: Sequence[str]) -> TrainingPlan:
    """Plan the training script of a graph.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model returns as well.
    """
    first = graph.node(graph.outputs[0])
    plain = first.named and len(first.name) <= 24 and first.name not in _RESERVED
    output = first.name if plain else "output"
    data = recipe.dataset
    name = f"train_{graph.stem}.py"
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
        learning_rate=Code(written(recipe.optimizer.lr)),
        seed=Code(recipe.seed),
        call=Code(_call(output, len(graph.outputs) + len(captured))),
        loss=_loss(recipe, output),
        targets=Code("_" if recipe.target == "image" else "targets"),
        classifies=recipe.target != "image",
        output=Code(output),
        optimizer=_optimizer(recipe),
        closure=recipe.optimizer.closure,
        scheduler=_scheduler(recipe),
        steps=recipe.scheduler.steps if recipe.scheduler else "",
    )


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
    if recipe.scheduler is None:
        return ()
    piece = _scheduler_call(recipe.scheduler, recipe.schedulers)
    lines = layout(piece, INDENT, "scheduler = ")
    if "total_steps=total_steps" in flat(piece):
        steps = "total_steps = args.epochs * -(-len(train.images) // args.batch_size)"
        lines = [steps, *lines]
    return tuple(lines)


def _scheduler_call(scheduler: Scheduler, parts: Sequence[Scheduler]) -> Group:
    name = type(scheduler).__name__
    arguments = scheduler.arguments()
    if parts:
        inner = tuple(_scheduler_call(part, ()) for part in parts)
        listed = Group("[", inner, "]", collection=True)
        if name == "ChainedScheduler":
            return call(f"lr_scheduler.{name}", listed)
        marks = literal(arguments["milestones"])
        marks = (
            marks._replace(opening="[", closing="]")
            if isinstance(marks, Group)
            else marks
        )
        return call(f"lr_scheduler.{name}", "optimizer", listed, marks)
    if "T_max" in arguments and arguments["T_max"] is None:
        arguments["T_max"] = Code("args.epochs")
    if "total_steps" in arguments and arguments["total_steps"] is None:
        arguments["total_steps"] = Code("total_steps")
    return call(
        f"lr_scheduler.{name}", "optimizer", *_positional_first(scheduler, arguments)
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
