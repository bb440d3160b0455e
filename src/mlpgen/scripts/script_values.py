"""The values that templates of scripts can use."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.entries.custom_classes import custom_classes
from mlpgen.graph.walks import leaf_layers
from mlpgen.names.members import layer_in
from mlpgen.scripts import optimizer, scheduler, spec_data
from mlpgen.scripts.custom import custom_functions
from mlpgen.scripts.data_loading import OF_ABOUT, data_module, load_arguments
from mlpgen.scripts.flags import flags, own_types
from mlpgen.scripts.loss import batch_to_loss
from mlpgen.scripts.metrics import measured
from mlpgen.scripts.weights import weighting
from mlpgen.styles.code import Code, call, flat, keyword, literal, quoted
from mlpgen.symbols.sizes import Size
from mlpgen.training.metrics import metric

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlpgen.graph.nodes import Model
    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.scripts.flags import Flag
    from mlpgen.scripts.loss import Forward
    from mlpgen.scripts.metrics import Measured
    from mlpgen.scripts.optimizer import Grouped
    from mlpgen.spec.training import Training
    from mlpgen.training.augmentations import Augmentation
    from mlpgen.training.data.base import Input

_SHOWN = ("epochs", "batch_size", "seed", "subset", "validation")
"""Settings that templates show themselves."""
_DTYPES = {"bf16": Code("torch.bfloat16"), "fp16": Code("torch.float16")}
_SIZES = (2500, 1000, 500, 250, 100, 50, 25, 10, 5, 2)


class ScriptValues(NamedTuple):
    """The values that templates of scripts can use; those of type `Code` are printed.

    Attributes:
        graph: The network.
        recipe: How it is trained.
        settings: The key `training` of the spec.
        model: The class.
        classes: That and the blocks that flags can name, to be imported.
        stem: The file of the class, without `.py`.
        title: The name of the data.
        file: An example of a file to predict for.
        data_module: The shared module that reads the data.
        load: The call that loads the data.
        known: What that tells of it, without more of it than is needed.
        reads: The function of that module that reads files for predictions.
        flags: The parameters of the model, as flags.
        constants: Pairs of a name and its value, for what few specs set.
        starts: Pairs of a setting of where the training starts, and its constant.
        eval_batch_size: The batch size of evaluations.
        lr: The learning rate, or its peak.
        optimizer: The call that makes it.
        grouped: The groups of its parameters, or None.
        rates: Whether the scheduler takes the learning rate of each group.
        scheduler: The call that makes it; empty without one.
        counts_steps: Whether that needs the number of steps in an epoch.
        by_step: Whether the scheduler advances after each step.
        watched: The metric of unseen data that it depends on, if any.
        fixed_epochs: Whether the schedule depends on the number of epochs.
        find_unused: Whether some parameters have no effect on any loss.
        forward: The variables of outputs, and the computation of the loss.
        lead: The variable of the first input.
        channels_last: The variables of images that have the channels last in memory.
        autocast: The dtype of the forward pass; empty for float32.
        augmentations: Pairs of what is assigned and the call that augments a batch.
        weighting: The calls that give the data the weights of the loss.
        measured: The code of the metrics in an evaluation.
        binary: Whether one number tells two classes apart.
        places: Whether there is a class for each place of the output.
        several: Whether several numbers do, each another two.
        of_each: What is measured of each of several targets at the end, as a list of
            names; empty without such.
        inverse: The function that brings the first output to the unit of the targets;
            empty if it has it.
        at_end: Metrics that are computed of the model of the best epoch.
        kept: The model that is evaluated and saved: itself, or a mean of its weights.
        unseen: The data that ranks epochs: `test` or `validation`.
        score: The metric that ranks epochs, such as `accuracy`.
        lowest: Whether its lowest value is the best, though it is not the loss.
        value: The prediction from the first output, such as probabilities.
        pictures: Whether the model maps images to images.
        shapes: The shape of one example, of each input.
        free: The dimensions of each input that are free; empty if none is.
        own: The files of custom classes and functions, quoted.
        own_imports: Pairs of a module and the custom functions imported from it.
        network: What the spec says of the network, as plain data.
        training: What it says of the training, likewise.
    """

    graph: Model
    recipe: Recipe
    settings: Training
    model: Code
    classes: Code
    stem: Code
    title: Code
    file: Code
    data_module: Code
    load: Code
    known: Code
    reads: Code
    flags: tuple[Flag, ...]
    constants: tuple[tuple[Code, float | Code], ...]
    starts: tuple[tuple[Code, Code], ...]
    eval_batch_size: int
    lr: float
    optimizer: Code
    grouped: Grouped | None
    rates: bool
    scheduler: Code
    counts_steps: bool
    by_step: bool
    watched: Code
    fixed_epochs: bool
    find_unused: bool
    forward: Forward
    lead: Code
    channels_last: tuple[Code, ...]
    autocast: Code
    augmentations: tuple[tuple[Code, Code], ...]
    weighting: tuple[Code, ...]
    measured: Measured
    binary: bool
    places: bool
    several: bool
    of_each: Code
    inverse: Code
    at_end: tuple[str, ...]
    kept: Code
    unseen: Code
    score: Code
    lowest: bool
    value: Code
    pictures: bool
    shapes: Code
    free: Code
    own: tuple[Code, ...]
    own_imports: tuple[tuple[Code, Code], ...]
    network: Code
    training: Code


def script_values(
    graph: Model, recipe: Recipe, captured: Sequence[str]
) -> ScriptValues:
    """Compute the values that templates of scripts can use.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model also returns.
    """
    settings, schedule = recipe.settings, recipe.schedule
    forward = batch_to_loss(graph, recipe, captured)
    watched = schedule.scheduler.watched if schedule else ""
    return ScriptValues(
        graph=graph,
        recipe=recipe,
        settings=settings,
        model=Code(graph.name),
        classes=Code(", ".join(dict.fromkeys([graph.name, *own_types(graph)]))),
        stem=Code(graph.stem),
        title=Code(recipe.dataset.title),
        file=Code(recipe.dataset.origin.example),
        data_module=Code(data_module(recipe)),
        load=_load(recipe),
        known=_known(recipe),
        reads=Code("read_window" if recipe.dataset.text else "read_files"),
        flags=flags(graph),
        constants=(*_constants(settings), *_starts(recipe).items()),
        starts=tuple((Code(name.lower()), name) for name in _starts(recipe)),
        eval_batch_size=_eval_batch_size(graph),
        lr=scheduler.learning_rate(recipe),
        optimizer=optimizer.optimizer_call(recipe),
        grouped=optimizer.grouped(recipe),
        rates=scheduler.has_rates(recipe),
        scheduler=scheduler.scheduler_call(recipe),
        counts_steps=scheduler.depends_on_steps(recipe),
        by_step=schedule is not None and schedule.by_step,
        watched=Code(watched.partition("_")[2]),
        fixed_epochs=scheduler.depends_on_epochs(recipe),
        find_unused=_find_unused(graph, recipe),
        forward=forward,
        lead=next(iter(forward.inputs.values())),
        channels_last=forward.images if settings.channels_last else (),
        autocast=_DTYPES.get(settings.precision, Code("")),
        augmentations=tuple(_augmentation(each) for each in recipe.augmentations),
        weighting=weighting(recipe),
        measured=measured(recipe, forward),
        binary=recipe.kind == "binary",
        places=recipe.kind == "places",
        several=recipe.kind == "several",
        of_each=_of_each(recipe),
        inverse=Code(recipe.main.loss.inverse),
        at_end=tuple(
            name for name in recipe.metrics if metric(name, recipe.kind).at_end
        ),
        kept=Code("model" if settings.ema is None else "average"),
        unseen=Code("validation" if settings.validation else "test"),
        score=Code(recipe.best.metric),
        lowest=recipe.best.lowest and recipe.best.metric != "loss",
        value=_value(recipe, forward.output),
        pictures=recipe.target == "image" and len(recipe.main.shape) == 3,
        shapes=Code(", ".join(map(_shape, recipe.dataset.inputs))),
        free=_free(graph),
        own=tuple(
            Code(quoted(f"{module.replace('.', '/')}.py"))
            for module in sorted({*custom_classes(graph), *custom_functions(recipe)})
        ),
        own_imports=tuple(
            (Code(module), Code(", ".join(names)))
            for module, names in custom_functions(recipe).items()
        ),
        network=spec_data.laid_out(spec_data.network(graph)),
        training=spec_data.laid_out(spec_data.training(graph, recipe)),
    )


def _shape(given: Input) -> str:
    return flat(literal(tuple(map(int, given.shape))))


def _free(graph: Model) -> Code:
    """List the free dimensions of each input, with the batch."""
    found = [
        [at for at, size in enumerate(value.shape, 1) if isinstance(size, Size)]
        for value in graph.inputs.values()
    ]
    return Code(flat(literal(found))) if any(found) else Code("")


def _constants(settings: Training) -> tuple[tuple[Code, float | Code], ...]:
    """Name what a spec sets and that templates do not show themselves."""
    found: list[tuple[Code, float | Code]] = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and value != field.default and name not in _SHOWN:
            found.append((Code(name.upper()), value))
    return tuple(found)


def _starts(recipe: Recipe) -> dict[Code, Code]:
    """Name where a training starts, for what a spec says of it."""
    start, freeze = recipe.start, recipe.settings.freeze
    found: dict[str, Any] = {"WEIGHTS": start.path} if start else {}
    found |= {"WEIGHTS_EXCEPT": start.without} if start and start.without else {}
    found |= {"FREEZE": freeze} if freeze else {}
    return {Code(name): Code(flat(literal(each))) for name, each in found.items()}


def _load(recipe: Recipe) -> Code:
    taken = ("args.data_dir", "args.device", *load_arguments(recipe))
    return Code(flat(call(f"{data_module(recipe)}.load", *taken)))


def _known(recipe: Recipe) -> Code:
    """Write what `load` tells: of images from folders whose scale is given, without."""
    if data_module(recipe) != "data_images" or recipe.settings.normalize == "auto":
        return Code(f"{_load(recipe)}.about")
    taken = load_arguments(recipe, OF_ABOUT)
    return Code(flat(call("data_images.known", "args.data_dir", *taken)))


def _eval_batch_size(graph: Model) -> int:
    """Choose a batch size that keeps the largest tensor of the model below 16 MiB.

    Malloc returns larger ones to the system and fetches them again for each batch.
    """
    floats = max(
        (
            prod(map(int, part.shape))
            for node in leaf_layers(graph.nodes)
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
    if recipe.kind not in ("classes", "places"):
        return Code(recipe.main.loss.inverted(output))
    given = recipe.main.loss.probabilities.format(output, dim=recipe.main.dim)
    return Code(f"{given}.movedim(-1, 1)" if recipe.main.dim > 1 else given)


def _of_each(recipe: Recipe) -> Code:
    """List the metrics of each of several targets, if an example is a row of them."""
    several = len(recipe.main.shape) == 1 and prod(recipe.main.shape) > 1
    if not several or recipe.target != "number" or recipe.main.loss.custom:
        return Code("")
    found = [name for name in recipe.metrics if metric(name, recipe.kind).of_each]
    return Code(flat(literal(found))) if found else Code("")


def _find_unused(graph: Model, recipe: Recipe) -> bool:
    """Tell whether some parameters have no effect on any loss."""
    outputs = {output for term in recipe.terms for output in term.outputs}
    found = _ancestors(graph, outputs)
    return any(node.parameters and node.name not in found for node in graph.nodes)


def _ancestors(graph: Model, values: Iterable[str]) -> set[str]:
    """Return the names of the layers that values depend on."""
    nodes = {node.name: node for node in graph.nodes}
    waiting, found = [*values], set[str]()
    while waiting:
        name = layer_in(waiting.pop(), nodes)
        if name in nodes and name not in found:
            node = nodes[name]
            found |= {name, node.shared, layer_in(node.tied, nodes)}
            waiting += node.reads
    return found
