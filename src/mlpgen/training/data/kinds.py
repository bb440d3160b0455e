"""The kinds of the user's data."""

from mlpgen.training.data.arrays import Npz
from mlpgen.training.data.images import Images
from mlpgen.training.data.masks import Masks
from mlpgen.training.data.module import Module
from mlpgen.training.data.table import Csv
from mlpgen.training.data.text import Text
from mlpgen.training.data.user_data import UserData

USER_DATA: dict[str, type[UserData]] = {
    each.kind(): each for each in (Images, Masks, Csv, Npz, Text, Module)
}
"""Kinds of the user's data, by their key in a spec."""
