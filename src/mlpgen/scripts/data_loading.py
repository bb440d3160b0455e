"""How a script loads its data: the shared module, and the arguments of its `load`."""

from __future__ import annotations

from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mlpgen.styles.code import Code, Group, call, flat, keyword, literal, quoted
from mlpgen.training.data.base import Goal, Input, Task

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mlpgen.graph.training.recipe import Recipe
    from mlpgen.styles.code import Piece

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "dtype": "float32",
        "known": 0,
        "goal": Goal(),
        "padding": None,
        "units": "characters",
        "column": "",
        "front": False,
        "restored": "",
        "compared": True,
        "into": None,
        "fit": "resize",
        "test": 0.2,
        "separator": "",
        "decimal": "",
        "encoding": "",
        "day_first": None,
        "missing": None,
        "columns": (),
        "drop": (),
        "categories": (),
        "subset": 0,
        "validation": 0.0,
        "seed": 0,
        "normalize": None,
    }
)
"""The default arguments of `load` in the shared modules."""
OF_ABOUT = frozenset(["path", "shape", "fit", "goal", "normalize"])
"""Those of images that what is known of them follows from, without the images."""


def data_module(recipe: Recipe) -> str:
    """Name the shared module that loads the data."""
    origin = recipe.dataset.origin
    return origin.named_loader if recipe.dataset.several else origin.loader


def load_arguments(recipe: Recipe, only: Collection[str] = ()) -> list[Piece]:
    """Write the arguments of its `load` but for folder, device and defaults.

    Args:
        recipe: The training.
        only: The arguments to write; all if it is empty.
    """
    found = {**recipe.dataset.origin.arguments(_task(recipe)), **_of_settings(recipe)}
    return [
        keyword(name, _written(name, value))
        for name, value in found.items()
        if name not in DEFAULTS or value != DEFAULTS[name]
        if not only or name in only
    ]


def _written(name: str, value: Any) -> Piece:
    if isinstance(value, dict):
        items = tuple(
            f"{quoted(key)}: {flat(_written(name, each))}"
            for key, each in value.items()
        )
        return Group("{", items, "}", collection=True)
    if isinstance(value, Goal):
        keys = [
            keyword(key, literal(each))
            for key, each in value._asdict().items()
            if each != Goal._field_defaults[key]
        ]
        return call("Goal", *keys)
    if isinstance(value, Input):
        dtype = [_written("dtype", value.dtype)] if value.dtype != "float32" else []
        known = [keyword("known", literal(value.known))] if value.known else []
        return call("ModelInput", literal(value.shape), *dtype, *known)
    return Code(f"torch.{value}") if name == "dtype" else literal(value)


def _task(recipe: Recipe) -> Task:
    dataset, first = recipe.dataset, recipe.main
    compares = recipe.target in ("number", "image")
    classes, ignored = _class_count(recipe), getattr(first.loss, "ignore_index", None)
    goal = Goal(
        classes,
        places=first.places if recipe.target == "places" else (),
        numbers=_numbers(recipe),
        unit=compares and any(term.loss.unit for term in recipe.terms),
        standardize=recipe.standardizes,
        soft=recipe.soft,
    )
    if classes and ignored is not None:
        goal = goal._replace(ignored=ignored)
    return Task(
        shape=dataset.shape,
        goal=goal,
        dtype=dataset.dtype,
        known=dataset.known,
        ignored=ignored,
        inputs=dataset.inputs if dataset.several else (),
        restored=restored(recipe) if dataset.several else "",
        fit=recipe.settings.fit or "resize",
        last_step=dataset.last_step,
    )


def restored(recipe: Recipe) -> str:
    """Name the input that the model restores; empty if it restores none."""
    terms = [term for term in recipe.terms if term.target == "image"]
    return recipe.dataset.like(terms[0].shape).name if terms else ""


def _numbers(recipe: Recipe) -> tuple[int, ...] | None:
    """Return the shape of numeric targets."""
    if recipe.target != "number":
        return None
    count = recipe.dataset.origin.results
    other = recipe.dataset.single and prod(recipe.main.shape) != count
    return (count,) if other else recipe.main.shape


def _class_count(recipe: Recipe) -> int:
    if recipe.target == "next":
        steps = (term for term in recipe.terms if term.target == "next")
        return min(term.shape[-1] for term in steps)
    if recipe.target == "places":
        return recipe.classes
    own = recipe.target == "own" and recipe.dataset.numbers
    return recipe.dataset.classes if recipe.classifies or own else 0


def _of_settings(recipe: Recipe) -> dict[str, Any]:
    """Return what `training` says of the data: subset, validation, scale."""
    settings = recipe.settings
    splits = recipe.dataset.origin.share or settings.subset or settings.validation
    return {
        "subset": settings.subset or 0,
        "validation": settings.validation or 0.0,
        "seed": settings.seed if splits else 0,
        "normalize": _scale(settings.normalize),
    }


def _scale(raw: Any) -> Any:
    """Convert mean and deviation to floats, of all channels or of each."""
    if raw is None or raw == "auto":
        return raw
    if isinstance(raw, dict):
        return {name: _scale(each) for name, each in raw.items()}
    return tuple(
        [float(number) for number in each] if isinstance(each, list) else float(each)
        for each in raw
    )
