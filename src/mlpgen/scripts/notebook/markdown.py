r"""Text as Markdown that shows it as it is: no emphasis, no link, no HTML, no formula.

A backslash in front of a mark of Markdown makes it a mark of the text
(https://spec.commonmark.org/0.31.2/#backslash-escapes). Formulas are looked for in what
Markdown has made of it, where `\$` is `$` again: an element around it ends that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlpgen.styles.code import visible
from mlpgen.styles.layout import width

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Model
    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.styles.layout import Lines


ROOM = 82
"""Columns of a line."""

_MARK = re.compile(r"[`*_\[\]{}<>&~|@]|:(?=\S)|(?<=www)\.")
_FORMULA = re.compile(r"[$\\]")
_BEGINNING = re.compile(r"^(\d*)([#+\-=%:.)])")


def paragraph(text: str) -> list[str]:
    """Break a text of the author into lines of Markdown."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer) <= ROOM:
            lines[-1] = longer
        else:
            lines.append(word)
    return [escaped(line) for line in lines]


def escaped(line: str) -> str:
    """Write a line of text as Markdown; what is not printable, as Python escapes it."""
    line = _FORMULA.sub(lambda found: f"\0{found[0]}", visible(line))
    line = _BEGINNING.sub(r"\1\\\2", _MARK.sub(r"\\\g<0>", line))
    return re.sub(r"\0(.)", r"<span>\\\1</span>", line)


def title(graph: Model) -> Lines:
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
