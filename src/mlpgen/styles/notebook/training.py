"""The cells of a notebook that load the data, train, and look at the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.expressions import written
from mlpgen.styles.code import Code, Group, layout
from mlpgen.styles.notebook.markdown import escaped
from mlpgen.styles.notebook.picking import pick
from mlpgen.styles.notebook.words import result
from mlpgen.styles.scripts import data
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
from mlpgen.styles.scripts.making import making
from mlpgen.styles.scripts.measuring import measuring
from mlpgen.styles.scripts.optimizing import rate
from mlpgen.styles.scripts.step import plain_step_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines
    from mlpgen.styles.scripts.measuring import Measuring

_SETTINGS = ("EPOCHS", "BATCH_SIZE", "LEARNING_RATE", "SEED")
"""Constants of the script that a notebook has among the settings."""


class Figure(NamedTuple):
    """One that is drawn of the test data.

    Attributes:
        definition: Lines of its function.
        call: The line that draws it.
    """

    definition: Lines
    call: Code


class LearningPlan(NamedTuple):
    """What the template shows of a training.

    Attributes:
        settings: Lines with the settings of the spec.
        data: Lines that define how the data is read.
        title: What the data is called, as Markdown.
        loaded: What `load` gives.
        classes: Where the names of the classes are; empty if there are none.
        augment: Lines that define how images are changed; nothing if they are not.
        mixes: Whether that changes targets too.
        groups: Lines of the function that parts the parameters, if there is one.
        making: Lines that make the optimizer and what goes with it.
        train_epoch: The lines that begin this function.
        size: How many examples make a step.
        step: Lines that update the model.
        closure: Lines that compute the loss where the optimizer asks for it.
        train_step: The lines that begin the function around them.
        measured: What the evaluation calls the targets.
        measuring: How the model is evaluated.
        finished: Lines that tell whether the training may end before its time.
        say: How it says why.
        condition: Whether another epoch follows.
        arguments: What `train_epoch` is called with.
        evaluating: Lines that add the metrics of an epoch.
        after_epoch: Lines.
        score: What the best epoch has the highest of.
        kept: The model that is evaluated and kept.
        validated: Whether the test data is looked at only at the end.
        curves: Lines that define how metrics are drawn.
        draw: Lines that define how an image is drawn; nothing if there are none.
        outputs: Lines of the function that gives what the model makes of data.
        result: Lines that say what is drawn of it, in Markdown.
        figures: What is drawn.
    """

    settings: Lines
    data: Lines
    title: Code
    loaded: Code
    classes: Code
    augment: Lines
    mixes: bool
    groups: Lines
    making: Lines
    train_epoch: Lines
    size: Code
    step: Lines
    closure: Lines
    train_step: Lines
    measured: Code
    measuring: Measuring
    finished: Lines
    say: Code
    condition: Code
    arguments: Code
    evaluating: Lines
    after_epoch: Lines
    score: Code
    kept: Code
    validated: bool
    curves: Lines
    draw: Lines
    outputs: Lines
    result: Lines
    figures: tuple[Figure, ...]


def learning(
    graph: Graph, captured: Sequence[str], texts: Mapping[str, str]
) -> LearningPlan:
    """Plan the cells of a training.

    Args:
        graph: The network, which is trained.
        captured: Layers whose outputs the model returns as well.
        texts: The files that the cells are made from, by their names.
    """
    recipe = graph.recipe
    assert recipe is not None
    pass_ = forward(graph, recipe, captured, mixed=recipe.mixes)
    testing = forward(graph, recipe, captured)
    made = making(recipe, indent=0)
    several = recipe.settings.accumulate > 1
    averaged = recipe.settings.ema is not None
    ending = finished_lines(recipe)

    def definitions(kind: str, *roots: str, known: tuple[str, ...] = ()) -> Lines:
        text = texts[f"{kind}_{graph.stem}.py"]
        picked = pick(text.replace("Path(__file__).parent", "Path()"), roots, known)
        space = ("", "") if picked.constants and picked.definitions else ()
        return (*picked.constants, *space, *picked.definitions)

    classes = data.plan(graph, recipe).names
    return LearningPlan(
        settings=_settings(graph, recipe),
        data=definitions("data", "load", *(["CLASSES"] if classes else [])),
        title=Code(escaped(recipe.dataset.title)),
        loaded=Code(loaded(recipe)),
        classes=classes,
        augment=definitions("augment", "augment") if recipe.augmentations else (),
        mixes=recipe.mixes,
        groups=made.groups,
        making=made.lines,
        train_epoch=function(
            "train_epoch",
            "None",
            "model: nn.Module",
            "optimizer: torch.optim.Optimizer",
            *made.parameters,
            "data: Data",
            "epoch: int",
        ),
        size=Code("(ACCUMULATE * args.batch_size)" if several else "args.batch_size"),
        step=plain_step_lines(recipe, pass_),
        closure=pass_.lines if recipe.optimizer.closure else (),
        train_step=function(
            "train_step",
            "None",
            "model: nn.Module",
            "optimizer: torch.optim.Optimizer",
            "features: Tensor",
            "targets: Tensor",
        ),
        measured=testing.targets,
        measuring=measuring(recipe, testing),
        finished=ending,
        say=Code(", say=print" if ending else ""),
        condition=Code(
            "run.epoch <= args.epochs" + (" and not finished(run)" if ending else "")
        ),
        arguments=Code(", ".join(("model", *made.names, "train", "run.epoch"))),
        evaluating=evaluating(recipe, typed=False),
        after_epoch=after_epoch(recipe),
        score=Code(score(recipe)),
        kept=Code("average.module" if averaged else "model"),
        validated=recipe.settings.validation is not None,
        curves=definitions("plot", "curves"),
        draw=definitions("plot", "draw") if recipe.dataset.pictures else (),
        outputs=definitions("predict", "outputs"),
        result=result(recipe),
        figures=tuple(
            Figure(definitions("plot", name, known=("draw",)), Code(call))
            for name, call in _figures(recipe).items()
        ),
    )


def _settings(graph: Graph, recipe: Recipe) -> Lines:
    training = recipe.settings
    items = (
        f"epochs={training.epochs}",
        f"batch_size={training.batch_size}",
        f"lr={written(rate(recipe))}",
        f"seed={training.seed}",
        'data_dir=Path("data")',
        "device=torch.device(device)",
    )
    device = "torch.accelerator.current_accelerator(check_available=True)"
    made = Group("SimpleNamespace(", items, ")", exploded=True)
    others = [
        line
        for line in constants(graph, recipe)
        if line.partition(" = ")[0] not in _SETTINGS
    ]
    return (
        f'device = {device} or "cpu"',
        *layout(made, 0, "args = "),
        *others,
        *settings_lines(recipe),
    )


def _figures(recipe: Recipe) -> dict[str, str]:
    """Name the functions that draw what the model makes of the test data."""
    if recipe.dataset.text:
        return {}
    if recipe.classifies:
        taken = "results.cpu().argmax(dim=1)"
        found = {"confusion": f"targets.cpu(), {taken}, classes"}
        if recipe.dataset.pictures:
            found["mistakes"] = "features, targets, results, classes"
    elif recipe.dataset.pictures:
        found = {"restored": "features.cpu(), results.cpu()"}
    else:
        found = {"compared": "targets.cpu(), results.cpu()"}
    return {
        name: f"figure = {name}(pyplot, {arguments})"
        for name, arguments in found.items()
    }
