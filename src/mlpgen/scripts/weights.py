"""The calls of a script that give its data the weights of a loss."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from mlpgen.styles.code import Code, call, flat, keyword, literal

if TYPE_CHECKING:
    from mlpgen.graph.training.recipe import Recipe


def weighting(recipe: Recipe) -> tuple[Code, ...]:
    """Write a call for class weights and one for weights of positive targets."""
    alone = len(recipe.terms) == 1 and not recipe.mixes and not recipe.soft
    lines: list[Code] = []
    for term in recipe.terms:
        outputs = str(prod(term.shape) if len(term.shape) == 1 else 1)
        if (weights := term.loss.class_weights) is not None:
            more = [] if alone else [keyword("alone", Code("False"))]
            classes = str(term.classes) if term.target == "places" else outputs
            made = call("weigh_classes", "data", _written(weights), classes, *more)
            lines.append(Code(flat(made)))
        if (weights := term.loss.positive_weights) is not None:
            made = call("weigh_positives", "data", _written(weights), outputs)
            lines.append(Code(flat(made)))
    return tuple(dict.fromkeys(lines))


def _written(weights: Any) -> Any:
    if isinstance(weights, list):
        return literal([float(each) for each in weights])
    return literal(weights if weights == "balanced" else float(weights))
