"""The plan of the script that trains."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.own import own_classes
from mlpgen.styles.code import Code
from mlpgen.styles.docstrings import docstring
from mlpgen.styles.scripts.epochs import (
    after_epoch,
    constants,
    evaluating,
    finished_lines,
    function,
    loaded,
    score,
    settings_lines,
)
from mlpgen.styles.scripts.forward import forward
from mlpgen.styles.scripts.imports import import_lines
from mlpgen.styles.scripts.making import making
from mlpgen.styles.scripts.measuring import measuring
from mlpgen.styles.scripts.optimizing import peak
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
        overfit: The data that becomes one batch where it is learned by heart.
        most: The largest size of a batch.
        shared: What divides the number of examples, for people.
        parallel: Lines that make the model as all ranks train it.
        closing: Lines that look at what the best weights make of the test data.
        evaluating: Lines that add the metrics of an epoch.
        after_epoch: Lines.
        condition: Whether another epoch follows.
        finished: Lines that tell whether the training may end before its time.
        score: What the best epoch has the highest of.
        settings: Lines that set torch up.
        rate: What `--lr` is.
        own: Whether the model has modules of the author's own.
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
    overfit: Code
    most: Code
    shared: Code
    parallel: Lines
    closing: Lines
    evaluating: Lines
    after_epoch: Lines
    condition: Code
    finished: Lines
    score: Code
    settings: Lines
    rate: Code
    own: bool


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
    ending = finished_lines(recipe)
    written_lines = (*closure, *step, *measured.batch, *measured.result)
    several = training.accumulate > 1
    return TrainPlan(
        template="scripts/train.py.jinja",
        docstring=_docstring(graph, recipe),
        imports=_imports(graph, recipe, (*written_lines, *made.lines, *ending)),
        model=Code(graph.name),
        stem=Code(graph.stem),
        title=Code(recipe.dataset.title),
        constants=constants(graph, recipe),
        making=made,
        train_epoch=function(
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
        train_step=function(
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
        evaluate=function(
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
        loaded=Code(loaded(recipe)),
        overfit=Code(" = ".join(_parts(recipe))),
        most=Code("len(train.targets)" + (" // ACCUMULATE" if several else "")),
        shared=Code(" by ACCUMULATE" if several else ""),
        parallel=_parallel(graph, recipe),
        closing=_closing(recipe, typed=bool(args)),
        evaluating=evaluating(recipe, typed=bool(args)),
        after_epoch=after_epoch(recipe),
        condition=Code(
            "run.epoch <= args.epochs" + (" and not finished(run)" if ending else "")
        ),
        finished=ending,
        score=Code(score(recipe)),
        settings=settings_lines(recipe),
        rate=Code(f"{'peak of the ' if peak(recipe) else ''}learning rate"),
        own=bool(own_classes(graph)),
    )


def _parts(recipe: Recipe) -> list[str]:
    return ["train", *(["validation"] if recipe.settings.validation else []), "test"]


def _parallel(graph: Graph, recipe: Recipe) -> Lines:
    """Wrap the model; parameters that no loss depends on have to be looked for."""
    found = _needed(graph, {term.output for term in recipe.terms})
    spare = any(node.parameters and node.name not in found for node in graph.nodes)
    if not spare:
        return ("trained = DistributedDataParallel(model) if RANKS > 1 else model",)
    return (
        "trained = (",
        "    DistributedDataParallel(model, find_unused_parameters=True)",
        "    if RANKS > 1",
        "    else model",
        ")",
    )


def _needed(graph: Graph, values: Iterable[str]) -> set[str]:
    """Name the layers that values depend on."""
    nodes = {node.name: node for node in graph.nodes}
    waiting, found = [*values], set[str]()
    while waiting:
        name = waiting.pop().partition(".")[0]
        if name in nodes and name not in found:
            found |= {name, nodes[name].shared, nodes[name].tied}
            waiting += nodes[name].sources
    return found


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
                "newest",
                "printable",
                "settings",
                "usable",
            )
        ),
    }
    needs |= {f"run_{stem}:check_own"} if own_classes(graph) else set()
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
