"""Networks whose stages have the same classes with other layers and numbers in them."""

from __future__ import annotations

import torch
import torch.nn.functional as F
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


class GELU(nn.Module):
    """An activation that has a class of its own, as in many libraries."""

    def forward(self, x: Tensor) -> Tensor:
        return F.gelu(x)


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
            nn.Sequential(Expanding(16, 16, GELU), Expanding(16, 16, nn.GELU)),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.stages(x)


class Halving(nn.Module):
    """What is before a layer, and behind it: the same where there is no layer."""

    def __init__(self, size: int, last: bool, depth: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(nn.Linear(size, size) for _ in range(depth))
        self.narrow = nn.Identity() if last else nn.Linear(size, size // 2)
        self.last = last

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        for block in self.blocks:
            x = x + block(x).relu()
        return x, x if self.last else self.narrow(x), x.mean(dim=-1, keepdim=True)


class Halved(nn.Module):
    """The stages of a pyramid."""

    def __init__(self, depths: tuple[int, ...] = (1, 1, 1), both: bool = False) -> None:
        super().__init__()
        self.both = both
        sizes = zip((8, 4, 2), depths, strict=True)
        self.stages = nn.ModuleList(Halving(n, n == 2, depth) for n, depth in sizes)

    def forward(self, x: Tensor) -> Tensor:
        found = []
        for stage in self.stages:
            before, x, mean = stage(x)
            found.append(mean)
            if self.both:
                found.append(before)
        return torch.cat([x, *found], dim=-1)


class Both(Halved):
    """All that stages return which have too little in common for one block."""

    def __init__(self) -> None:
        super().__init__(depths=(3, 1, 2), both=True)


class Scaled(nn.Module):
    """Two layers whose results get smaller by numbers that the class keeps."""

    def __init__(self, size: int, more: int) -> None:
        super().__init__()
        self.scale = size**-0.5
        self.first = Widened(size, more)
        self.second = Widened(size, more + 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.first(x)) * self.scale


class Widened(nn.Module):
    """A layer of another size than the input, and back."""

    def __init__(self, size: int, more: int) -> None:
        super().__init__()
        wide = more * more + 7
        self.wide = nn.Linear(size, wide)
        self.back = nn.Linear(wide, size)

    def forward(self, x: Tensor) -> Tensor:
        return self.back(self.wide(x))


class Named(nn.Module):
    """Blocks that differ in numbers which no argument of theirs is."""

    def __init__(self) -> None:
        super().__init__()
        self.one = Scaled(5, 2)
        self.narrow = nn.Linear(5, 3)
        self.other = Scaled(3, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.other(self.narrow(self.one(x)))


STAGES: dict[str, tuple[type[nn.Module], tuple[int, ...]]] = {
    "activations": (Stages, (6, 4)),
    "named": (Named, (4, 5)),
    "returned_twice": (Halved, (5, 8)),
    "returned_twice_and_used": (Both, (5, 8)),
}
"""Their classes, and the shape of one example of their input."""
