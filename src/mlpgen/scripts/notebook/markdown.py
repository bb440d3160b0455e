r"""The Markdown of a notebook: its sentences, and text of the author, escaped.

A backslash escapes punctuation in Markdown
(https://spec.commonmark.org/0.31.2/#backslash-escapes). Jupyter searches the result for
formulas, where `\$` is `$` again; a `span` around it prevents that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlpgen.spec.wording import counted
from mlpgen.styles.code import visible
from mlpgen.styles.layout import width

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Model
    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.styles.layout import Lines


ROOM = 82
"""Most columns of a line."""

_MARK = re.compile(r"[`*_\[\]{}<>&~|@]|:(?=\S)|(?<=www)\.")
_FORMULA = re.compile(r"[$\\]")
_BEGINNING = re.compile(r"^(\d*)([#+\-=%:.)])")


def paragraph(text: str) -> list[str]:
    """Break text of the author into lines of Markdown."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer) <= ROOM:
            lines[-1] = longer
        else:
            lines.append(word)
    return [escaped(line) for line in lines]


def escaped(line: str) -> str:
    """Escape a line for Markdown; characters that are not printable as in Python."""
    line = _FORMULA.sub(lambda found: f"\0{found[0]}", visible(line))
    line = _BEGINNING.sub(r"\1\\\2", _MARK.sub(r"\\\g<0>", line))
    return re.sub(r"\0(.)", r"<span>\\\1</span>", line)


def about_notebook(graph: Model) -> Lines:
    """Write the title and description of a notebook."""
    about = paragraph(graph.description)
    parameters = counted(graph.total_parameters, "parameter")
    size = f"{parameters} in {counted(graph.layers, 'layer')}"
    trained = (
        f", trained on {escaped(graph.recipe.dataset.title)}" if graph.recipe else ""
    )
    heading = (f"# {escaped(graph.name)}", "")
    return (*heading, *about, *([""] if about else []), f"{size}{trained}.")


def about_figures(recipe: Recipe) -> Lines:
    """Describe the figures of the test data."""
    if recipe.classifies and recipe.dataset.pictures:
        return (
            "Rows are the classes, columns what the model takes them for. Below are",
            "the images of which it is surest, and wrong.",
        )
    if recipe.kind in ("classes", "places", "several"):
        return ("Rows are the classes, columns what they are taken for.",)
    if recipe.target == "image" and recipe.dataset.pictures:
        return ("Images of the test data, and what the model makes of them.",)
    return ("An output that lies on the line is as its target.",)
