"""How a script loads its data: the shared module, and what it is called with."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mlpgen.styles.code import Code, keyword, literal
from mlpgen.training.data.base import Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.styles.code import Piece

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "dtype": "float32",
        "known": 0,
        "outputs": 0,
        "result": None,
        "unit": False,
        "padding": None,
        "test": 0.2,
        "subset": 0,
        "validation": 0.0,
        "seed": 0,
        "normalize": None,
    }
)
"""What `load` of the shared modules takes if nothing is said."""


def data_module(recipe: Recipe) -> str:
    """Name the shared module that loads the data."""
    return recipe.dataset.origin.loader


def load_arguments(recipe: Recipe) -> list[Piece]:
    """Write what its `load` takes beside folder and device: what is no default."""
    found = {**recipe.dataset.origin.arguments(_task(recipe)), **_chosen(recipe)}
    return [
        keyword(name, Code(f"torch.{value}") if name == "dtype" else literal(value))
        for name, value in found.items()
        if name not in DEFAULTS or value != DEFAULTS[name]
    ]


def _task(recipe: Recipe) -> Task:
    dataset, first = recipe.dataset, recipe.terms[0]
    compares = recipe.target in ("number", "image")
    return Task(
        shape=dataset.shape,
        dtype=dataset.dtype,
        known=dataset.known,
        outputs=_told_apart(recipe),
        result=first.shape if recipe.target == "number" else None,
        unit=compares and any(term.loss.unit for term in recipe.terms),
        ignored=getattr(first.loss, "ignore_index", None),
    )


def _told_apart(recipe: Recipe) -> int:
    if recipe.target == "next":
        return min(term.shape[-1] for term in recipe.terms)
    return recipe.dataset.classes if recipe.classifies else 0


def _chosen(recipe: Recipe) -> dict[str, Any]:
    """Say what is trained on, what is held out, and which scale it is brought to."""
    settings = recipe.settings
    parted = recipe.dataset.origin.shares or settings.subset or settings.validation
    return {
        "subset": settings.subset or 0,
        "validation": settings.validation or 0.0,
        "seed": settings.seed if parted else 0,
        "normalize": _scale(settings.normalize),
    }


def _scale(raw: Any) -> Any:
    """Write mean and deviation as numbers with a point, of all channels or of each."""
    if raw is None or raw == "auto":
        return raw
    return tuple(
        [float(number) for number in each] if isinstance(each, list) else float(each)
        for each in raw
    )
