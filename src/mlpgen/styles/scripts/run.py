"""The plan of the module that keeps a training in its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.docstrings import docstring

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph
    from mlpgen.styles.plan import Lines


class RunPlan(NamedTuple):
    """What the template shows.

    Attributes:
        template: The file in `templates/`.
        docstring: Of the module.
    """

    template: str
    docstring: Lines


def plan(graph: Graph) -> RunPlan:
    """Plan the module that keeps a training of a graph."""
    about = f"A training of {graph.name}: its folder and its checkpoints."
    return RunPlan("scripts/run.py.jinja", docstring([about]))
