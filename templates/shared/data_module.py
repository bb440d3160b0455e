"""Data of a module of one's own: a Python file that says how it is loaded and read."""

import runpy
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_checks import believed
from data_common import Data, DataError, Scale, Splits, parted
from data_files import FileKind
from data_goal import NO_GOAL, Goal
from data_meaning import settled, unread
from data_model_input import ModelInput, checked, checked_features
from data_scale import normalized, preprocessing
from data_tensors import as_tensor
from file_errors import readable
from parting_marks import mark_of_data, parting

__all__ = ["FILES", "load", "preprocessing", "read_files"]

FILES = FileKind("files")


def load(
    folder: Path,
    device: torch.device,
    *,
    path: str,
    shape: tuple[int, ...],
    dtype: torch.dtype = torch.float32,
    known: int = 0,
    goal: Goal = NO_GOAL,
    subset: int = 0,
    validation: float = 0.0,
    seed: int = 0,
    normalize: Scale = None,
) -> Splits:
    """Call `load` of the module: it gives two pairs of features and targets.

    Args:
        folder: What `load` takes.
        device: Where the data goes.
        path: The module, beside this one.
        shape: Of one example.
        dtype: Of the examples: float32 or int64.
        known: How many whole numbers the model knows, if they are limited; or 0.
        goal: What the loss compares with.
        subset: How many examples are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.
        normalize: Mean and deviation that examples are brought from, of all channels
            or of each, or "auto" for those of what is trained on.

    Raises:
        DataError: The module gives something else.
    """
    pairs = called(path, "load", folder)
    try:
        (features, targets), (test_features, test_targets) = pairs
    except (TypeError, ValueError):
        raise DataError(f"`load` of {path} gives no two pairs of tensors") from None
    doubts = unread(goal, lambda: (as_tensor("x", features), as_tensor("y", targets)))
    notes: list[str] = []
    if goal.compared:
        goal = settled(goal, shape, given_targets(path, targets), notes)
    taken = ModelInput(shape, dtype, known)
    train = pair(path, "training", features, targets, device, taken, goal, notes)
    test = pair(path, "test", test_features, test_targets, device, taken, goal, notes)
    count = len(train)
    train, held = parted(train, subset, validation, seed)
    marks = parting(count, validation=mark_of_data(held))
    scale = normalized((train, held, test), normalize)
    goal.restore(train, held, test)
    about = {"path": path, **taken.about(), **goal.about(), **scale, **marks}
    return believed(
        Splits(train, held, test, about, tuple(notes), doubts),
        goal,
        lenient=subset > 0,
        rows=True,
        own=True,
    )


def given_targets(path: str, targets: Any) -> Tensor | None:
    """Make a tensor of what stands for the targets; None if that is None."""
    with readable(Path(path), "gives no pair of tensors for the training"):
        return None if targets is None else as_tensor("y", targets)


def pair(
    path: str,
    name: str,
    features: Any,
    targets: Any,
    device: torch.device,
    taken: ModelInput,
    goal: Goal,
    notes: list[str],
) -> Data:
    """Make data of what stands for features and targets."""
    with readable(Path(path), f"gives no pair of tensors for the {name}"):
        x, y = as_tensor("x", features), None
        if goal.compared:
            y = as_tensor("y", targets)
        return checked(name, x, y, device, taken, goal, notes)


def called(path: str, name: str, argument: Path) -> Any:
    """Call a function of the module; what goes wrong in it is told in one line."""
    file = Path(__file__).parent / path
    outside = Path(path).is_absolute() or ".." in Path(path).parts
    if outside or not file.is_file():  # a checkpoint of somebody else may name any
        raise DataError(f"{file} is not there: it belongs beside this script")
    try:
        function = runpy.run_path(str(file), run_name=file.stem).get(name)
        if callable(function):
            return function(argument)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the module may raise any
        frames = traceback.extract_tb(error.__traceback__)
        lines = [each.lineno for each in frames if each.filename == str(file)]
        where = f"{file}, line {lines[-1]}" if lines else file
        what = " ".join(f"{type(error).__name__}: {error}".split())
        raise DataError(f"{where}: {what}") from None
    raise DataError(f"{file} has no function `{name}`")


def read_files(paths: Iterable[Path], about: dict[str, Any]) -> Tensor:
    """Call `read` of the module for each file: it gives features, (N, …).

    Args:
        paths: The files.
        about: What `load` has told.

    Raises:
        DataError: The module gives nothing that the model takes.
    """
    found = torch.cat([read_examples(path, about) for path in paths])
    features: Tensor = preprocessing(about)(found)
    return features


def read_examples(path: Path, about: dict[str, Any]) -> Tensor:
    """Read the examples of a file, (N, …)."""
    found = called(about["path"], "read", path)
    with readable(path, "gives no tensor"):
        return checked_features(str(path), as_tensor("x", found), about)
