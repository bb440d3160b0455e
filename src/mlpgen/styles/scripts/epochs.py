"""The lines around the epochs of a training."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlpgen.expressions import written
from mlpgen.graph.nodes import held
from mlpgen.styles.code import Group, layout
from mlpgen.styles.scripts.data import tells
from mlpgen.styles.scripts.optimizing import rate

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines


def function(name: str, result: str, *parameters: str) -> Lines:
    """Begin a function."""
    return tuple(layout(Group(f"def {name}(", parameters, f") -> {result}:")))


_SIZES = (2500, 1000, 500, 250, 100, 50, 25, 10, 5, 2)


def constants(graph: Graph, recipe: Recipe) -> Lines:
    """Write the settings of the spec."""
    training = recipe.settings
    found = {
        "EPOCHS": training.epochs,
        "BATCH_SIZE": training.batch_size,
        "ACCUMULATE": training.accumulate if training.accumulate > 1 else None,
        "LEARNING_RATE": rate(recipe),
        "CLIP_GRAD_NORM": training.clip_grad_norm,
        "EMA": training.ema,
        "PATIENCE": training.early_stopping,
        "TARGET": training.target,
        "SEED": training.seed,
        "EVAL_BATCH_SIZE": _eval_batch_size(graph),
    }
    return tuple(
        f"{name} = {written(value)}"
        for name, value in found.items()
        if value is not None
    )


def _eval_batch_size(graph: Graph) -> int:
    """Take as many examples as keep the largest tensor of the model below 16 MiB.

    Larger ones are given back to the system by malloc, and fetched anew for each batch.
    """
    floats = max(
        (
            prod(map(int, part.shape))
            for node in held(graph.nodes)
            for part in node.parts.values()
        ),
        default=1,
    )
    return next((size for size in _SIZES if 4 * size * floats <= 2**24), 1)


def evaluating(recipe: Recipe, *, typed: bool) -> Lines:
    """Add the metrics of an epoch to its `row`."""
    model = "average" if recipe.settings.ema is not None else "model"
    args = ", args" if typed else ""
    calls = [f'evaluate({model}, {data}, "{data}"{args})' for data in _watched(recipe)]
    line = f"row |= {' | '.join(calls)}"
    if len(line) <= 80:
        return (line,)
    return tuple(f"row |= {each}" for each in calls)


def after_epoch(recipe: Recipe) -> Lines:
    """Let a scheduler move on that does so once an epoch."""
    schedule = recipe.schedule
    if schedule is None or schedule.by_step:
        return ()
    metric = schedule.scheduler.watched
    if not metric:
        return ("scheduler.step()",)
    if recipe.settings.validation:
        metric = metric.replace("test", "validation")
    return (f'scheduler.step(row["{metric}"])',)


def _watched(recipe: Recipe) -> tuple[str, ...]:
    """Name the data that is evaluated each epoch."""
    unseen = "validation" if recipe.settings.validation else "test"
    return ("train", unseen) if recipe.settings.evaluate_train else (unseen,)


def loaded(recipe: Recipe) -> str:
    """Name what `load` gives."""
    names = ["train", *(["validation"] if recipe.settings.validation else []), "test"]
    return ", ".join([*names, *(["about"] if tells(recipe) else [])])


def finished_lines(recipe: Recipe) -> Lines:
    """End before the time: nothing is better for long, or the target is reached."""
    lines: list[str] = []
    if recipe.settings.early_stopping is not None:
        lines += [
            "if run.epoch - run.best_epoch > PATIENCE:",
            '    run.say(f"no better epoch since {run.best_epoch}: stopped early")',
            "    return True",
        ]
    if recipe.settings.target is not None:
        reached = "run.best >= TARGET" if recipe.classifies else "run.best >= -TARGET"
        lines += [
            f"if {reached}:",
            '    seconds = sum(row["seconds"] for row in run.rows)',
            '    run.say(f"reached {TARGET} after {seconds:.2f} s")',
            "    return True",
        ]
    return (*lines, "return False") if lines else ()


def settings_lines(recipe: Recipe) -> Lines:
    """Set torch up."""
    lines: Lines = ()
    if recipe.settings.precision == "tf32":
        lines += ('torch.set_float32_matmul_precision("high")',)
    if recipe.settings.deterministic:
        lines += (
            'os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")',
            "torch.use_deterministic_algorithms(True)",
        )
    return lines


def score(recipe: Recipe) -> str:
    """Tell what the best epoch has the highest of."""
    watched = "validation" if recipe.settings.validation else "test"
    if recipe.classifies:
        return f'row["{watched}_accuracy"]'
    return f'-row["{watched}_loss"]'
