"""The scripts of a model that is trained: what their templates show, and their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.names.modules import KINDS, shared_modules
from mlpgen.scripts.imports import tidied
from mlpgen.scripts.long_lines import broken, broken_if_same
from mlpgen.scripts.script_values import plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.graph.nodes import Model
    from mlpgen.graph.training.recipe import Recipe


def scripts(
    graph: Model,
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
    fitted = broken_if_same if own else broken
    return {kind: fitted(text) for kind, text in texts.items()}
