"""The scripts of a model that is trained: what their templates show, and their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.names.modules import KINDS, shared_modules
from mlpgen.scripts.imports import tidied
from mlpgen.scripts.line_breaks import fitted
from mlpgen.scripts.script import plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.training.recipe import Recipe


def scripts(
    graph: Graph,
    recipe: Recipe,
    captured: Sequence[str],
    fill: Callable[..., str],
    *,
    own: bool = False,
) -> dict[str, str]:
    """Render the scripts of a graph, by their kinds.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model returns as well.
        fill: Fills a template.
        own: Whether templates of a project may have a part in it.
    """
    shown = plan(graph, recipe, captured)._asdict()
    local = {graph.stem, *shared_modules()}
    texts = {kind: tidied(fill(f"{kind}.py.jinja", **shown), local) for kind in KINDS}
    if own:
        from mlpgen.scripts import foreign_lines

        return {kind: foreign_lines.fitted(text) for kind, text in texts.items()}
    return {kind: fitted(text) for kind, text in texts.items()}
