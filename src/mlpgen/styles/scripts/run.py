"""The plan of the module that keeps a training in its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.own import own_classes
from mlpgen.styles.code import layout, literal
from mlpgen.styles.docstrings import docstring

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph
    from mlpgen.styles.plan import Lines


class RunPlan(NamedTuple):
    """What the template shows.

    Attributes:
        template: The file in `templates/`.
        docstring: Of the module.
        own: A line that names the author's own files; nothing if there are none.
    """

    template: str
    docstring: Lines
    own: Lines


def plan(graph: Graph) -> RunPlan:
    """Plan the module that keeps a training of a graph."""
    about = f"A training of {graph.name}: its folder and its checkpoints."
    files = [f"{module.replace('.', '/')}.py" for module in own_classes(graph)]
    own = tuple(layout(literal(files), 0, "OWN = ")) if files else ()
    return RunPlan("scripts/run.py.jinja", docstring([about]), own)
