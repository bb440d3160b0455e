"""Arrays of numpy: `x` and `y` of one file, and perhaps `x_test` and `y_test`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_common import DataError, Scale, Splits, held_out, inside, parted, readable
from data_files import Files
from data_scale import normalized, rescaled, scaling
from data_wanted import Wanted, checked, checked_features
from preprocessing import Preprocessing

FILES = Files("arrays", (".npy", ".npz"))


def load(
    folder: Path,
    device: torch.device,
    *,
    path: str,
    shape: tuple[int, ...],
    dtype: torch.dtype = torch.float32,
    known: int = 0,
    outputs: int = 0,
    result: tuple[int, ...] | None = None,
    unit: bool = False,
    test: float = 0.2,
    subset: int = 0,
    validation: float = 0.0,
    seed: int = 0,
    normalize: Scale = None,
) -> Splits:
    """Read the arrays, and part them if there is no test.

    Args:
        folder: What `path` begins in.
        device: Where the data goes.
        path: The file.
        shape: Of one example.
        dtype: Of the examples: float32 or int64.
        known: How many whole numbers the model knows, if they are limited; or 0.
        outputs: How many classes the model tells apart, if the targets are classes.
        result: The shape of what the model gives, if the targets are numbers.
        unit: Whether what that is compared with is from 0 to 1.
        test: The share of the examples that is kept for the test, if none is there.
        subset: How many examples are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.
        normalize: Mean and deviation that examples are brought from, of all channels
            or of each, or "auto" for those of what is trained on.

    Raises:
        DataError: An array is missing, or not what the model takes.
    """
    wanted = Wanted(shape, dtype, known, outputs, result, unit)
    arrays = read_arrays(inside(folder, path))
    if "x" not in arrays or "y" not in arrays:
        raise DataError(f"{path} has no arrays x and y, only {', '.join(arrays)}")
    if ("x_test" in arrays) != ("y_test" in arrays):
        raise DataError(f"{path} has x_test or y_test, but not both")
    train = checked("x and y", arrays["x"], arrays["y"], device, wanted)
    if "x_test" in arrays:
        tested = checked("the test", arrays["x_test"], arrays["y_test"], device, wanted)
    else:
        places, kept = held_out(torch.arange(len(train)), test, seed)
        train, tested = train.part(places), train.part(kept)
    train, held = parted(train, subset, validation, seed)
    scale = normalized((train, held, tested), normalize)
    wanted.check_restored(train, held, tested)
    return Splits(train, held, tested, {**wanted.about(), **scale})


def read_arrays(path: Path) -> dict[str, Tensor]:
    """Read the arrays of a file of numpy; nothing in it can become code."""
    try:
        import numpy as np
    except ImportError:
        raise DataError("reading arrays needs a package: pip install numpy") from None
    with readable(path, "is no file of arrays"), path.open("rb") as file:
        found = np.load(file, allow_pickle=False)
        arrays = {"x": found} if isinstance(found, np.ndarray) else dict(found)
        return {
            name: torch.from_numpy(
                array.astype(array.dtype.newbyteorder("="), copy=False)
            )
            for name, array in arrays.items()
        }


def preprocessing(about: dict[str, Any]) -> Preprocessing:
    """Return what brings examples to the scale of the model.

    Args:
        about: What `load` has told.
    """
    if about["whole"]:
        return Preprocessing(torch.int64)
    return scaling(about, len(about["shape"]))


def read_files(paths: Iterable[Path], about: dict[str, Any]) -> Tensor:
    """Read examples from .npy files, or `x` of .npz files, (N, …).

    Args:
        paths: The files.
        about: What `load` has told.

    Raises:
        DataError: There are no examples that the model takes.
    """
    return rescaled(torch.cat([read_examples(path, about) for path in paths]), about)


def read_examples(path: Path, about: dict[str, Any]) -> Tensor:
    """Read the examples of a file, (N, …)."""
    arrays = read_arrays(path)
    if "x" not in arrays:
        raise DataError(f"{path} has no examples x, only {', '.join(arrays)}")
    features = arrays["x"]
    if [*features.shape] == about["shape"]:  # one example
        features = features.unsqueeze(0)
    return checked_features(str(path), features, about)
