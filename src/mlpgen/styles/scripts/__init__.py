"""The scripts beside a model: each a plan, and a template that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mlpgen.styles.scripts import data, run, train

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe


class Plan(Protocol):
    """What a template shows."""

    @property
    def template(self) -> str:
        """The file in `templates/`."""


KINDS = ("data", "run", "train")
"""The files beside a model `x.py`: `data_x.py` and so on."""


def plans(graph: Graph, recipe: Recipe, captured: Sequence[str]) -> dict[str, Plan]:
    """Plan the scripts of a graph, by their kinds.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model returns as well.
    """
    planned: tuple[Plan, ...] = (
        data.plan(graph, recipe),
        run.plan(graph),
        train.plan(graph, recipe, captured),
    )
    return dict(zip(KINDS, planned, strict=True))
