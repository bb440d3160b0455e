"""Data of a module of one's own, for a model with several inputs."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_checks import believed
from data_common import DataError, Features, Splits, named, parted
from data_features import joined
from data_files import FileKind
from data_goal import NO_GOAL, Goal
from data_inputs import (
    Inputs,
    PreprocessingInputs,
    Scales,
    about_inputs,
    check_restored,
    checked_inputs,
    normalized_inputs,
    read_inputs,
    scaling_inputs,
)
from data_meaning import settled
from data_model_input import ModelInput
from data_module import called, given_targets
from data_tensors import as_tensor
from file_errors import readable
from parting_marks import mark_of_data, parting

FILES = FileKind("files")


def load(
    folder: Path,
    device: torch.device,
    *,
    path: str,
    inputs: Mapping[str, ModelInput],
    goal: Goal = NO_GOAL,
    restored: str = "",
    subset: int = 0,
    validation: float = 0.0,
    seed: int = 0,
    normalize: Scales = None,
) -> Splits:
    """Call `load` of the module: it gives two pairs of features and targets.

    Features are a dict of tensors, (N, …), by the names of the inputs.

    Args:
        folder: What `load` takes.
        device: Where the data goes.
        path: The module, beside this one.
        inputs: What each input takes, by its name, in the order of the model.
        goal: What the loss compares with.
        restored: The input that the model restores; empty if it restores none.
        subset: How many examples are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.
        normalize: Mean and deviation that each input of float32 is brought from, of all
            channels or of each, or "auto" for those of what is trained on; or such by
            the names of inputs.

    Raises:
        DataError: The module gives something else.
    """
    pairs = called(path, "load", folder)
    try:
        (features, targets), (test_features, test_targets) = pairs
    except (TypeError, ValueError):
        raise DataError(f"`load` of {path} gives no two pairs of tensors") from None
    notes: list[str] = []
    if goal.compared:
        goal = settled(goal, (), given_targets(path, targets), notes)
    given = pair(path, "training", features, targets, device, inputs, goal, notes)
    test = pair(path, "test", test_features, test_targets, device, inputs, goal, notes)
    train, held = parted(given, subset, validation, seed)
    marks = parting(len(given), validation=mark_of_data(held))
    about = about_inputs(inputs, goal) | marks
    normalized_inputs((train, held, test), about, normalize)
    check_restored(restored, goal, (train, held, test))
    return believed(
        Splits(train, held, test, {"path": path, **about}, tuple(notes)),
        goal,
        lenient=subset > 0,
        rows=True,
        own=True,
    )


def pair(
    path: str,
    name: str,
    features: Any,
    targets: Any,
    device: torch.device,
    inputs: Mapping[str, ModelInput],
    goal: Goal,
    notes: list[str],
) -> Inputs:
    """Make data of what stands for features and targets."""
    with readable(Path(path), f"gives no features and targets for the {name}"):
        found = by_name(path, features, inputs)
        y = as_tensor("y", targets) if goal.compared else None
        return checked_inputs(f"{path}, {name}", found, y, device, inputs, goal, notes)


def by_name(path: str, features: Any, names: Iterable[str]) -> dict[str, Tensor]:
    """Make tensors of features, a dict by the names of the inputs."""
    if not isinstance(features, Mapping):
        what = type(features).__name__
        said = f"features are a dict by the names of the inputs: {named(names)}"
        raise DataError(f"{path}: {said}; it gives a {what}")
    return {str(name): as_tensor(str(name), features[name]) for name in features}


def preprocessing(about: dict[str, Any]) -> PreprocessingInputs:
    """Return what brings examples to the scale of the model.

    Args:
        about: What `load` has told.
    """
    return scaling_inputs(about)


def read_files(paths: Iterable[Path], about: dict[str, Any]) -> Features:
    """Call `read` of the module for each file, which gives a dict of features, (N, …).

    Args:
        paths: The files.
        about: What `load` has told.

    Returns:
        A tuple of (N, …): one for each input.

    Raises:
        DataError: The module gives nothing that the model takes.
    """
    return joined([read_examples(path, about) for path in paths])


def read_examples(path: Path, about: dict[str, Any]) -> Features:
    """Read the examples of a file, a tuple of (N, …)."""
    found = called(about["path"], "read", path)
    with readable(path, "gives no tensors"):
        return read_inputs(path, by_name(str(path), found, about["inputs"]), about)
