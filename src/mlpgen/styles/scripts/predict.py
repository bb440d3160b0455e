"""The plans of the script that uses what was trained, and of the one that draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.own import own_classes
from mlpgen.styles.code import INDENT, Code, Group, call, layout
from mlpgen.styles.docstrings import docstring
from mlpgen.styles.scripts import data
from mlpgen.styles.scripts.data import tells
from mlpgen.styles.scripts.forward import forward
from mlpgen.styles.scripts.imports import import_lines
from mlpgen.training.sources import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines

_PREDICT = (
    "model: nn.Module",
    "about: dict[str, Any]",
    "paths: list[Path]",
    "device: torch.device",
)
_SHOWN = ("folder: Path", "model: nn.Module", "about: dict[str, Any]", "test: Data")
_OF_RUN = (
    "RunError",
    "newest",
    "one_line",
    "printable",
    "read_checkpoint",
    "usable",
)


class PredictPlan(NamedTuple):
    """What the template of the script shows.

    Attributes:
        template: The file in `templates/`.
        docstring: Of the module.
        imports: Of the module.
        model: The class.
        stem: The file of the class, without `.py`.
        load: Lines that give the model its weights.
        what: What the first output is, for people.
        call: The call of the model.
        value: What is done with its first output.
        classifies: Whether it tells classes apart.
        numbers: Whether it gives numbers.
        text: Whether it says what is next in a text.
        lines: Whether the text ends with the line.
        told: Whether the data module tells what it found out about the data.
        predict: The lines that begin this function.
        reading: The call that reads a file.
        names: Where the names of the classes are.
        confusion: The lines that begin the function that counts mistakes.
        loaded: What is used of what `load` gives.
        plotted: What `plot` takes beside the rest.
        results: What is drawn of the test data.
        evaluated: What `evaluate` of the training script is called with.
        example: Lines that make examples of the right shape.
        own: Whether the model has modules of the author's own.
    """

    template: str
    docstring: Lines
    imports: Lines
    model: Code
    stem: Code
    load: Lines
    what: Code
    call: Code
    value: Code
    classifies: bool
    numbers: bool
    text: bool
    lines: bool
    told: bool
    predict: Lines
    reading: Code
    names: Code
    confusion: Lines
    loaded: Code
    plotted: Code
    evaluated: Code
    results: Code
    example: Lines
    own: bool


class PlotPlan(NamedTuple):
    """What the template of the module that draws shows.

    Attributes:
        template: The file in `templates/`.
        docstring: Of the module.
        imports: Of the module.
        results: What is drawn of the model, for people.
        classifies: Whether it tells classes apart.
        plot: The lines that begin this function.
        images: Whether the examples are images.
        numbers: Whether the targets are numbers.
    """

    template: str
    docstring: Lines
    imports: Lines
    results: Code
    classifies: bool
    plot: Lines
    images: bool
    numbers: bool


def plan(graph: Graph, recipe: Recipe, captured: Sequence[str]) -> PredictPlan:
    """Plan the script that uses a trained model.

    Args:
        graph: The network.
        recipe: How it was trained.
        captured: Layers whose outputs the model returns as well.
    """
    pass_ = forward(graph, recipe, captured)
    source = data.plan(graph, recipe)
    stem, script = graph.stem, f"predict_{graph.stem}.py"
    loss = recipe.terms[0].loss
    autocast = ", args" if pass_.autocast else ""
    lines = [
        f"Use what {graph.name} has learned.",
        "",
        f"python {script} {_file(recipe)}",
        f"python {script} --evaluate --plot --data-dir data",
        f"python {script} --export onnx",
    ]
    return PredictPlan(
        template="scripts/predict.py.jinja",
        docstring=docstring(lines),
        imports=_imports(graph, recipe),
        model=Code(graph.name),
        stem=Code(stem),
        load=_load(recipe),
        what=Code("the probabilities" if recipe.classifies else "the first output"),
        call=pass_.first,
        value=Code(
            loss.probabilities.format(pass_.output)
            if recipe.classifies
            else pass_.output
        ),
        classifies=recipe.classifies,
        numbers=recipe.target == "number",
        text=recipe.dataset.text,
        lines=source.lines,
        told=tells(recipe),
        predict=_function("predict", *_PREDICT),
        reading=Code(f"read_files([path]{', about' if tells(recipe) else ''})"),
        names=source.names,
        confusion=_function("write_confusion", *_SHOWN)
        if "confusion" in recipe.metrics
        else (),
        loaded=Code(_loaded(recipe)),
        plotted=Code(f", {source.names}" if recipe.classifies else ""),
        results=Code("targets" if recipe.dataset.text else "outputs(model, features)"),
        evaluated=Code(f'model, test, "test"{autocast}'),
        example=_example(recipe),
        own=bool(own_classes(graph)),
    )


def _file(recipe: Recipe) -> str:
    """Name a file that can be read, for example."""
    origin = recipe.dataset.origin
    named = {"csv": "table.csv", "npz": "arrays.npz", "text": "beginning.txt"}
    kind = origin.kind() if isinstance(origin, Source) else ""
    return named.get(kind, "drawn.png" if recipe.dataset.pictures else "file")


def plan_plot(graph: Graph, recipe: Recipe) -> PlotPlan:
    """Plan the module that draws the results of a training."""
    stem = graph.stem
    needs = {
        "csv",
        "importlib",
        "importlib.util",
        "pathlib:Path",
        "typing:Any",
        "torch:Tensor",
        f"run_{stem}:RunError",
        f"run_{stem}:printable",
    }
    probabilities = "The probabilities of each class, (N, C)."
    return PlotPlan(
        template="scripts/plot.py.jinja",
        docstring=docstring([f"Curves and results of {graph.name}, drawn."]),
        imports=import_lines(needs),
        results=Code(
            probabilities if recipe.classifies else "What the model gives of each."
        ),
        classifies=recipe.classifies,
        plot=_plot(recipe),
        images=recipe.dataset.pictures,
        numbers=recipe.target == "number",
    )


def _plot(recipe: Recipe) -> Lines:
    parameters = ["folder: Path"]
    parameters += [f"{name}: Tensor" for name in ("features", "targets", "results")]
    parameters += ["classes: list[str]"] if recipe.classifies else []
    return _function("plot", *parameters)


def _function(name: str, *parameters: str) -> Lines:
    return tuple(layout(Group(f"def {name}(", parameters, ") -> None:")))


def _example(recipe: Recipe) -> Lines:
    sizes = (2, *recipe.dataset.shape)
    whole = recipe.dataset.dtype == "int64"
    dtype = ("dtype=torch.int64",) if whole else ()
    arguments = (*(str(size) for size in sizes), "device=args.device", *dtype)
    return tuple(layout(call("torch.zeros", *arguments), 2 * INDENT, "example = "))


def _loaded(recipe: Recipe) -> str:
    """Take the test data alone."""
    before = 2 if recipe.settings.validation else 1
    return ", ".join([*["_"] * before, "test", *["found"] * tells(recipe)])


def _load(recipe: Recipe) -> Lines:
    if recipe.settings.ema is None:
        return ('model.load_state_dict(state["model"])',)
    return (
        'average = state["average"].items()',
        'weights = {key.removeprefix("module."): value for key, value in average}',
        'del weights["n_averaged"]',
        "model.load_state_dict(weights)",
    )


def _imports(graph: Graph, recipe: Recipe) -> Lines:
    stem = graph.stem
    names = ["Data", "DataError", "load", "read_files"]
    names += ["decode", "window"] if recipe.dataset.text else []
    names += ["CLASSES"] if data.plan(graph, recipe).names == "CLASSES" else []
    return import_lines(
        {
            "argparse",
            *(["csv"] if "confusion" in recipe.metrics else []),
            "importlib",
            "importlib.util",
            "sys",
            "pathlib:Path",
            "typing:Any",
            "torch",
            "torch:Tensor",
            "torch:nn",
            *(f"data_{stem}:{name}" for name in names),
            f"{stem}:{graph.name}",
            f"plot_{stem}:plot",
            *(f"run_{stem}:{name}" for name in _OF_RUN),
            *([f"run_{stem}:check_own"] if own_classes(graph) else []),
            f"train_{stem}:EVAL_BATCH_SIZE",
            f"train_{stem}:evaluate",
        }
    )
