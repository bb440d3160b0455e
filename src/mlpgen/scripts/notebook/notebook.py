"""The notebook of a spec: model, training and figures in cells."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.entries.custom_classes import custom_classes
from mlpgen.scripts.custom import custom_functions
from mlpgen.scripts.imports import import_lines, imported_names, used_names
from mlpgen.scripts.long_lines import broken_if_same
from mlpgen.scripts.notebook.inlining import Inliner
from mlpgen.scripts.notebook.markdown import about_figures, about_notebook, escaped
from mlpgen.scripts.script_values import script_values
from mlpgen.styles.code import Code, Group, as_code, call
from mlpgen.styles.layout import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mlpgen.graph.nodes import Model
    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.layers.base import Value
    from mlpgen.scripts.notebook.cell import Cell
    from mlpgen.scripts.script_values import ScriptValues
    from mlpgen.styles.layout import Lines

TEMPLATE = "notebook.py.jinja"
IMPORTED = {
    "Any": "typing:Any",
    "Callable": "collections.abc:Callable",
    "F": "torch.nn:functional as F",
    "LRScheduler": "torch.optim.lr_scheduler:LRScheduler",
    "Optimizer": "torch.optim:Optimizer",
    "Path": "pathlib:Path",
    "SimpleNamespace": "types:SimpleNamespace",
    "Tensor": "torch:Tensor",
    "lr_scheduler": "torch.optim:lr_scheduler",
    "nn": "torch:nn",
    "os": "os",
    "pyplot": "matplotlib:pyplot",
    "torch": "torch",
}
"""The imports that the cells themselves may need, by name."""


class Figure(NamedTuple):
    """A figure of the test data.

    Attributes:
        definition: Lines of its function.
        call: The call that draws it.
    """

    definition: Lines
    call: Code


class Learning(NamedTuple):
    """The definitions of shared modules that the cells of a training need.

    Attributes:
        data: Lines that define how the data is read.
        look: Lines that define what is printed of it.
        title: The name of the data, as Markdown.
        augment: Lines that define the augmentations.
        metrics: Lines that define the classes of metrics.
        run: Lines that define a training run in a notebook.
        groups: Lines that define how parameters are parted into groups.
        starting: Lines that define how weights are taken, and parameters frozen.
        draw: Lines that define how images are drawn; empty without images.
        curves: Lines that define how metrics are drawn.
        results: Lines that define how outputs for the test data are computed.
        said: Lines that describe the figures, as Markdown.
        figures: The figures of the test data.
    """

    data: Lines
    look: Lines
    title: Code
    augment: Lines
    metrics: Lines
    run: Lines
    groups: Lines
    starting: Lines
    draw: Lines
    curves: Lines
    results: Lines
    said: Lines
    figures: tuple[Figure, ...]


class Notebook(NamedTuple):
    """The values that the template of a notebook can use, beside those of scripts.

    Attributes:
        title: Lines of the title and description.
        name: Name of the class.
        source: Lines of the class, after those of blocks.
        examples: Lines that make example inputs.
        maps: Whether layers return images, whose channels can be drawn.
        learning: The definitions that a training needs, or None.
        script: The values of scripts, or empty.
        imports: The imports that cells may need, by name.
    """

    title: Lines
    name: Code
    source: Lines
    examples: Lines
    maps: bool
    learning: Learning | None
    script: dict[str, Any]
    imports: dict[str, str]


def notebook_values(
    graph: Model, captured: Sequence[str], text: str, read: Callable[[str], str]
) -> Notebook:
    """Compute the values that the template of a notebook can use.

    Args:
        graph: The network.
        captured: Layers whose outputs the model also returns.
        text: The file of the model.
        read: Returns the text of a shared module.
    """
    custom = (name for names in custom_classes(graph).values() for name in names)
    functions = custom_functions(graph.recipe) if graph.recipe is not None else {}
    imported = {
        name: f"{module}:{name}" for module in functions for name in functions[module]
    }
    classes = {graph.name, *(block.name for block in graph.blocks), *custom}
    inliner = Inliner(read, classes | imported.keys())
    learning, script = None, dict[str, Any]()
    if graph.recipe is not None:
        values = script_values(graph, graph.recipe, captured)
        learning = _learning(values, graph.recipe, inliner)
        script = _in_cells(values)._asdict()
    source, imports = _model(text)
    return Notebook(
        title=about_notebook(graph),
        name=Code(graph.name),
        source=source,
        examples=_examples(graph),
        maps=any(len(node.output) == 3 for node in graph.nodes if node.active),
        learning=learning,
        script=script,
        imports=IMPORTED | inliner.imports | imports | imported,
    )


def render_cells(
    graph: Model,
    captured: Sequence[str],
    text: str,
    fill: Callable[..., list[Cell]],
    header: Code,
    read: Callable[[str], str],
) -> list[Cell]:
    """Render a notebook: first without imports, to see which ones its cells need.

    Args:
        graph: The network.
        captured: Layers whose outputs the model also returns.
        text: The file of the model.
        fill: Fills a template.
        header: What marks the place of the header.
        read: Returns the text of a shared module.
    """
    notebook: Notebook = as_code(notebook_values(graph, captured, text, read))
    values = notebook.script | notebook._asdict()
    made = fill(TEMPLATE, **values, header=Code(""), imports_shown=())
    imports = _imports(notebook, made)
    made = fill(TEMPLATE, **values, header=header, imports_shown=imports)
    return [
        each._replace(source=broken_if_same(each.source))
        if each.kind == "code"
        else each
        for each in made
    ]


def _imports(notebook: Notebook, made: Iterable[Cell]) -> Lines:
    codes = (each.source for each in made if each.kind == "code")
    used = {name for code in codes for name in _used(code)}
    known = notebook.imports
    found: Lines = as_code(import_lines({known[name] for name in used & known.keys()}))
    return found


@lru_cache(256)
def _used(code: str) -> set[str]:
    """Return the names that a cell reads; most cells are in many notebooks."""
    return used_names([ast.parse(code)])


def _in_cells(script: ScriptValues) -> ScriptValues:
    """Remove the modules from calls of functions that a notebook defines itself."""
    return script._replace(
        load=Code(script.load.partition(".")[2]),
        augmentations=tuple(
            (given, Code(made.partition(".")[2]))
            for given, made in script.augmentations
        ),
    )


def _model(text: str) -> tuple[Lines, dict[str, str]]:
    """Split the file of a model into its code and its imports."""
    tree = ast.parse(text)
    found = [
        each for each in tree.body if isinstance(each, ast.Import | ast.ImportFrom)
    ]
    names: dict[str, str] = {}
    for node in found:
        names |= imported_names(node)
    begin = max((each.end_lineno or 0 for each in found), default=0)
    return tuple("\n".join(text.split("\n")[begin:]).strip("\n").split("\n")), names


def _learning(script: ScriptValues, recipe: Recipe, inliner: Inliner) -> Learning:
    pictures = recipe.dataset.pictures
    changes = [made.partition("(")[0].split(".") for _, made in script.augmentations]
    counted = [
        line.partition(" = ")[2].partition("(")[0] for line in script.measured.before
    ]
    counted += ["perplexity"] if "perplexity" in recipe.metrics else []
    averages = [] if script.settings.ema is None else ["WeightAverage"]
    callers = ["own_loss"] if any(term.loss.custom for term in recipe.terms) else []
    callers += ["own_metric"] if recipe.custom_metrics else []
    starting = [
        name
        for name, used in (
            ("take_weights", script.recipe.start),
            ("freeze", script.settings.freeze),
        )
        if used
    ]
    each = ["rows_of_targets", "tell_targets"] if script.of_each else []
    weighting = [line.partition("(")[0] for line in script.weighting]
    return Learning(
        data=_joined(
            [
                inliner.take(f"shared/{script.data_module}", "load"),
                inliner.take("shared/weighting", *weighting),
            ]
        ),
        look=inliner.take("shared/look", "facts", "tell"),
        title=Code(escaped(recipe.dataset.title)),
        augment=_joined(
            [
                *(inliner.take(f"shared/{at}", name) for at, name in changes),
                inliner.take(
                    "shared/plot_figures",
                    *(["draw"] if changes and not pictures else []),
                ),
            ]
        ),
        metrics=_joined(
            [
                inliner.take("shared/means", "Means"),
                inliner.take("shared/scores", *counted),
                inliner.take("shared/own_functions", *callers),
                inliner.take("shared/target_scores", *each),
            ]
        ),
        run=_joined(
            [
                inliner.take("notebook/run", "Run"),
                inliner.take("shared/weight_average", *averages),
            ]
        ),
        starting=inliner.take("shared/starting", *starting),
        groups=_groups(script, inliner),
        draw=inliner.take("shared/plot_figures", "draw") if pictures else (),
        curves=inliner.take("shared/plot_figures", "curves"),
        results=() if recipe.dataset.text else inliner.take("shared/plots", "computed"),
        said=about_figures(recipe),
        figures=tuple(
            Figure(
                inliner.take("shared/plot_figures", name), Code(f"{name}({arguments})")
            )
            for name, arguments in _figures(recipe).items()
        ),
    )


def _groups(script: ScriptValues, inliner: Inliner) -> Lines:
    """Copy what makes optimizers of groups, where a spec has some."""
    if script.grouped is None:
        return ()
    found = [inliner.take("shared/parameter_groups", "part")]
    if script.grouped.made.startswith("Optimizers("):
        found.append(inliner.take("shared/optimizers", "Optimizers"))
    return _joined(found)


def _joined(definitions: Iterable[Lines]) -> Lines:
    """Join definitions with two empty lines between them."""
    found = [("", "", *lines) for lines in definitions if lines]
    return tuple(line for lines in found for line in lines)[2:]


def _figures(recipe: Recipe) -> dict[str, str]:
    """Return the functions that draw the test data, with their arguments."""
    if recipe.dataset.text or recipe.target == "own":
        return {}
    if recipe.classifies:
        found = {"confusion": "targets, results, classes"}
        if recipe.dataset.pictures:
            found["mistakes"] = "data.test, targets, results, classes"
        return found
    if recipe.kind == "places":
        return {"confusion_of_places": "targets, results, classes", **_pixels(recipe)}
    if recipe.kind == "several":
        return {"confusion_of_several": "targets, results"}
    if recipe.target == "image" and recipe.dataset.pictures:
        return {"restored": "data.test.between(0, 10)[0].cpu(), results"}
    both = ["targets", "results"]
    if recipe.standardizes:
        both = [f"data.test.in_own_unit({each})" for each in both]
    if recipe.dataset.origin.results > 1:
        both.append('[*data.about["target_columns"]]')
    return {"compared": ", ".join(both)}


def _pixels(recipe: Recipe) -> dict[str, str]:
    """Return the function that draws classes of pixels, where images have them."""
    if len(recipe.dataset.shape) != 3 or len(recipe.main.places) != 2:
        return {}
    images = "data.test.between(0, 10)[0].cpu()"
    return {"drawn_pixels": f"{images}, targets[:10], results[:10].argmax(dim=1)"}


def _examples(graph: Model) -> Lines:
    """Write two example inputs of the model."""
    made = tuple(_example(value) for value in graph.inputs.values())
    inputs = Group("(", made, ",)" if len(made) == 1 else ")", collection=True)
    return tuple(layout(inputs, 0, "examples = "))


def _example(value: Value) -> Group:
    sizes = [str(size) for size in value.shape]
    sizes = ["2", *sizes] if value.batched else sizes
    if value.dtype == "float32":
        return call("torch.randn", *sizes)
    return call("torch.zeros", *sizes, f"dtype=torch.{value.dtype}")
