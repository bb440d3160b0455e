"""The types that a layer can have: torch classes and functions, tensors, `custom`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.catalogue.catalogue import Catalogue
from mlpgen.functions import FUNCTIONS
from mlpgen.layers import CONTAINERS, LAYERS
from mlpgen.names.identifiers import snake_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.layers.base import Layer

TENSORS: Catalogue[Layer] = Catalogue("mlpgen.layers", {"tensors": "parameter buffer"})
"""Types that add a tensor to the model: parameters and buffers."""

NOT_IN_TORCH: Catalogue[Layer] = Catalogue(
    "mlpgen.layers", {"not_in_torch": "DropPath"}
)
"""Layers that torch lacks."""

CUSTOM = "custom"
"""The type of a module from the author's own Python file."""
SHARE = "share"
"""The type of an entry that only reuses the module of another layer."""
CATALOGUES: tuple[Catalogue[Any], ...] = (
    LAYERS,
    CONTAINERS,
    FUNCTIONS,
    TENSORS,
    NOT_IN_TORCH,
)
"""All types with a class in mlpgen."""


def layer_class(type_: str) -> type[Layer] | None:
    """Return the class of a layer, function or tensor; None if there is none."""
    for catalogue in (LAYERS, FUNCTIONS, TENSORS, NOT_IN_TORCH):
        if type_ in catalogue:
            return catalogue[type_]
    return None


def is_function(type_: str) -> bool:
    """Tell whether a type is a function on tensors, not a module."""
    return type_ in FUNCTIONS


def every_type() -> Iterator[str]:
    """Iterate over all types except blocks."""
    for catalogue in CATALOGUES:
        yield from catalogue
    yield CUSTOM


def taken_by(name: str) -> str:
    """Say what already has a block's name; empty if the name is free."""
    if name in LAYERS or name in CONTAINERS:
        return "torch.nn has a layer with this name"
    if name in FUNCTIONS:
        return "torch has a function with this name"
    return "mlpgen has a layer with this name" if name in every_type() else ""


def module_of(function: str) -> str:
    """Return the `torch.nn` class equivalent to a function; empty if there is none."""
    return next((name for name in LAYERS if snake_case(name) == function), "")
