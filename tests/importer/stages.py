"""Networks whose stages have the same classes with other layers and numbers in them."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Expanding(nn.Module):
    """A wide layer between two narrow ones, with the activation of its stage."""

    def __init__(self, inputs: int, planes: int, act_layer: type[nn.Module]) -> None:
        super().__init__()
        self.wide = nn.Linear(inputs, 4 * inputs)
        self.act1 = act_layer()
        self.norm = nn.LayerNorm(4 * inputs)
        self.narrow = nn.Linear(4 * inputs, planes)
        self.act2 = act_layer()

    def forward(self, x: Tensor) -> Tensor:
        out = self.norm(self.act1(self.wide(x)))
        out = self.act2(self.narrow(out))
        return x + out if out.shape == x.shape else out


class Places(nn.Module):
    """Places whose initial values follow from their size."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.empty(6, size))
        nn.init.trunc_normal_(self.table, std=size**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.table


class Stages(nn.Module):
    """Stages of other activations and initial values."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.Sequential(
            nn.Sequential(Places(4), Expanding(4, 4, nn.ReLU)),
            nn.Sequential(Expanding(4, 9, nn.Hardswish), Places(9)),
            nn.Sequential(Expanding(9, 16, nn.Hardswish), Places(16)),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.stages(x)


STAGES: dict[str, tuple[type[nn.Module], tuple[int, ...]]] = {
    "activations": (Stages, (6, 4)),
}
"""Their classes, and the shape of one example of their input."""
