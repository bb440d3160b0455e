"""The plan of the script that trains."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.expressions import written
from mlpgen.styles.code import Code, Group, layout
from mlpgen.styles.docstrings import docstring
from mlpgen.styles.scripts.data import tells
from mlpgen.styles.scripts.forward import forward
from mlpgen.styles.scripts.imports import import_lines
from mlpgen.styles.scripts.making import making
from mlpgen.styles.scripts.measuring import measuring
from mlpgen.styles.scripts.optimizing import peak, rate
from mlpgen.styles.scripts.step import step_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines
    from mlpgen.styles.scripts.making import Making
    from mlpgen.styles.scripts.measuring import Measuring


class TrainPlan(NamedTuple):
    """Everything that the template of a training script shows.

    Attributes:
        template: The file in `templates/`.
        docstring: Of the module.
        imports: Of the module.
        model: The class.
        stem: The file of the class, without `.py`.
        title: What the data is called.
        constants: Lines with the settings of the spec.
        making: What is made beside the model.
        train_epoch: The lines that begin this function.
        size: How many examples make a step.
        step: Lines that update the model.
        closure: Lines that compute the loss where the optimizer asks for it.
        train_step: The lines that begin the function around them.
        targets: What those lines call the targets.
        measured: What the evaluation calls them.
        evaluate: The lines that begin this function.
        measuring: How the model is evaluated.
        train_arguments: What `train_epoch` is called with.
        loaded: What `load` gives.
        closing: Lines that look at what the best weights make of the test data.
        evaluating: Lines that add the metrics of an epoch.
        after_epoch: Lines.
        condition: Whether another epoch follows.
        finished: Lines that tell whether the training may end before its time.
        score: What the best epoch has the highest of.
        settings: Lines that set torch up.
        rate: What `--lr` is.
    """

    template: str
    docstring: Lines
    imports: Lines
    model: Code
    stem: Code
    title: Code
    constants: Lines
    making: Making
    train_epoch: Lines
    size: Code
    step: Lines
    closure: Lines
    train_step: Lines
    targets: Code
    measured: Code
    evaluate: Lines
    measuring: Measuring
    train_arguments: Code
    loaded: Code
    closing: Lines
    evaluating: Lines
    after_epoch: Lines
    condition: Code
    finished: Lines
    score: Code
    settings: Lines
    rate: Code


def plan(graph: Graph, recipe: Recipe, captured: Sequence[str]) -> TrainPlan:
    """Plan the training script of a graph.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model returns as well.
    """
    training = recipe.settings
    learning = forward(graph, recipe, captured, mixed=recipe.mixes)
    testing = forward(graph, recipe, captured)
    made = making(recipe)
    measured = measuring(recipe, testing)
    step = step_lines(recipe, learning)
    closure = learning.lines if recipe.optimizer.closure else ()
    args = ("args: argparse.Namespace",) if learning.autocast else ()
    finished = _finished(recipe)
    watched = "validation" if training.validation else "test"
    written_lines = (*closure, *step, *measured.batch, *measured.result)
    several = training.accumulate > 1
    return TrainPlan(
        template="scripts/train.py.jinja",
        docstring=_docstring(graph, recipe),
        imports=_imports(graph, recipe, (*written_lines, *made.lines, *finished)),
        model=Code(graph.name),
        stem=Code(graph.stem),
        title=Code(recipe.dataset.title),
        constants=_constants(recipe),
        making=made,
        train_epoch=_function(
            "train_epoch",
            "None",
            "model: nn.Module",
            "optimizer: torch.optim.Optimizer",
            *made.parameters,
            "data: Data",
            "run: Run",
            "args: argparse.Namespace",
        ),
        size=Code("ACCUMULATE * args.batch_size" if several else "args.batch_size"),
        step=step,
        closure=closure,
        train_step=_function(
            "train_step",
            "float",
            "model: nn.Module",
            "optimizer: torch.optim.Optimizer",
            "features: Tensor",
            "targets: Tensor",
            "share: float",
            *args,
        ),
        targets=learning.targets,
        measured=testing.targets,
        evaluate=_function(
            "evaluate",
            "dict[str, float]",
            "model: nn.Module",
            "data: Data",
            "name: str",
            *args,
        ),
        measuring=measured,
        train_arguments=Code(
            ", ".join(("trained", *made.names, "train", "run", "args"))
        ),
        loaded=Code(_loaded(recipe)),
        closing=_closing(recipe, typed=bool(args)),
        evaluating=_evaluating(recipe, typed=bool(args)),
        after_epoch=_after_epoch(recipe),
        condition=Code(
            "run.epoch <= args.epochs" + (" and not finished(run)" if finished else "")
        ),
        finished=finished,
        score=Code(
            f'row["{watched}_accuracy"]'
            if recipe.classifies
            else f'-row["{watched}_loss"]'
        ),
        settings=_settings(recipe),
        rate=Code(f"{'peak of the ' if peak(recipe) else ''}learning rate"),
    )


def _function(name: str, result: str, *parameters: str) -> Lines:
    """Begin a function."""
    return tuple(layout(Group(f"def {name}(", parameters, f") -> {result}:")))


def _docstring(graph: Graph, recipe: Recipe) -> Lines:
    script = f"train_{graph.stem}.py"
    return docstring(
        [
            f"Train {graph.name} on {recipe.dataset.title}.",
            "",
            f"python {script} --epochs {recipe.settings.epochs} --device cpu",
            f"python {script} --resume",
            f"torchrun --nproc-per-node=2 {script}",
        ]
    )


def _constants(recipe: Recipe) -> Lines:
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
        "EVAL_BATCH_SIZE": _eval_batch_size(recipe),
    }
    return tuple(
        f"{name} = {written(value)}"
        for name, value in found.items()
        if value is not None
    )


def _eval_batch_size(recipe: Recipe) -> int:
    """Take fewer texts: each has an output for each character at each step."""
    if recipe.target != "next":
        return 2500
    return max(1, min(2500, 10_000_000 // prod(recipe.terms[0].shape)))


def _imports(graph: Graph, recipe: Recipe, lines: Iterable[str]) -> Lines:
    stem = graph.stem
    text = "\n".join(lines)
    needs = {
        "argparse",
        "importlib",
        "importlib.util",
        "math",
        "os",
        "sys",
        "time",
        "pathlib:Path",
        "torch",
        "torch.distributed as dist",
        "torch:nn",
        "torch.nn.parallel:DistributedDataParallel",
        *(f"data_{stem}:{name}" for name in ("Data", "DataError", "load")),
        f"{stem}:{graph.name}",
        *(
            f"run_{stem}:{name}"
            for name in (
                "RANK",
                "RANKS",
                "Run",
                "RunError",
                "join",
                "leave",
                "settings",
            )
        ),
    }
    needs |= {"torch.nn:functional as F"} if "F." in text else set()
    needs |= {"torch:Tensor"} if recipe.optimizer.closure else set()
    needs |= {"typing:Any"} if recipe.no_decay else set()
    needs |= {"torch.optim:lr_scheduler"} if recipe.schedule else set()
    if recipe.settings.ema is not None:
        names = ("AveragedModel", "get_ema_multi_avg_fn")
        needs |= {f"torch.optim.swa_utils:{name}" for name in names}
    if recipe.augmentations:
        needs.add(f"augment_{stem}:augment")
    return import_lines(needs)


def _evaluating(recipe: Recipe, *, typed: bool) -> Lines:
    model = "average" if recipe.settings.ema is not None else "model"
    args = ", args" if typed else ""
    calls = [f'evaluate({model}, {data}, "{data}"{args})' for data in _watched(recipe)]
    line = f"row |= {' | '.join(calls)}"
    if len(line) <= 80:
        return (line,)
    return tuple(f"row |= {each}" for each in calls)


def _after_epoch(recipe: Recipe) -> Lines:
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


def _loaded(recipe: Recipe) -> str:
    names = ["train", *(["validation"] if recipe.settings.validation else []), "test"]
    return ", ".join([*names, *(["about"] if tells(recipe) else [])])


def _closing(recipe: Recipe, *, typed: bool) -> Lines:
    args = ", args" if typed else ""
    lines: Lines = ()
    if recipe.settings.validation:
        lines += (
            f'final = evaluate(best, test, "test"{args})',
            "if RANK == 0:",
            "    for name, value in final.items():",
            '        print(f"{name:20} {value:10.4g}")',
        )
    if "confusion" in recipe.metrics:
        lines += (
            "if RANK == 0:",
            "    predict.write_confusion(run.folder, best, told, test)",
        )
    if not lines:
        return ()
    told = "told" if "confusion" in recipe.metrics else "_"
    return (
        "if RANKS > 1:",
        "    dist.barrier()",
        f"best, {told} = predict.load_model(run.folder, args.device)",
        *lines,
    )


def _finished(recipe: Recipe) -> Lines:
    """End before the time: nothing is better for long, or the target is reached."""
    lines: list[str] = []
    if recipe.settings.early_stopping is not None:
        lines += [
            "if run.epoch - run.best_epoch > PATIENCE:",
            '    print(f"no better epoch since {run.best_epoch}: stopped early")',
            "    return True",
        ]
    if recipe.settings.target is not None:
        reached = "run.best >= TARGET" if recipe.classifies else "run.best >= -TARGET"
        lines += [
            f"if {reached}:",
            '    seconds = sum(row["seconds"] for row in run.rows)',
            '    print(f"reached {TARGET} after {seconds:.2f} s")',
            "    return True",
        ]
    return (*lines, "return False") if lines else ()


def _settings(recipe: Recipe) -> Lines:
    lines: Lines = ()
    if recipe.settings.precision == "tf32":
        lines += ('torch.set_float32_matmul_precision("high")',)
    if recipe.settings.deterministic:
        lines += (
            'os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")',
            "torch.use_deterministic_algorithms(True)",
        )
    return lines
