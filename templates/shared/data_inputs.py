"""Data of a model that has several inputs, each by its name."""

import copy
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from data_common import Data, DataError, Features, Scale, named
from data_goal import Goal, check_unit
from data_model_input import ModelInput, checked_features
from data_scale import normalized, preprocessing
from data_targets import checked_targets
from preprocessing import Preprocessing, Preprocessor

Scales = Scale | Mapping[str, Scale]
"""The scale of all inputs, or that of some by their names."""


class Inputs(Data):
    """Examples of several inputs, and their targets.

    A batch has a tuple of features, one for each input in the order of the model. There
    are no features but those of each input.
    """

    def __init__(self, inputs: Mapping[str, Data], targets: Tensor) -> None:
        """Put the data of inputs together; their own targets count for nothing."""
        self._by_name = dict(inputs)
        self.targets = targets

    @property
    def by_name(self) -> dict[str, Data]:
        """The data of each input, by its name, in the order of the model."""
        return self._by_name

    def at(self, index: Tensor) -> tuple[Features, Tensor]:
        """Return the examples at some places, int64 (B,), and their targets."""
        found = tuple(each.at(index)[0] for each in self._by_name.values())
        return found, self.targets.index_select(0, index)

    def between(self, start: int, stop: int) -> tuple[Features, Tensor]:
        """Return the examples from one place to another, and their targets."""
        found = tuple(each.between(start, stop)[0] for each in self._by_name.values())
        return found, self.targets[start:stop]

    def part(self, places: Tensor) -> Self:
        """Return the examples at some places as data of their own."""
        part = copy.copy(self)
        inputs = self._by_name.items()
        part._by_name = {name: each.part(places) for name, each in inputs}
        part.targets = self.targets[places.to(self.targets.device)]
        return part

    def rescale(self, was: dict[str, Any], now: dict[str, Any]) -> None:
        """Bring the features of each input, and the targets, to another scale."""
        for name, about in now.get("inputs", {}).items():
            self._by_name[name].rescale(was["inputs"][name], about)
        self.rescale_targets(now)


def about_inputs(inputs: Mapping[str, ModelInput], goal: Goal) -> dict[str, Any]:
    """Tell what predictions need to know of inputs and classes, as plain values."""
    abouts = {name: each.about() for name, each in inputs.items()}
    return {"inputs": abouts, **goal.about()}


def check_restored(name: str, goal: Goal, parts: Sequence[Data]) -> None:
    """Refuse features that the model restores, if the loss does not take them.

    Args:
        name: Of the input that it restores; empty if it restores none.
        goal: What the loss compares with.
        parts: The data.

    Raises:
        DataError: They are no numbers from 0 to 1.
    """
    for part in parts if name else ():
        check_unit(name, part.of(name).features, goal.unit)


def checked_inputs(
    name: str,
    features: Mapping[str, Tensor],
    targets: Tensor | None,
    device: torch.device,
    inputs: Mapping[str, ModelInput],
    goal: Goal,
    notes: list[str],
) -> Inputs:
    """Check that data is what a model takes, and put it onto a device.

    Args:
        name: Of the data, for people.
        features: Of the examples, those of each input by its name.
        targets: Of the examples; None if nothing is wanted of them.
        device: Where they go.
        inputs: What each input takes, by its name, in the order of the model.
        goal: What the loss compares with.
        notes: Gets a line for each thing that is said of the targets.

    Raises:
        DataError: It is something else.
    """
    abouts = {each: taken.about() for each, taken in inputs.items()}
    found = checked_by_name(name, features, abouts)
    counts = {each: len(values) for each, values in found.items()}
    if targets is None:
        targets = torch.zeros(min(counts.values()))
    check_counts(name, {**counts, "targets": len(targets) if targets.ndim else 0})
    targets, places = checked_targets(name, targets, goal, notes)
    if places is not None:
        found = {each: values[places] for each, values in found.items()}
        targets = targets[places]
    targets = targets.to(device)
    parts = {each: Data(values.to(device), targets) for each, values in found.items()}
    data = Inputs(parts, targets)
    goal.mark(data)
    return data


def checked_by_name(
    name: str, features: Mapping[str, Tensor], abouts: Mapping[str, dict[str, Any]]
) -> dict[str, Tensor]:
    """Check the features of each input, in the order of the model.

    Raises:
        DataError: Some are missing, or not what the model takes.
    """
    lacking = [each for each in abouts if each not in features]
    if lacking:
        there = named(features) or "nothing"
        raise DataError(f"{name} lacks {named(lacking)}, and has {there}")
    check_swapped(name, features, abouts)
    found = {
        each: checked_features(f"{name}, {each}", features[each], about)
        for each, about in abouts.items()
    }
    flags = {each for each, about in abouts.items() if about.get("flags")}
    return {
        each: values.to(torch.bool) if each in flags else values
        for each, values in found.items()
    }


def check_swapped(
    name: str, features: Mapping[str, Tensor], abouts: Mapping[str, dict[str, Any]]
) -> None:
    """Refuse features of two inputs that have each other's shape.

    Raises:
        DataError: They have.
    """
    shapes = {each: [*features[each].shape[1:]] for each in abouts}
    wanted = {each: about["shape"] for each, about in abouts.items()}
    for one, other in combinations(abouts, 2):
        swapped = shapes[one] == wanted[other] and shapes[other] == wanted[one]
        if swapped and wanted[one] != wanted[other]:
            raise DataError(f"{name}: {one} and {other} are swapped, by their shapes")


def check_counts(name: str, counts: Mapping[str, int]) -> None:
    """Refuse inputs that have not as many examples.

    Raises:
        DataError: They have not.
    """
    if len({*counts.values()}) > 1:
        said = named(f"{count:,} of {each}" for each, count in counts.items())
        raise DataError(f"{name} has not as many examples of each: {said}")


def normalized_inputs(
    parts: tuple[Data, ...], about: dict[str, Any], scale: Scales
) -> None:
    """Bring each input of numbers from a mean and a deviation to 0 and 1.

    What they were is kept in `about`.
    """
    for name, each in about["inputs"].items():
        own = [part.of(name) for part in parts]
        wanted = scale.get(name) if isinstance(scale, Mapping) else scale
        each |= normalized(own, None if each["whole"] else wanted)


def read_inputs(
    path: Path, found: Mapping[str, Tensor], about: dict[str, Any]
) -> Features:
    """Take the features of a file as the model takes them, a tuple of (N, …).

    Args:
        path: The file, for people.
        found: Features by the names of inputs; of one example, all may lack N.
        about: What `load` has told.

    Raises:
        DataError: They are nothing that the model takes.
    """
    abouts: dict[str, Any] = about["inputs"]
    alone = all(
        name in found and [*found[name].shape] == each["shape"]
        for name, each in abouts.items()
    )
    if alone:
        found = {name: each.unsqueeze(0) for name, each in found.items()}
    features = checked_by_name(str(path), found, abouts)
    check_counts(str(path), {name: len(each) for name, each in features.items()})
    return tuple(preprocessing(abouts[name])(each) for name, each in features.items())


class PreprocessingInputs(Preprocessor):
    """Brings raw examples of several inputs to the scale of a model."""

    def __init__(self, inputs: Mapping[str, Preprocessing]) -> None:
        super().__init__()
        self.names = (*inputs,)
        self._each = [*inputs.values()]
        self.inputs = nn.ModuleList(self._each)

    def forward(self, *raw: Tensor) -> tuple[Tensor, ...]:
        """Return features as the model takes them, in the order of its inputs."""
        return tuple(each(given) for each, given in zip(self._each, raw, strict=True))

    def examples(self, shapes: Sequence[tuple[int, ...]]) -> tuple[Tensor, ...]:
        """Return raw examples of some shapes, one of each input."""
        pairs = zip(self._each, shapes, strict=True)
        return tuple(each.examples([shape])[0] for each, shape in pairs)

    def told(self) -> dict[str, Any]:
        """Return what it does to each input, as plain values."""
        pairs = zip(self.names, self._each, strict=True)
        return {name: each.told() for name, each in pairs}


def scaling_inputs(about: dict[str, Any]) -> PreprocessingInputs:
    """Return what brings examples to the scale that `normalized_inputs` has told."""
    return PreprocessingInputs(
        {name: preprocessing(each) for name, each in about["inputs"].items()}
    )
