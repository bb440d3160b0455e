"""The plan of the script that trains."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.expressions import written
from mlpgen.styles.code import INDENT, Code, Group, call, layout
from mlpgen.styles.docstrings import docstring
from mlpgen.styles.scripts.forward import Forward, forward
from mlpgen.styles.scripts.imports import import_lines
from mlpgen.styles.scripts.optimizing import (
    needs_length,
    optimizer_lines,
    peak,
    rate,
    scheduler_lines,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines


class TrainPlan(NamedTuple):
    """Everything that the template of a training script shows.

    Attributes:
        template: The file in `templates/`.
        docstring: Of the module.
        imports: Of the module.
        model: The class.
        stem: The file of the class, without `.py`.
        title: What the data is called.
        epochs: The default of `--epochs`; likewise the next three.
        batch_size: Examples in one step.
        learning_rate: Of the optimizer.
        seed: Of initial values and shuffling.
        constants: Lines with others.
        parameters: Lines with what else `train_epoch` takes.
        targets: What the targets of a batch are called.
        unpacked: What they are called in the loop over batches.
        closure: Lines that compute the loss where the optimizer asks for it.
        step: Lines that update the model from a batch.
        sums: How many numbers are summed in evaluating.
        measure: Lines that add those of a batch.
        metrics: Lines that return the metrics.
        make: Lines that make the optimizer and others beside the model.
        begin: Lines that make the run.
        train_arguments: What `train_epoch` is called with.
        after_epoch: Lines.
        score: What the best epoch has the highest of.
        rate: What `--lr` is.
    """

    template: str
    docstring: Lines
    imports: Lines
    model: Code
    stem: Code
    title: Code
    epochs: Code
    batch_size: Code
    learning_rate: Code
    seed: Code
    constants: Lines
    parameters: Lines
    targets: Code
    unpacked: Code
    closure: Lines
    step: Lines
    sums: Code
    measure: Lines
    metrics: Lines
    make: Lines
    begin: Lines
    train_arguments: Code
    after_epoch: Lines
    score: Code
    rate: Code


def plan(graph: Graph, recipe: Recipe, captured: Sequence[str]) -> TrainPlan:
    """Plan the training script of a graph.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model returns as well.
    """
    pass_ = forward(graph, recipe, captured)
    by_batch = recipe.scheduler is not None and recipe.scheduler.steps == "batch"
    script = f"train_{graph.stem}.py"
    return TrainPlan(
        template="scripts/train.py.jinja",
        docstring=docstring(
            [
                f"Train {graph.name} on {recipe.dataset.title}.",
                "",
                f"python {script} --epochs {recipe.epochs} --device cpu",
                f"python {script} --resume",
                f"torchrun --nproc-per-node=2 {script}",
            ]
        ),
        imports=_imports(graph, recipe, pass_),
        model=Code(graph.name),
        stem=Code(graph.stem),
        title=Code(recipe.dataset.title),
        epochs=Code(recipe.epochs),
        batch_size=Code(recipe.batch_size),
        learning_rate=Code(written(rate(recipe))),
        seed=Code(recipe.seed),
        constants=(),
        parameters=("scheduler: lr_scheduler.LRScheduler,",) if by_batch else (),
        targets=pass_.targets,
        unpacked=Code("targets") if recipe.optimizer.closure else pass_.targets,
        closure=(pass_.call, *pass_.loss) if recipe.optimizer.closure else (),
        step=_step(recipe, pass_),
        sums=Code(2 if recipe.classifies else 1),
        measure=_measure(recipe, pass_),
        metrics=_metrics(recipe),
        make=(*optimizer_lines(recipe), *scheduler_lines(recipe)),
        begin=_begin(recipe),
        train_arguments=Code(
            f"trained, optimizer, {'scheduler, ' if by_batch else ''}train, run, args"
        ),
        after_epoch=_after_epoch(recipe),
        score=Code(
            'row["test_accuracy"]' if recipe.classifies else '-row["test_loss"]'
        ),
        rate=Code(f"{'peak of the ' if peak(recipe) else ''}learning rate"),
    )


def _imports(graph: Graph, recipe: Recipe, pass_: Forward) -> Lines:
    needs = {
        "argparse",
        "math",
        "os",
        "sys",
        "time",
        "pathlib:Path",
        "torch",
        "torch.distributed as dist",
        "torch:nn",
        "torch.nn.parallel:DistributedDataParallel",
        f"data_{graph.stem}:Data",
        f"data_{graph.stem}:DataError",
        f"data_{graph.stem}:load",
        f"{graph.stem}:{graph.name}",
        *(f"run_{graph.stem}:{name}" for name in ("RANK", "RANKS", "Run", "RunError")),
        *(f"run_{graph.stem}:{name}" for name in ("join", "settings")),
    }
    if "F." in "".join(pass_.loss):
        needs.add("torch.nn:functional as F")
    if recipe.scheduler:
        needs.add("torch.optim:lr_scheduler")
    return import_lines(needs)


def _step(recipe: Recipe, pass_: Forward) -> Lines:
    """Update the model from one batch."""
    if recipe.optimizer.closure:
        return (
            "share = RANKS * len(features) / len(index)",
            "loss = train_step(model, optimizer, Data(features, targets), share)",
            "run.losses.append(torch.tensor(loss))",
        )
    after = recipe.scheduler is not None and recipe.scheduler.steps == "batch"
    return (
        pass_.call,
        *pass_.loss,
        "run.losses.append(loss.detach())",
        "if RANKS > 1:  # gradients become means over ranks, of unequal shares",
        "    loss = loss * (RANKS * len(features) / len(index))",
        "optimizer.zero_grad()",
        "loss.backward()",
        "optimizer.step()",
        *(("scheduler.step()",) if after else ()),
    )


def _measure(recipe: Recipe, pass_: Forward) -> Lines:
    """Add the numbers of one batch."""
    sums = ["loss * len(features)"]
    lines = [pass_.call, *pass_.loss]
    if recipe.classifies:
        lines.append(f"correct = {pass_.output}.argmax(dim=1) == targets")
        sums.append("correct.sum()")
        return (*lines, f"sums += torch.stack([{', '.join(sums)}])")
    return (*lines, f"sums += {sums[0]}")


def _metrics(recipe: Recipe) -> Lines:
    if recipe.classifies:
        return (
            "loss_mean, accuracy = (sums / len(data.targets)).tolist()",
            'return {f"{name}_loss": loss_mean, f"{name}_accuracy": accuracy}',
        )
    return ('return {f"{name}_loss": sums.item() / len(data.targets)}',)


def _begin(recipe: Recipe) -> Lines:
    names = ["batch_size", "lr", "seed"]
    if needs_length(recipe):
        names.insert(0, "epochs")
    parts = ["model", "optimizer", *(["scheduler"] if recipe.scheduler else [])]
    items = tuple(f'"{name}": args.{name}' for name in names)
    fixed = layout(Group("{", items, "}", collection=True), INDENT, "fixed = ")
    making = call("Run", "args.out", "fixed", *(f"{part}={part}" for part in parts))
    return (*fixed, *layout(making, INDENT, "run = "))


def _after_epoch(recipe: Recipe) -> Lines:
    scheduler = recipe.scheduler
    if scheduler is None or scheduler.steps == "batch":
        return ()
    watched = scheduler.watched
    return (f'scheduler.step(row["{watched}"])' if watched else "scheduler.step()",)
