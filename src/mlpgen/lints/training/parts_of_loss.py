"""Losses, classes and groups that count for nothing beside others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.advice import Advice, Removed
from mlpgen.diagnostics.explanations.explanation import MLP, Explanation, trained
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.places import TRAINING, argument_spot
from mlpgen.lints.training.shares import shares_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.lints.rule import Subject

_TIMES = 10_000
"""A loss with so many times the weight of another leaves nothing of it."""
_CLASSES = 1000


def _drowned(subject: Subject) -> Iterator[Finding]:
    recipe = subject.model.recipe
    if recipe is None:
        return
    yield from _losses(recipe)
    yield from _classes(recipe, subject)
    yield from _groups(subject)


def _losses(recipe: Recipe) -> Iterator[Finding]:
    terms = [each for each in recipe.terms if not each.loss.custom]
    weights = [abs(each.weight) for each in terms if each.weight]
    if len(weights) < 2 or len(terms) < len(recipe.terms):
        return
    largest = max(weights)
    if largest < _TIMES * min(weights):
        return
    small = min(range(len(terms)), key=lambda at: abs(terms[at].weight) or largest)
    far = max(range(len(terms)), key=lambda at: abs(terms[at].weight))
    at = far if largest > 1 else small
    times = largest / min(weights)
    names = [type(terms[each].loss).__name__ for each in (far, small)]
    yield Finding(
        f"`{names[0]}` counts {times:,.0f} times as much as `{names[1]}`, of which "
        "nothing is left",
        (*TRAINING, "loss", at, "weight"),
        help="bring both losses to about one size",
    )


def _classes(recipe: Recipe, subject: Subject) -> Iterator[Finding]:
    written = (*TRAINING, "loss")
    listed = isinstance(subject.sources.written(written), list)
    for index, term in enumerate(recipe.terms):
        for name in ("weight", "pos_weight"):
            given = getattr(term.loss, name, None)
            numbers = _numbers(given)
            large = max(numbers, default=1.0)
            small = min((x for x in numbers if x > 0), default=1.0)
            if name == "pos_weight":
                small = min(small, 1.0)
            if large < _CLASSES * small:
                continue
            base = (*written, index) if listed else written
            loss = type(term.loss).__name__
            spot = argument_spot(subject.sources, base, loss, name)
            yield spot.finding(
                f"one class counts {large / small:,.0f} times as much as another: the "
                "network learns to name no other",
                f"write `{name}: balanced`",
            )


def _numbers(given: Any) -> list[float]:
    if isinstance(given, int | float):
        return [float(given)]
    return [*given] if isinstance(given, list | tuple) else []


def _groups(subject: Subject) -> Iterator[Finding]:
    """Find groups of parameters that are trained at a rate of 0."""
    for each in shares_of(subject):
        if each.group is not None and each.optimizer.lr == 0 and each.parameters:
            spot = each.spot(subject.sources, "lr")
            yield spot.finding(
                f"`{each.parameters[0].name}` is never trained: the rate of its group "
                "is 0",
                Advice("write a rate, or `freeze` it to say so", Removed())
                if len(each.given) > 1
                else "write a rate, or `freeze` it to say so",
            )


RULES = (
    Rule(
        "MG572",
        "warning",
        _drowned,
        Explanation(
            "A part of a training that counts for nothing",
            "Where one loss counts ten thousand times as much as another, gradients of "
            "the other are lost beside it; where one class counts a thousand times as "
            "much as others, the network names nothing else; and a group with a rate "
            "of 0 is never trained, which `freeze` says without doing its work. "
            "Weights of losses bring them to about one size (Kendall et al., "
            "Multi-task learning using uncertainty, arXiv:1705.07115), and `balanced` "
            "makes rare classes count as much as frequent ones. Nothing is said of "
            "losses of one's own, whose size is not known. How sure: very.",
            trained(
                *MLP,
                loss="{CrossEntropyLoss: {weight: [1, 1, 1, 1, 1, 1, 1, 1, 1, 5000]}}",
            ),
            trained(*MLP, loss="{CrossEntropyLoss: {weight: balanced}}"),
        ),
    ),
)
