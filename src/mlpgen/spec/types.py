"""The types that a layer can have: torch classes and functions, tensors, `custom`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from mlpgen.catalogue.catalogue import Catalogue
from mlpgen.functions import FUNCTIONS
from mlpgen.layers import CONTAINERS, LAYERS
from mlpgen.layers.functional import module_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.layers.base import Layer

TENSORS: Catalogue[Layer] = Catalogue("mlpgen.layers", {"tensors": "parameter buffer"})
"""Types that add a tensor to the model: parameters and buffers."""

NOT_IN_TORCH: Catalogue[Layer] = Catalogue(
    "mlpgen.layers", {"not_in_torch": "DropPath"}
)
"""Layers that torch lacks."""


class _Functional(Catalogue["Layer"]):
    """Layers by the names of their functions."""

    def __getitem__(self, name: str) -> type[Layer]:
        """Return the layer of a function."""
        if name not in self:
            raise KeyError(name)
        return LAYERS[module_of(name)]


FUNCTIONAL: Catalogue[Layer] = _Functional(
    "mlpgen.layers",
    {
        "pooling": "max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d "
        "lp_pool1d lp_pool2d lp_pool3d",
        "adaptive_pooling": "adaptive_avg_pool1d adaptive_avg_pool2d "
        "adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d "
        "adaptive_max_pool3d",
        "fractional_pooling": "fractional_max_pool2d fractional_max_pool3d",
        "normalization": "local_response_norm",
        "dropout": "dropout dropout1d dropout2d dropout3d alpha_dropout "
        "feature_alpha_dropout",
        "activation": "rrelu celu hardtanh tanhshrink hardshrink softshrink threshold "
        "glu softmin",
        "vision": "pixel_shuffle pixel_unshuffle channel_shuffle",
        "folding": "fold unfold",
    },
)
"""Functions of `torch.nn.functional` that are written as their layers are."""

CUSTOM = "custom"
"""The type of a module from the author's own Python file."""
SHARE = "share"
"""The type of an entry that only reuses the module of another layer."""
CATALOGUES: tuple[Catalogue[Any], ...] = (
    LAYERS,
    CONTAINERS,
    FUNCTIONS,
    FUNCTIONAL,
    TENSORS,
    NOT_IN_TORCH,
)
"""All types with a class in mlpgen."""


@cache
def layer_class(type_: str) -> type[Layer] | None:
    """Return the class of a layer, function or tensor; None if there is none."""
    for catalogue in (LAYERS, FUNCTIONS, FUNCTIONAL, TENSORS, NOT_IN_TORCH):
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
    if name in FUNCTIONS or name in FUNCTIONAL:
        return "torch has a function with this name"
    return "mlpgen has a layer with this name" if name in every_type() else ""
