"""Networks with layers that their `forward` never calls, or that have two names."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Bottleneck(nn.Module):
    """A block whose author made a third normalization, and an activation twice."""

    def __init__(self, inputs: int, planes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, 2 * planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(2 * planes)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.relu = nn.ReLU()
        self.squeeze = nn.Linear(inputs, planes // 2)

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(out)))


class Forgotten(nn.Module):
    """A network whose old heads are still there."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.old_stem = nn.Sequential(nn.Conv2d(3, 8, 7), nn.BatchNorm2d(8), nn.ReLU())
        self.layer1 = Bottleneck(8, 4)
        self.layer2 = Bottleneck(8, 6)
        self.dropout = nn.Dropout(0.5)
        self.scale = nn.Parameter(torch.ones(8))
        self.fc = nn.Linear(12, 10)
        self.heads = nn.ModuleList([nn.Linear(12, 3), nn.ReLU(), nn.Linear(3, 2)])
        self.layer3 = Bottleneck(12, 8)
        self.register_buffer("mean", torch.zeros(3))

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer2(self.layer1(self.stem(x)))
        return self.fc(x.mean((2, 3)))


class Sliced(nn.Module):
    """The first layers of a stack, one by one."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 4, 3),
            nn.ReLU(),
            nn.Conv2d(4, 6, 3),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.Conv2d(6, 8, 3),
        )
        self.norm = nn.BatchNorm2d(4)

    def forward(self, x: Tensor) -> Tensor:
        found = []
        for index, layer in enumerate(self.features[:3]):
            x = layer(x)
            if index in (0, 2):
                found.append(x.mean((2, 3)))
        return torch.cat(found, 1)


class TwoNames(nn.Module):
    """A layer that is registered twice, and one that a list holds, too."""

    def __init__(self) -> None:
        super().__init__()
        self.first = self.inner = nn.Linear(6, 5)
        self.norm = nn.BatchNorm1d(5)
        self.last = nn.Linear(5, 4)
        self.every = nn.ModuleList([self.first, self.norm, self.last])
        self.head = self.last

    def forward(self, x: Tensor) -> Tensor:
        return self.last(torch.tanh(self.norm(self.inner(x))))


class Stacked(nn.Module):
    """Layers that run in a stack, and have names of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3)
        self.bn1 = nn.BatchNorm2d(4)
        self.features = nn.Sequential(
            self.conv1, self.bn1, nn.ReLU(), nn.Conv2d(4, 6, 3)
        )
        self.fc = nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.features(x).mean((2, 3)))


LEFTOVERS: dict[str, tuple[type[nn.Module], tuple[int, ...]]] = {
    "forgotten": (Forgotten, (3, 8, 8)),
    "sliced": (Sliced, (3, 12, 12)),
    "two_names": (TwoNames, (6,)),
    "stacked": (Stacked, (3, 8, 8)),
}
"""Their classes, and the shape of one example of their input."""
