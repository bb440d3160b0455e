"""The parts of data that is in folders: to train on, to validate, to test."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from data_common import DataError, chosen, held_out
from data_files import readable_folders
from data_folders import parts_of


def parts_below(root: Path) -> dict[str, Path]:
    """Find the folders of the parts of data; without such, all is to train on.

    Args:
        root: The folder of the data.

    Raises:
        DataError: There is no folder, two are for one part, or none is to train on.
    """
    with readable_folders():
        return parts_of(root)


class Places(NamedTuple):
    """Which examples are of which part, int64 (N,) each; none is of two.

    Attributes:
        train: What is trained on.
        validation: What decides between epochs; empty if nothing does.
        test: The test.
    """

    train: Tensor
    validation: Tensor
    test: Tensor


def split(
    counts: Mapping[str, int], test: float, subset: int, validation: float, seed: int
) -> tuple[Places, list[str]]:
    """Decide which examples are of which part, and say what one may not expect.

    Folders of parts are what they say, but that of validation decides between epochs
    only if the spec asks for it; else it is the test, if there is no other.

    Args:
        counts: Of the examples of the parts that have a folder, in their order.
        test: The share that is kept for the test, if it has no folder.
        subset: How many examples are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.
    """
    every = torch.arange(sum(counts.values()))
    found = dict(zip(counts, torch.split(every, [*counts.values()]), strict=True))
    train, held, tested = (found.get(part) for part in ("train", "validation", "test"))
    notes: list[str] = []
    if train is None:
        raise DataError("there is nothing to train on")
    if held is not None and validation:
        said = f"what decides between epochs is the folder, not {validation:.0%} "
        notes.append(f"{said}of the training data")
    elif held is not None and tested is not None:
        said = "the folder for validation decides nothing: `validation: 0.2` in "
        notes.append(f"{said}the spec, with any share, lets it choose the epoch")
        held = None
    elif held is not None:
        notes.append("there is no folder for the test: that of validation is used")
        held, tested = None, held
    if tested is None:
        train, tested = held_out(train, test, seed)
    if held is None:
        train, held = chosen(train, subset, validation, seed)
    else:
        train, _ = chosen(train, subset, 0.0, seed)
    return Places(train, held, tested), notes
