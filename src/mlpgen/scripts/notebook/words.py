"""The sentences of a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.scripts.notebook.markdown import escaped, paragraph

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.styles.plan import Lines


def title(graph: Graph) -> Lines:
    """Say what the notebook is about."""
    about = paragraph(graph.description)
    size = f"{graph.total_parameters:,} parameters in {graph.layers} layers"
    trained = (
        f", trained on {escaped(graph.recipe.dataset.title)}" if graph.recipe else ""
    )
    heading = (f"# {escaped(graph.name)}", "")
    return (*heading, *about, *([""] if about else []), f"{size}{trained}.")


def result(recipe: Recipe) -> Lines:
    """Say what is drawn of the test data; nothing if it is nothing."""
    if recipe.classifies and recipe.dataset.pictures:
        return (
            "Rows are the classes, columns what the model takes them for. Below are",
            "the images of which it is surest, and wrong.",
        )
    if recipe.classifies:
        return ("Rows are the classes, columns what they are taken for.",)
    if recipe.dataset.pictures:
        return ("Images of the test data, and what the model makes of them.",)
    return ("An output that lies on the line is as its target.",)
