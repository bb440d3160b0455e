"""What a model takes: one tensor, or of several inputs a tuple of tensors."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from data_common import Features


def applied(model: nn.Module, features: Features) -> Any:
    """Call a model with what it takes."""
    return model(*features) if isinstance(features, tuple) else model(features)


def in_tuple(features: Features) -> tuple[Tensor, ...]:
    """Return the features of each input, also of a single one."""
    return features if isinstance(features, tuple) else (features,)


def each_of(features: Features, function: Callable[[Tensor], Tensor]) -> Features:
    """Do something to the features of each input."""
    if isinstance(features, tuple):
        return tuple(map(function, features))
    return function(features)


def on_images(features: Features, function: Callable[[Tensor], Tensor]) -> Features:
    """Do something to images, (N, C, H, W), among the features of several inputs."""
    if not isinstance(features, tuple):
        return function(features)
    return tuple(
        function(each) if each.ndim == 4 and each.is_floating_point() else each
        for each in features
    )


def joined(parts: list[Features]) -> Features:
    """Put the examples of several files together."""
    if isinstance(parts[0], tuple):
        return tuple(map(torch.cat, zip(*parts, strict=True)))
    return torch.cat(parts)


def count_of(features: Features) -> int:
    """Count the examples."""
    return len(in_tuple(features)[0])
