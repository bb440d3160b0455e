"""The scripts beside a model: each a plan, and a template that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mlpgen.styles.scripts import augment, data, predict, run, train

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe


class Plan(Protocol):
    """What a template shows."""

    @property
    def template(self) -> str:
        """The file in `templates/`."""


def plans(graph: Graph, recipe: Recipe, captured: Sequence[str]) -> dict[str, Plan]:
    """Plan the scripts of a graph, by their kinds.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model returns as well.
    """
    planned: dict[str, Plan] = {"data": data.plan(graph, recipe)}
    if recipe.augmentations:
        planned["augment"] = augment.plan(graph, recipe)
    planned["run"] = run.plan(graph)
    planned["train"] = train.plan(graph, recipe, captured)
    planned["plot"] = predict.plan_plot(graph, recipe)
    planned["predict"] = predict.plan(graph, recipe, captured)
    return planned
