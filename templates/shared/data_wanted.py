"""What a model takes, and whether tensors of one's own are that."""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from data_common import Data, DataError
from data_goal import NO_GOAL, Goal
from data_targets import checked_targets, mended_axes
from data_tensors import count_odd


class Wanted(NamedTuple):
    """What a model takes, and what its outputs are compared with.

    Attributes:
        shape: Of the features of one example.
        dtype: Of these: float32 or int64.
        known: How many whole numbers the model knows, if they are limited; or 0.
        goal: What the loss takes.
    """

    shape: tuple[int, ...]
    dtype: torch.dtype
    known: int
    goal: Goal = NO_GOAL

    def about(self) -> dict[str, Any]:
        """Tell what predictions need to know of this, as plain values."""
        whole = self.dtype == torch.int64
        about = {"shape": [*self.shape], "whole": whole, "known": self.known}
        if self.goal.classes:  # classes without names
            about["classes"] = [str(label) for label in range(self.goal.classes)]
        return about


def checked(
    name: str,
    features: Tensor,
    targets: Tensor | None,
    device: torch.device,
    wanted: Wanted,
    notes: list[str],
) -> Data:
    """Check that data is what a model takes, and put it onto a device.

    Args:
        name: Of the data, for people.
        features: Of the examples.
        targets: Of the examples; None if nothing is wanted of them.
        device: Where they go.
        wanted: What the model takes.
        notes: Gets a line for each thing that is said of the targets.

    Raises:
        DataError: It is something else.
    """
    about = wanted.about()
    if targets is not None and features.shape[:1] != targets.shape[:1]:
        shapes = f"features {[*features.shape]} and targets {[*targets.shape]}"
        raise DataError(f"{name}: {shapes} are not of as many examples")
    features = checked_features(name, features, about)
    if targets is None:
        targets = torch.zeros(len(features))
    targets, places = checked_targets(name, targets, wanted.goal, notes)
    if places is not None:
        features, targets = features[places], targets[places]
    data = Data(features.to(device), targets.to(device))
    wanted.goal.mark(data)
    return data


def _reordered(found: list[int], wanted: list[int]) -> str:
    """Say how features of one shape become those of another one, if it is likely."""
    if len(found) == len(wanted) > 1 and sorted(found) == sorted(wanted):
        return f": {mended_axes(found, (*wanted,), 'x')}"
    if [*wanted[:1], *found] == wanted and wanted[0] == 1:
        return ": `x = x[:, None]`"
    if found and found[-1] == 1 and found[:-1] == wanted:
        return ": `x = x[..., 0]`"
    if found and math.prod(found) == math.prod(wanted):
        sizes = ", ".join(map(str, wanted))
        return f": if they are in this order, `x = x.reshape(-1, {sizes})`"
    return ""


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
        said = f"{name}: features {shape}, where the model takes (N, {wanted})"
        raise DataError(f"{said}{_reordered(shape[1:], about['shape'])}")
    if features.is_complex():
        raise DataError(f"{name}: features are no real numbers")
    if not about["whole"]:
        features = features.to(torch.float32)
        odd = count_odd(features)
        if odd:
            said = f"{odd:,} of {features.numel():,} features are NaN or infinite"
            mend = "`numpy.nan_to_num(x)` puts 0 for NaN, if that is what it means"
            raise DataError(f"{name}: {said}: {mend}")
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
