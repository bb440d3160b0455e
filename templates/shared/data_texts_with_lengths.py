"""Texts and what each is of, for a model that also takes how long each text is."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_common import Data, Features, Splits
from data_inputs import Inputs, PreprocessingInputs
from data_labeled_texts import (
    FILES_OF_TEXTS,
    load_labeled,
    read_labeled,
    row_numbers,
)
from preprocessing import Preprocessing
from text_units import PADDING

__all__ = ["FILES", "load", "preprocessing", "read_files", "row_numbers"]

FILES = FILES_OF_TEXTS


def load(
    folder: Path,
    device: torch.device,
    *,
    names: Sequence[str],
    alone: bool = False,
    **others: Any,
) -> Splits:
    """Read texts as numbers, cut or padded to one length, and count them.

    Args:
        folder: What the path of the texts begins in.
        device: Where the data goes.
        names: Of the inputs of the model: of the numbers, and of how many there are.
        alone: Whether lengths are (N,), and not (N, 1).
        others: What `load_labeled` takes.

    Raises:
        DataError: There are no texts, or not the targets that the model learns.
    """
    made = partial(with_lengths, names=names, alone=alone)
    data = load_labeled(folder, device, made, **others)
    about = {"names": [*names]} | ({"alone": True} if alone else {})
    return data._replace(about={**data.about, **about})


class Lengths(Preprocessing):
    """Lengths of texts: whole numbers, at least 1."""

    def __init__(self) -> None:
        super().__init__(torch.int64)

    def examples(self, shapes: Sequence[tuple[int, ...]]) -> tuple[Tensor, ...]:
        """Return lengths of 1."""
        return tuple(torch.ones(shape, dtype=torch.int64) for shape in shapes)


def with_lengths(texts: Data, names: Sequence[str], *, alone: bool = False) -> Inputs:
    """Put texts together with their lengths."""
    lengths = Data(lengths_of(texts.features, alone=alone), texts.targets)
    return Inputs(dict(zip(names, (texts, lengths), strict=True)), texts.targets)


def lengths_of(numbers: Tensor, *, alone: bool) -> Tensor:
    """Count what is not padding, but at least 1, int64 (N,) or (N, 1)."""
    return (numbers != PADDING).sum(dim=1, keepdim=not alone).clamp(min=1)


def preprocessing(about: dict[str, Any]) -> PreprocessingInputs:
    """Return nothing to scale: all inputs are numbers already.

    Args:
        about: What `load` has told.
    """
    texts, lengths = about["names"]
    return PreprocessingInputs({texts: Preprocessing(torch.int64), lengths: Lengths()})


def read_files(paths: Iterable[Path], about: dict[str, Any]) -> Features:
    """Read texts as the model takes them, int64 (N, L), and their lengths.

    Args:
        paths: The files: a text each, or tables with a column of texts.
        about: What `load` has told.

    Raises:
        DataError: One is no text, or no such table.
    """
    numbers = read_labeled(paths, about)
    return numbers, lengths_of(numbers, alone=about.get("alone", False))
