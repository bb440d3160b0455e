"""The plan of the module that changes the images of a batch at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import Code, flat, keyword, literal
from mlpgen.styles.docstrings import docstring
from mlpgen.styles.scripts.imports import import_lines

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines
    from mlpgen.training.augmentation import Augmentation


class AugmentPlan(NamedTuple):
    """What the template shows.

    Attributes:
        template: The file in `templates/`.
        docstring: Of the module.
        imports: Of the module.
        signature: The line that begins `augment`.
        body: Its lines.
        parts: Templates of the functions that it calls, each once.
    """

    template: str
    docstring: Lines
    imports: Lines
    signature: Code
    body: Lines
    parts: tuple[str, ...]


def plan(graph: Graph, recipe: Recipe) -> AugmentPlan:
    """Plan the module that augments.

    Args:
        graph: The network.
        recipe: How it is trained.
    """
    names = dict.fromkeys(_name(each) for each in recipe.augmentations)
    needs = {"torch", "torch:Tensor"}
    if recipe.mixes or not names.keys() <= {"flip", "cutout"}:
        needs.add("torch.nn:functional as F")
    if names.keys() & {"rotate", "affine"}:
        needs.add("math")
    several = "tuple[Tensor, Tensor]"
    signature = "def augment(features: Tensor) -> Tensor:"
    if recipe.mixes:
        signature = f"def augment(features: Tensor, targets: Tensor) -> {several}:"
    return AugmentPlan(
        template="scripts/augment.py.jinja",
        docstring=docstring([f"Random changes of the images of {graph.name}."]),
        imports=import_lines(needs),
        signature=Code(signature),
        body=_body(recipe),
        parts=tuple(f"scripts/augment/{name}.py.jinja" for name in names),
    )


def _body(recipe: Recipe) -> Lines:
    lines: list[str] = []
    if recipe.mixes:
        one_hot = f"F.one_hot(targets, {recipe.dataset.classes}).float()"
        lines.append(f"targets = {one_hot}")
    for each in recipe.augmentations:
        taken = "features, targets" if each.mixes else "features"
        fields = type(each).model_fields
        given = [flat(keyword(key, literal(getattr(each, key)))) for key in fields]
        lines.append(f"{taken} = {_name(each)}({', '.join((taken, *given))})")
    result = "features, targets" if recipe.mixes else "features"
    if lines[-1].startswith(f"{result} = "):
        return (*lines[:-1], f"return {lines[-1].removeprefix(f'{result} = ')}")
    return (*lines, f"return {result}")


def _name(augmentation: Augmentation) -> str:
    return type(augmentation).__name__.lower()
