"""Arrays of numpy for a model with several inputs: one of each name, and `y`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from data_arrays import read_arrays
from data_checks import believed
from data_common import DataError, Features, Splits, held_out, inside, named, parted
from data_features import joined
from data_files import FileKind
from data_goal import NO_GOAL, Goal
from data_inputs import (
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
from parting_marks import mark_of_data, parting

FILES = FileKind("arrays", (".npz",))


def load(
    folder: Path,
    device: torch.device,
    *,
    path: str,
    inputs: Mapping[str, ModelInput],
    goal: Goal = NO_GOAL,
    restored: str = "",
    test: float = 0.2,
    subset: int = 0,
    validation: float = 0.0,
    seed: int = 0,
    normalize: Scales = None,
) -> Splits:
    """Read the arrays, and part them if there is no test.

    Args:
        folder: What `path` begins in.
        device: Where the data goes.
        path: The file.
        inputs: What each input takes, by its name, in the order of the model.
        goal: What the loss compares with.
        restored: The input that the model restores; empty if it restores none.
        test: The share of the examples that is kept for the test, if none is there.
        subset: How many examples are used for training; 0 for all.
        validation: The share of these that is held out; 0 for nothing.
        seed: Says which.
        normalize: Mean and deviation that each input of float32 is brought from, of all
            channels or of each, or "auto" for those of what is trained on; or such by
            the names of inputs.

    Raises:
        DataError: An array is missing, or not what the model takes.
    """
    needed = [*inputs, *(["y"] if goal.compared else [])]
    tests = [f"{name}_test" for name in needed]
    arrays = read_arrays(inside(folder, path), needed, tests)
    found = [name for name in tests if name in arrays]
    if found and found != tests:
        missing = named(name for name in tests if name not in arrays)
        raise DataError(f"{path} has {named(found)}, but no {missing}")
    notes: list[str] = []
    goal = settled(goal, (), arrays.get("y"), notes)
    of_train = {name: arrays[name] for name in inputs}
    given = checked_inputs(path, of_train, arrays.get("y"), device, inputs, goal, notes)
    if found:
        of_test = {name: arrays[f"{name}_test"] for name in inputs}
        y = arrays.get("y_test")
        tested = checked_inputs("the test", of_test, y, device, inputs, goal, notes)
    else:
        rest, kept = held_out(torch.arange(len(given)), test, seed)
        given, tested = given.part(rest), given.part(kept)
    count = len(given) if found else len(given) + len(tested)
    train, held = parted(given, subset, validation, seed)
    marks = parting(
        count,
        test="" if found else mark_of_data(tested),
        validation=mark_of_data(held),
    )
    about = about_inputs(inputs, goal) | marks
    normalized_inputs((train, held, tested), about, normalize)
    check_restored(restored, goal, (train, held, tested))
    return believed(
        Splits(train, held, tested, about, tuple(notes)),
        goal,
        lenient=subset > 0,
        rows=True,
        own=True,
    )


def preprocessing(about: dict[str, Any]) -> PreprocessingInputs:
    """Return what brings examples to the scale of the model.

    Args:
        about: What `load` has told.
    """
    return scaling_inputs(about)


def read_files(paths: Iterable[Path], about: dict[str, Any]) -> Features:
    """Read examples from .npz files, a tuple of (N, …): one for each input.

    Args:
        paths: The files.
        about: What `load` has told.

    Raises:
        DataError: There are no examples that the model takes.
    """
    names = [*about["inputs"]]
    found = [read_inputs(path, read_arrays(path, names), about) for path in paths]
    return joined(found)
