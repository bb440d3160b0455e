"""Renders the training and prediction scripts of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.names.modules import KINDS, shared_modules
from mlpgen.scripts.custom import custom_functions
from mlpgen.scripts.imports import tidy_imports
from mlpgen.scripts.long_lines import broken, broken_if_same
from mlpgen.scripts.script_values import script_values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.graph.nodes import Model
    from mlpgen.graph.training.recipe import Recipe


def render_scripts(
    graph: Model,
    recipe: Recipe,
    captured: Sequence[str],
    fill: Callable[..., str],
    *,
    project_templates: bool = False,
) -> dict[str, str]:
    """Render the scripts of a graph, by kind: `train`, `predict`.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model also returns.
        fill: Fills a template.
        project_templates: Whether templates of a project are used.
    """
    values = script_values(graph, recipe, captured)._asdict()
    custom = (module.partition(".")[0] for module in custom_functions(recipe))
    local = frozenset((graph.stem, f"spec_{graph.stem}", *shared_modules(), *custom))
    texts = {
        kind: tidy_imports(fill(f"{kind}.py.jinja", **values), local) for kind in KINDS
    }
    break_lines = broken_if_same if project_templates else broken
    return {kind: break_lines(text) for kind, text in texts.items()}
