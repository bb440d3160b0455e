"""Which examples are trained on, and which are held out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.training.sources import Csv, Images, Module, Source, Text

if TYPE_CHECKING:
    from mlpgen.graph.recipe import Recipe
    from mlpgen.styles.plan import Lines

PLACES = {"train": "train", "validation": "validate", "test": "test"}
"""What the examples of each part are there for."""


def held_out(recipe: Recipe) -> bool:
    """Tell whether a share of the data is held out by the seed."""
    origin = recipe.dataset.origin
    own = isinstance(origin, Source) and not isinstance(origin, Module)
    return own or bool(recipe.settings.validation)


def parts_it(recipe: Recipe) -> bool:
    """Tell whether data is parted after it was read; images are, before."""
    chosen = held_out(recipe) or bool(recipe.settings.subset)
    return chosen and not isinstance(recipe.dataset.origin, Images)


def choosing(recipe: Recipe) -> Lines:
    """Choose what is trained on; where it was not read yet, by the places alone."""
    settings = recipe.settings
    lines: list[str] = []
    if settings.subset:
        lines.append("to_train = shuffled(to_train)[:SUBSET]")
    if settings.validation:
        lines.append("to_train, to_validate = held_out(to_train, VALIDATION)")
    if not lines or isinstance(recipe.dataset.origin, Images | Csv | Text):
        return tuple(lines)
    if settings.validation:
        lines.append("validation = part(train, to_validate)")
    return (
        "to_train = torch.arange(len(train.targets))",
        *lines,
        "train = part(train, to_train)",
    )
