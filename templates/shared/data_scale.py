"""The scale of features: brought from a mean and a deviation to 0 and 1."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from data_common import Data, DataError, Numbers, Scale, in_pieces
from preprocessing import Preprocessing


def normalized(parts: Sequence[Data], scale: Scale) -> dict[str, Any]:
    """Bring data from a mean and a deviation to 0 and 1.

    Args:
        parts: The data; the first is what is trained on.
        scale: Mean and deviation where an image is from 0 to 1; "auto" for those of
            what is trained on.

    Returns:
        `mean` and `std` as plain values, of the features as they were; None without
        a scale.
    """
    if scale is None:
        return {"mean": None, "std": None}
    train = parts[0]
    if scale == "auto":
        mean, std = statistics(train.features)
    else:
        dims = train.features.ndim - 1
        mean, std = (train.unit * of_channels(each, dims) for each in scale)
    for part in parts:
        part.scale(mean, std)
        part.keep_scale(mean, std)
    return {"mean": mean.flatten().tolist(), "std": std.flatten().tolist()}


def preprocessing(about: dict[str, Any]) -> Preprocessing:
    """Return what brings examples to the scale that `normalized` has told.

    Args:
        about: What is known of them: their shape and scale, whether they are whole
            numbers, or flags.
    """
    if about["whole"]:
        return Preprocessing(torch.bool if about.get("flags") else torch.int64)
    if about["mean"] is None:
        return Preprocessing()
    dims = len(about["shape"])
    mean, std = (of_channels(about[name], dims) for name in ("mean", "std"))
    return Preprocessing(mean=mean, std=std)


def of_channels(numbers: Numbers, dims: int) -> Tensor:
    """Lay numbers out over the dimensions of an example, one a channel, (C, 1, …)."""
    values = numbers if isinstance(numbers, list) else [numbers]
    ones = (1,) * (dims - 1)
    return torch.tensor(values, dtype=torch.float32).view(-1, *ones)


def statistics(features: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation of each channel, (C, 1, …), of (N, C, …).

    Raises:
        DataError: They are too large for these numbers.
    """
    some = features[:: max(len(features) // 10_000, 1)]
    if some.dtype == torch.uint8:
        return of_bytes(some)
    some = some.float()
    dims = (0, *range(2, some.ndim))
    std, mean = torch.std_mean(some, dim=dims, correction=0, keepdim=True)
    if not (std.isfinite().all() and mean.isfinite().all()):
        raise DataError("the features are too large to have a standard deviation")
    return mean[0], torch.where(std > 1e-6, std, 1.0)[0]


def of_bytes(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return the same of bytes, (N, C, H, W): how often each value occurs is enough."""
    values = torch.arange(256, dtype=torch.float64, device=images.device)
    counts = torch.zeros(
        images.shape[1], 256, dtype=torch.float64, device=images.device
    )
    for some in in_pieces(images):
        for channel, count in zip(some.unbind(1), counts, strict=True):
            count += channel.flatten().bincount(minlength=256)
    shares = counts / counts[:1].sum()
    mean = shares @ values
    std = (shares @ values.square() - mean.square()).clamp(min=0).sqrt()
    std = torch.where(std > 1e-6, std, 1.0)
    return mean.float().view(-1, 1, 1), std.float().view(-1, 1, 1)
