"""What the templates of scripts show, beside the graph and the recipe."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.entries.custom_classes import own_classes
from mlpgen.graph.nodes import held
from mlpgen.scripts import optimizer, scheduler
from mlpgen.scripts.data_loading import data_module, load_arguments
from mlpgen.scripts.flags import flags
from mlpgen.scripts.loss import forward
from mlpgen.scripts.metrics import measured
from mlpgen.styles.code import Code, call, flat, keyword, literal, quoted
from mlpgen.training.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlpgen.graph.nodes import Model
    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.scripts.flags import Flag
    from mlpgen.scripts.loss import Forward
    from mlpgen.scripts.metrics import Measured
    from mlpgen.spec.training import Training
    from mlpgen.training.augmentations import Augmentation

_SHOWN = ("epochs", "batch_size", "seed", "subset", "validation")
"""Numbers that have a place of their own."""
_DTYPES = {"bf16": Code("torch.bfloat16"), "fp16": Code("torch.float16")}
_SIZES = (2500, 1000, 500, 250, 100, 50, 25, 10, 5, 2)


class Script(NamedTuple):
    """What templates of scripts may show. What is no `Code` decides about branches.

    Attributes:
        graph: The network.
        recipe: How it is trained.
        settings: What the spec says under `training`.
        model: The class.
        stem: The file of the class, without `.py`.
        title: What the data is called.
        file: A file that could be predicted for, for example.
        data_module: The shared module that reads the data.
        load: The call of it that loads the data.
        flags: The parameters of the model, as flags.
        constants: Pairs of a name and its value, for what few specs say.
        eval_batch_size: Examples of one batch where nothing is learned.
        lr: The learning rate, or its peak.
        optimizer: The call that makes it.
        scheduler: The call that makes it; empty without one.
        counts_steps: Whether that needs the number of steps of an epoch.
        by_step: Whether the scheduler moves on after each step.
        watched: The metric of unseen data that it looks at, if it looks at one.
        fixed_epochs: Whether something follows from the number of epochs.
        find_unused: Whether no loss depends on some parameters.
        forward: The names of outputs, and what is done with them.
        channels_last: Whether batches of images are laid out with channels last.
        autocast: The type that the forward pass is computed in; empty for float32.
        augmentations: The calls that change a batch: pairs of what they give, and the
            call.
        measured: What an evaluation measures.
        at_end: Metrics that look at the model of the best epoch.
        kept: The model that is evaluated and kept: itself, or a mean of its weights.
        unseen: The data that decides between epochs: `test` or `validation`.
        score: The metric that decides, such as `accuracy`.
        value: What is made of the first output, such as probabilities.
        pictures: Whether it gives images for images.
        example: The call that makes two examples.
        own: The files of the author's own that the model imports, quoted.
    """

    graph: Model
    recipe: Recipe
    settings: Training
    model: Code
    stem: Code
    title: Code
    file: Code
    data_module: Code
    load: Code
    flags: tuple[Flag, ...]
    constants: tuple[tuple[Code, float], ...]
    eval_batch_size: int
    lr: float
    optimizer: Code
    scheduler: Code
    counts_steps: bool
    by_step: bool
    watched: Code
    fixed_epochs: bool
    find_unused: bool
    forward: Forward
    channels_last: bool
    autocast: Code
    augmentations: tuple[tuple[Code, Code], ...]
    measured: Measured
    at_end: tuple[str, ...]
    kept: Code
    unseen: Code
    score: Code
    value: Code
    pictures: bool
    example: Code
    own: tuple[Code, ...]


def plan(graph: Model, recipe: Recipe, captured: Sequence[str]) -> Script:
    """Gather what the scripts of a graph show.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model returns as well.
    """
    settings, schedule = recipe.settings, recipe.schedule
    pass_ = forward(graph, recipe, captured)
    watched = schedule.scheduler.watched if schedule else ""
    return Script(
        graph=graph,
        recipe=recipe,
        settings=settings,
        model=Code(graph.name),
        stem=Code(graph.stem),
        title=Code(recipe.dataset.title),
        file=Code(recipe.dataset.origin.example),
        data_module=Code(data_module(recipe)),
        load=_load(recipe),
        flags=flags(graph),
        constants=_constants(settings),
        eval_batch_size=_eval_batch_size(graph),
        lr=scheduler.rate(recipe),
        optimizer=optimizer.optimizer(recipe),
        scheduler=scheduler.scheduler(recipe),
        counts_steps=scheduler.counts_steps(recipe),
        by_step=schedule is not None and schedule.by_step,
        watched=Code(watched.partition("_")[2]),
        fixed_epochs=scheduler.needs_length(recipe),
        find_unused=_find_unused(graph, recipe),
        forward=pass_,
        channels_last=settings.channels_last and recipe.dataset.pictures,
        autocast=_DTYPES.get(settings.precision, Code("")),
        augmentations=tuple(_augmentation(each) for each in recipe.augmentations),
        measured=measured(recipe, pass_.output),
        at_end=tuple(name for name in recipe.metrics if METRICS[name].at_end),
        kept=Code("model" if settings.ema is None else "average"),
        unseen=Code("validation" if settings.validation else "test"),
        score=Code("accuracy" if recipe.classifies else "loss"),
        value=_value(recipe, pass_.output),
        pictures=recipe.target == "image" and len(recipe.dataset.shape) == 3,
        example=_example(recipe),
        own=tuple(
            Code(quoted(f"{module.replace('.', '/')}.py"))
            for module in own_classes(graph)
        ),
    )


def _constants(settings: Training) -> tuple[tuple[Code, float], ...]:
    """Name the numbers that a spec sets and that are none of what all scripts show."""
    found: list[tuple[Code, float]] = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and value != field.default and name not in _SHOWN:
            found.append((Code(name.upper()), value))
    return tuple(found)


def _load(recipe: Recipe) -> Code:
    taken = ("args.data_dir", "args.device", *load_arguments(recipe))
    return Code(flat(call(f"{data_module(recipe)}.load", *taken)))


def _example(recipe: Recipe) -> Code:
    sizes = map(str, map(int, recipe.dataset.shape))
    dtype = recipe.dataset.dtype
    kind = [] if dtype == "float32" else [keyword("dtype", Code(f"torch.{dtype}"))]
    return Code(flat(call("torch.zeros", "2", *sizes, *kind)))


def _eval_batch_size(graph: Model) -> int:
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


def _augmentation(each: Augmentation) -> tuple[Code, Code]:
    name = type(each).__name__.lower()
    fields = type(each).model_fields
    given = [keyword(key, literal(getattr(each, key))) for key in fields]
    taken = "features, targets" if each.mixes else "features"
    return Code(taken), Code(flat(call(f"{each.module}.{name}", taken, *given)))


def _value(recipe: Recipe, output: str) -> Code:
    if not recipe.classifies:
        return Code(output)
    return Code(recipe.terms[0].loss.probabilities.format(output))


def _find_unused(graph: Model, recipe: Recipe) -> bool:
    """Tell whether some parameters have to be looked for, since no loss needs them."""
    found = _needed(graph, {term.output for term in recipe.terms})
    return any(node.parameters and node.name not in found for node in graph.nodes)


def _needed(graph: Model, values: Iterable[str]) -> set[str]:
    """Name the layers that values depend on."""
    nodes = {node.name: node for node in graph.nodes}
    waiting, found = [*values], set[str]()
    while waiting:
        name = waiting.pop().partition(".")[0]
        if name in nodes and name not in found:
            found |= {name, nodes[name].shared, nodes[name].tied}
            waiting += nodes[name].sources
    return found
