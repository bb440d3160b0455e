"""What the type of a layer may be: a class or function of torch, or a tensor."""

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
"""Tensors of the model itself."""

NOT_IN_TORCH: Catalogue[Layer] = Catalogue(
    "mlpgen.layers", {"not_in_torch": "DropPath"}
)
"""Layers that torch lacks."""

CUSTOM = "custom"
"""The type of a module that the author wrote."""
SHARE = "share"
"""The type of an entry that has none and uses the module of another layer again."""


CATALOGUES: tuple[Catalogue[Any], ...] = (
    LAYERS,
    CONTAINERS,
    FUNCTIONS,
    TENSORS,
    NOT_IN_TORCH,
)
"""All types that have a class here."""


def layer_class(type_: str) -> type[Layer] | None:
    """Return the class of a layer, a function or a value; None if there is none."""
    for catalogue in (LAYERS, FUNCTIONS, TENSORS, NOT_IN_TORCH):
        if type_ in catalogue:
            return catalogue[type_]
    return None


def is_function(type_: str) -> bool:
    """Tell whether a type is a function on tensors, which no module stands for."""
    return type_ in FUNCTIONS


def every_type() -> Iterator[str]:
    """Go through all types but blocks."""
    for catalogue in CATALOGUES:
        yield from catalogue
    yield CUSTOM


def taken_by(name: str) -> str:
    """Say what has a name that a block cannot have; an empty text if nothing has."""
    if name in LAYERS or name in CONTAINERS:
        return "torch.nn has a layer of this name"
    if name in FUNCTIONS:
        return "torch has a function of this name"
    return "mlpgen has a layer of this name" if name in every_type() else ""


def module_of(function: str) -> str:
    """Return the class of `torch.nn` that a function is; empty if there is none."""
    return next((name for name in LAYERS if snake_case(name) == function), "")
