"""The plan of a notebook: the files of a spec in cells, run from top to bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import Code, Group, call, layout
from mlpgen.styles.notebook.picking import imports, needed, pick
from mlpgen.styles.notebook.training import LearningPlan, learning
from mlpgen.styles.notebook.words import title
from mlpgen.styles.scripts.imports import import_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlpgen.cells import Cell
    from mlpgen.graph.nodes import Graph
    from mlpgen.layers.base import Value
    from mlpgen.styles.plan import Lines

IMPORTED = {
    "Any": {"typing:Any"},
    "Callable": {"collections.abc:Callable"},
    "F": {"torch.nn:functional as F"},
    "SimpleNamespace": {"types:SimpleNamespace"},
    "Tensor": {"torch:Tensor"},
    "copy": {"copy"},
    "math": {"math"},
    "nn": {"torch:nn"},
    "os": {"os"},
    "Path": {"pathlib:Path"},
    "pyplot": {"matplotlib:pyplot"},
    "time": {"time"},
    "torch": {"torch"},
}
"""What the cells themselves may import, by its name."""


class NotebookPlan(NamedTuple):
    """What the template of a notebook shows.

    Attributes:
        template: The file in `templates/`.
        title: Lines that say what it is about.
        imports: Of all cells.
        model: The class, and the blocks before it.
        name: Of the class.
        subject: The model whose layers are looked at.
        examples: Lines that make something for the model to look at.
        maps: Whether layers give images, whose channels can be drawn.
        learning: How it is trained, or None.
    """

    template: str
    title: Lines
    imports: Lines
    model: Lines
    name: Code
    subject: Code
    examples: Lines
    maps: bool
    learning: LearningPlan | None


def plan(
    graph: Graph, captured: Sequence[str], texts: Mapping[str, str]
) -> NotebookPlan:
    """Plan the notebook of a graph.

    Args:
        graph: The network.
        captured: Layers whose outputs the model returns as well.
        texts: The files that it is made from, by their names.
    """
    picked = pick(texts[f"{graph.stem}.py"])
    return NotebookPlan(
        template="notebook.py.jinja",
        title=title(graph),
        imports=(),
        model=(*picked.constants, *picked.definitions),
        name=Code(graph.name),
        subject=Code("best" if graph.recipe else "model"),
        examples=_examples(graph),
        maps=any(len(node.output) == 3 for node in graph.nodes if node.active),
        learning=learning(graph, captured, texts) if graph.recipe else None,
    )


def with_imports(
    plan: NotebookPlan, texts: Mapping[str, str], cells: Iterable[Cell]
) -> NotebookPlan:
    """Add the imports that the cells turn out to need.

    Args:
        plan: Without them.
        texts: The files that it is made from, by their names.
        cells: Its cells.
    """
    modules = [name.removesuffix(".py") for name in texts]
    found = imports(texts.values(), modules) | IMPORTED
    code = "\n".join(each.source for each in cells if each.kind == "code")
    return plan._replace(imports=import_lines(needed(code, found)))


def _examples(graph: Graph) -> Lines:
    """Make two examples of what the model takes."""
    made = tuple(_example(value) for value in graph.inputs.values())
    inputs = Group("(", made, ",)" if len(made) == 1 else ")", collection=True)
    return tuple(layout(inputs, 0, "examples = "))


def _example(value: Value) -> Group:
    sizes = [str(size) for size in value.shape]
    sizes = ["2", *sizes] if value.batched else sizes
    if value.dtype == "float32":
        return call("torch.randn", *sizes)
    return call("torch.zeros", *sizes, f"dtype=torch.{value.dtype}")
