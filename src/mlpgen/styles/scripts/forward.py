"""The lines of a script that call the model and compute the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import INDENT, Code, call, layout
from mlpgen.styles.reserved import RESERVED
from mlpgen.styles.scripts.optimizing import keywords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines


class Forward(NamedTuple):
    """How a script goes from a batch to a loss.

    Attributes:
        output: The name of the first output.
        call: The call of the model, with its outputs.
        targets: What the loop calls the targets; `_` if nothing needs them.
        loss: Lines that compute the loss.
    """

    output: Code
    call: Code
    targets: Code
    loss: Lines


def forward(graph: Graph, recipe: Recipe, captured: Sequence[str]) -> Forward:
    """Plan the way from a batch to a loss.

    Args:
        graph: The network.
        recipe: How it is trained.
        captured: Layers whose outputs the model returns as well.
    """
    first = graph.node(graph.outputs[0])
    plain = first.named and len(first.name) <= 24 and first.name not in RESERVED
    output = first.name if plain else "output"
    count = len(graph.outputs) + len(captured)
    rest = {1: "", 2: ", _"}.get(count, ", *_")
    return Forward(
        output=Code(output),
        call=Code(f"{output}{rest} = model(features)"),
        targets=Code("targets" if recipe.target != "image" else "_"),
        loss=_loss(recipe, output),
    )


def _loss(recipe: Recipe, output: str) -> Lines:
    target = "targets" if recipe.target != "image" else "features"
    if recipe.target == "one_hot":
        target = f"F.one_hot(targets, {recipe.dataset.classes}).float()"
    piece = call(recipe.loss.call, output, target, *keywords(recipe.loss.arguments()))
    return tuple(layout(piece, 2 * INDENT, "loss = "))
