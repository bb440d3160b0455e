"""What a model takes, and whether tensors of one's own are that."""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from data_common import Data, DataError


class Wanted(NamedTuple):
    """What a model takes, and what it gives.

    Attributes:
        shape: Of the features of one example.
        dtype: Of these: float32 or int64.
        known: How many whole numbers the model knows, if they are limited; or 0.
        outputs: How many classes it tells apart, if the targets are classes.
        result: The shape of what it gives of an example, if the targets are numbers.
        unit: Whether what it is compared with is from 0 to 1.
    """

    shape: tuple[int, ...]
    dtype: torch.dtype
    known: int = 0
    outputs: int = 0
    result: tuple[int, ...] | None = None
    unit: bool = False

    def about(self) -> dict[str, Any]:
        """Tell what predictions need to know of this, as plain values."""
        whole = self.dtype == torch.int64
        about = {"shape": [*self.shape], "whole": whole, "known": self.known}
        if self.outputs:  # classes without names
            about["classes"] = [str(label) for label in range(self.outputs)]
        return about

    def check_restored(self, *parts: Data) -> None:
        """Refuse features that the model restores, if the loss does not take them.

        Raises:
            DataError: They are no numbers from 0 to 1.
        """
        if self.result is None and not self.outputs:
            for part in parts:
                check_unit("features", part.features, self.unit)


def checked(
    name: str, features: Tensor, targets: Tensor, device: torch.device, wanted: Wanted
) -> Data:
    """Check that data is what a model takes, and put it onto a device.

    Args:
        name: Of the data, for people.
        features: Of the examples.
        targets: Of the examples; nobody looks at them if nothing is wanted of them.
        device: Where they go.
        wanted: What the model takes.

    Raises:
        DataError: It is something else.
    """
    about = wanted.about()
    if features.shape[:1] != targets.shape[:1]:
        shapes = f"features {[*features.shape]} and targets {[*targets.shape]}"
        raise DataError(f"{name}: {shapes} are not of as many examples")
    features = checked_features(name, features, about)
    if wanted.result is not None:
        targets = checked_numbers(name, targets, wanted.result, wanted.unit)
    elif wanted.outputs:
        targets = checked_labels(name, targets, wanted.outputs)
    else:
        targets = torch.zeros(len(features))
    return Data(features.to(device), targets.to(device))


def checked_features(name: str, features: Tensor, about: dict[str, Any]) -> Tensor:
    """Check that features are what a model takes, float32 or int64 (N, …).

    Args:
        name: Of the data, for people.
        features: The features.
        about: What `Wanted` tells.

    Raises:
        DataError: They are something else.
    """
    shape = [*features.shape]
    if shape[1:] != about["shape"] or not shape[0]:
        wanted = ", ".join(map(str, about["shape"]))
        raise DataError(
            f"{name}: features {shape}, where the model takes (N, {wanted})"
        )
    if features.is_complex():
        raise DataError(f"{name}: features are no real numbers")
    if not about["whole"]:
        features = features.to(torch.float32)
        if not features.isfinite().all():
            raise DataError(f"{name}: some features are NaN or infinite")
        return features
    if features.is_floating_point():
        raise DataError(f"{name}: features are whole numbers for this model")
    features = features.to(torch.int64)
    least, most = int(features.min()), int(features.max())
    if about["known"] and not 0 <= least <= most < about["known"]:
        raise DataError(
            f"{name}: features go from {least} to {most}, and the model knows 0 to "
            f"{about['known'] - 1}"
        )
    return features


def checked_labels(name: str, targets: Tensor, outputs: int) -> Tensor:
    """Check that targets are places of classes, int64 (N,).

    Raises:
        DataError: They are something else.
    """
    if targets.is_floating_point() or targets.is_complex() or targets.ndim != 1:
        raise DataError(f"{name}: targets are whole numbers, one for each example")
    targets = targets.to(torch.int64)
    least, most = int(targets.min()), int(targets.max())
    if least < 0 or most >= outputs:
        raise DataError(
            f"{name}: labels go from {least} to {most}, and the model tells 0 to "
            f"{outputs - 1} apart"
        )
    return targets


def checked_numbers(
    name: str, targets: Tensor, shape: tuple[int, ...], unit: bool
) -> Tensor:
    """Check that targets are numbers of a shape, float32 (N, …).

    Raises:
        DataError: They are something else.
    """
    if targets.is_complex() or targets[0].numel() != math.prod(shape):
        raise DataError(
            f"{name}: targets {[*targets.shape]}, where the model gives {[*shape]} of "
            "each example"
        )
    targets = targets.to(torch.float32).reshape(-1, *shape)
    if not targets.isfinite().all():
        raise DataError(f"{name}: some targets are NaN or infinite")
    check_unit(name, targets, unit)
    return targets


def check_unit(name: str, values: Tensor, unit: bool) -> None:
    """Refuse what a loss of probabilities does not take.

    Raises:
        DataError: It is no number from 0 to 1.
    """
    if unit and not ((values >= 0) & (values <= 1)).all():
        raise DataError(f"{name}: the loss takes numbers from 0 to 1 alone")
