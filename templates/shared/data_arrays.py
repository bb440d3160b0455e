"""Arrays of numpy: `x` and `y` of one file, and perhaps `x_test` and `y_test`."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_checks import believed
from data_common import DataError, Scale, Splits, held_out, inside, parted
from data_files import FileKind
from data_goal import NO_GOAL, Goal
from data_meaning import settled, unread
from data_model_input import ModelInput, checked, checked_features
from data_scale import normalized, preprocessing
from data_tensors import as_tensor
from file_errors import readable
from parting_marks import mark_of_data, parting

__all__ = ["FILES", "load", "preprocessing", "read_files"]

FILES = FileKind("arrays", (".npy", ".npz"))
BEGINNINGS = (b"\x93NUMPY", b"PK\x03\x04", b"PK\x05\x06")
"""What .npy and .npz files begin with; the last is one of no arrays."""


def load(
    folder: Path,
    device: torch.device,
    *,
    path: str,
    shape: tuple[int, ...],
    dtype: torch.dtype = torch.float32,
    known: int = 0,
    goal: Goal = NO_GOAL,
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
        goal: What the loss compares with.
        test: The share of the examples that is kept for the test, if none is there.
        subset: How many examples are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.
        normalize: Mean and deviation that examples are brought from, of all channels
            or of each, or "auto" for those of what is trained on.

    Raises:
        DataError: An array is missing, or not what the model takes.
    """
    file = inside(folder, path)
    arrays = read_arrays(file, *names_of(goal, shape))
    notes: list[str] = []
    goal = settled(goal, shape, arrays.get("y"), notes)
    taken = ModelInput(shape, dtype, known)
    tests = ["x_test", "y_test"] if goal.compared else ["x_test"]
    found = [name for name in tests if name in arrays]
    if found and found != tests:
        raise DataError(f"{path} has x_test or y_test, but not both")
    doubts = unread(goal, lambda: (arrays["x"], read_arrays(file, ["y"])["y"]))
    train = checked("x and y", arrays["x"], arrays.get("y"), device, taken, goal, notes)
    if found:
        features, targets = arrays["x_test"], arrays.get("y_test")
        tested = checked("the test", features, targets, device, taken, goal, notes)
    else:
        rest, kept = held_out(torch.arange(len(train)), test, seed)
        train, tested = train.part(rest), train.part(kept)
    count = len(train) if found else len(train) + len(tested)
    train, held = parted(train, subset, validation, seed)
    marks = parting(
        count,
        test="" if found else mark_of_data(tested),
        validation=mark_of_data(held),
    )
    scale = normalized((train, held, tested), normalize)
    goal.restore(train, held, tested)
    about = {**taken.about(), **goal.about(), **scale, **marks}
    return believed(
        Splits(train, held, tested, about, tuple(notes), doubts),
        goal,
        lenient=subset > 0,
        rows=True,
        own=True,
    )


def names_of(goal: Goal, shape: tuple[int, ...]) -> tuple[list[str], list[str]]:
    """Name the arrays that must be there, and those that are read if they are."""
    if not goal.compared:
        return ["x"], ["x_test"]
    if goal.numbers == shape:  # without y, the model restores x
        return ["x"], ["y", "x_test", "y_test"]
    return ["x", "y"], ["x_test", "y_test"]


def read_arrays(
    path: Path, needed: Collection[str], more: Collection[str] = ()
) -> dict[str, Tensor]:
    """Read arrays of a file of numpy; nothing in it can become code.

    Args:
        path: The file; a single array in it is `x`.
        needed: The names of arrays that must be there.
        more: Those of others that are read if they are.

    Raises:
        DataError: One is not there, or holds no numbers.
    """
    try:
        import numpy as np
    except ImportError:
        raise DataError("reading arrays needs a package: pip install numpy") from None
    with readable(path, "is no file of arrays"), path.open("rb") as file:
        if not file.peek(6).startswith(BEGINNINGS):  # numpy would take it for a pickle
            raise DataError(f"{path} is no file of arrays: `numpy.savez` writes one")
        found = np.load(file, allow_pickle=False)
        arrays = {"x": found} if isinstance(found, np.ndarray) else found
        missing = [name for name in needed if name not in arrays]
        if missing:
            said = " and ".join(missing)
            raise DataError(f"{path} has no {said}, only {', '.join(arrays)}")
        names = [*needed, *(name for name in more if name in arrays)]
        return {name: as_tensor(name, numbers(arrays, name, path)) for name in names}


def numbers(arrays: Mapping[str, Any], name: str, path: Path) -> Any:
    """Return an array; one of Python objects is not read, since these can be code."""
    try:
        return arrays[name]
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        said = f"{path} is no file of arrays of numbers: {name} holds Python objects"
        mend = f"{name} = numpy.array({name}.tolist())"
        raise DataError(f"{said}: `{mend}` makes numbers of them, if it can") from None


def read_files(paths: Iterable[Path], about: dict[str, Any]) -> Tensor:
    """Read examples from .npy files, or `x` of .npz files, (N, …).

    Args:
        paths: The files.
        about: What `load` has told.

    Raises:
        DataError: There are no examples that the model takes.
    """
    found = torch.cat([read_examples(path, about) for path in paths])
    features: Tensor = preprocessing(about)(found)
    return features


def read_examples(path: Path, about: dict[str, Any]) -> Tensor:
    """Read the examples of a file, (N, …)."""
    features = read_arrays(path, ["x"])["x"]
    if [*features.shape] == about["shape"]:  # one example
        features = features.unsqueeze(0)
    return checked_features(str(path), features, about)
