"""The plan of the module that reads the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import Code, layout, literal, quoted
from mlpgen.styles.docstrings import docstring

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines


class DataPlan(NamedTuple):
    """What the template of archives in the format of MNIST shows.

    Attributes:
        template: The file in `templates/`.
        docstring: Of the module.
        title: What the data is called.
        folder: Where torchvision puts it.
        image: Height and width.
        margin: Pixels around what is drawn.
        classes: Lines with their names.
        mirrors: Where the archives are.
        archives: Names and checksums.
    """

    template: str
    docstring: Lines
    title: Code
    folder: Code
    image: Code
    margin: Code
    classes: Lines
    mirrors: Lines
    archives: Lines


def plan(graph: Graph, recipe: Recipe) -> DataPlan:
    """Plan the module that reads the data of a graph.

    Args:
        graph: The network.
        recipe: How it is trained.
    """
    data = recipe.dataset
    return DataPlan(
        template="scripts/data/idx.py.jinja",
        docstring=docstring([f"{data.title} for {graph.name}, in memory."]),
        title=Code(data.title),
        folder=Code(quoted(data.folder)),
        image=Code(", ".join(str(size) for size in data.shape[1:])),
        margin=Code(data.margin),
        classes=tuple(layout(literal(list(data.names)), 0, "CLASSES = ")),
        mirrors=tuple(f"{quoted(url)}," for url in data.mirrors),
        archives=tuple(
            f"{quoted(file)}: {quoted(md5)}," for file, md5 in data.archives.items()
        ),
    )
