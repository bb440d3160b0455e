"""The scripts of a model that is trained: what their templates show, and their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.modules import KINDS
from mlpgen.scripts.imports import tidied
from mlpgen.scripts.lines import fitted
from mlpgen.scripts.plan import plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe


def scripts(
    graph: Graph,
    recipe: Recipe,
    captured: Sequence[str],
    fill: Callable[..., str],
    **values: object,
) -> dict[str, str]:
    """Render the scripts of a graph, by their kinds.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model returns as well.
        fill: Fills a template.
        values: What templates show besides.
    """
    shown = plan(graph, recipe, captured)._asdict() | values
    return {
        kind: fitted(tidied(fill(f"scripts/{kind}.py.jinja", **shown)))
        for kind in KINDS
    }
