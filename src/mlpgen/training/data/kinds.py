"""The kinds of the user's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.catalogue.catalogue import Catalogue

if TYPE_CHECKING:
    from mlpgen.training.data.user_data import UserData

USER_DATA: Catalogue[UserData] = Catalogue(
    "mlpgen.training.data",
    {
        "images": "images",
        "masks": "masks",
        "table": "csv",
        "arrays": "npz",
        "text": "text",
        "module": "module",
    },
)
"""Kinds of the user's data, by their key in a spec."""
