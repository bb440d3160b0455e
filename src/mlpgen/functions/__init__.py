"""The catalogue of functions on tensors, under torch's own lower-case names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.catalogue import Catalogue

if TYPE_CHECKING:
    from mlpgen.functions.base import Operation

FUNCTIONS: Catalogue[Operation] = Catalogue(
    __name__,
    {
        "arithmetic": "add sub mul div",
        "joining": "cat stack",
    },
)
