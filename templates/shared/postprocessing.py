"""From what a model gives to the unit of what it has learned."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn


class Postprocessing(nn.Module):
    """Brings the first output, (N, …), from the scale of the loss to the data's.

    Attributes:
        mean: Of the targets, (K,), float32.
        std: Likewise their deviation.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: list[float], std: list[float]) -> None:
        super().__init__()
        for name, values in (("mean", mean), ("std", std)):
            self.register_buffer(name, torch.tensor(values), persistent=False)

    def forward(self, outputs: Any) -> Any:
        """Return the outputs of a model, or the one, in the unit of the data."""
        if isinstance(outputs, Tensor):
            shape = outputs.shape[1:]
            return outputs * self.std.view(shape) + self.mean.view(shape)
        return (self(outputs[0]), *outputs[1:])


def postprocessing(about: Mapping[str, Any]) -> nn.Module:
    """Return what undoes the standardization of targets, if they were standardized.

    Args:
        about: What a training has found out about its data.
    """
    if "targets" not in about:
        return nn.Identity()
    return Postprocessing(about["targets"]["mean"], about["targets"]["std"])
