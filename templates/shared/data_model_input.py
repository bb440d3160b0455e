"""What a model takes at an input, and whether tensors of one's own are that."""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

from data_common import Data, DataError
from data_goal import Goal
from data_targets import checked_targets, mended_axes
from data_tensors import count_odd


class ModelInput(NamedTuple):
    """What a model takes at an input.

    Attributes:
        shape: Of the features of one example.
        dtype: Of these: float32, int64, or of several inputs also bool.
        known: How many whole numbers the model knows, if they are limited; or 0.
    """

    shape: tuple[int, ...]
    dtype: torch.dtype = torch.float32
    known: int = 0

    def about(self) -> dict[str, Any]:
        """Tell what predictions need to know of this; flags are known numbers."""
        about = {"shape": [*self.shape], "whole": self.dtype == torch.int64}
        if self.dtype == torch.bool:
            return {**about, "whole": True, "known": 2, "flags": True}
        return {**about, "known": self.known}


def checked(
    name: str,
    features: Tensor,
    targets: Tensor | None,
    device: torch.device,
    taken: ModelInput,
    goal: Goal,
    notes: list[str],
) -> Data:
    """Check that data is what a model takes, and put it onto a device.

    Args:
        name: Of the data, for people.
        features: Of the examples.
        targets: Of the examples; None if nothing is wanted of them.
        device: Where they go.
        taken: What the model takes.
        goal: What the loss compares with.
        notes: Gets a line for each thing that is said of the targets.

    Raises:
        DataError: It is something else.
    """
    if targets is not None and features.shape[:1] != targets.shape[:1]:
        shapes = f"features {[*features.shape]} and targets {[*targets.shape]}"
        raise DataError(f"{name}: {shapes} are not of as many examples")
    features = checked_features(name, features, taken.about())
    if targets is None:
        targets = torch.zeros(len(features))
    targets, places = checked_targets(name, targets, goal, notes)
    if places is not None:
        features, targets = features[places], targets[places]
    data = Data(features.to(device), targets.to(device))
    goal.mark(data)
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
        about: What `ModelInput` tells.

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
