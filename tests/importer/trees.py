"""Networks whose modules are in lists and in each other."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Branches(nn.Module):
    """Branches that exchange what they found; each passes its own on as it is."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.ways = nn.ModuleList(
            nn.ModuleList(
                nn.Identity() if one == other else nn.Linear(other, one)
                for other in widths
            )
            for one in widths
        )

    def forward(self, x: list[Tensor]) -> list[Tensor]:
        found = []
        for ways in self.ways:
            total = ways[0](x[0])
            for index, way in enumerate([*ways][1:], 1):
                total = total + way(x[index])
            found.append(total.tanh())
        return found


class Exchange(nn.Module):
    """Rounds of branches, between them a list whose first members are not called."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Linear(6, 4)
        self.first = nn.ModuleList([nn.Identity(), nn.Linear(4, 5)])
        self.stage2 = Branches((4, 5))
        self.more = nn.ModuleList([nn.Identity(), nn.Identity(), nn.Linear(5, 6)])
        self.stage3 = Branches((4, 5, 6))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        found = self.stage2([each(x) for each in self.first])
        found = self.stage3([*found, self.more[2](found[-1])])
        return torch.cat(found, dim=1)


class Gate(nn.Module):
    """Does nothing where the sizes are the same already."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        same = inputs == outputs
        self.conv = nn.Identity() if same else nn.Linear(inputs, outputs)
        self.norm = nn.Identity() if same else nn.LayerNorm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x))


class Gated(nn.Module):
    """Classes that do nothing in some of their uses."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(Gate(6, 4), Gate(4, 4), Gate(4, 5))

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(x)


class Tree(nn.Module):
    """A tree with trees of its own class in it, whose results go to the last root."""

    def __init__(self, levels: int, width: int) -> None:
        super().__init__()
        self.left: nn.Module = nn.Linear(width, width)
        self.right: nn.Module = nn.Linear(width, width)
        self.root = None
        if levels > 1:
            self.left = Tree(levels - 1, width)
            self.right = Tree(levels - 1, width)
        else:
            self.root = nn.LazyLinear(width)

    def forward(self, x: Tensor, children: list[Tensor] | None = None) -> Tensor:
        children = children or []
        left = self.left(x)
        if self.root is None:
            return self.right(left, children=[*children, left])
        return self.root(torch.cat([left, self.right(left), *children], 1)).relu()


class Nested(nn.Module):
    """A class that holds itself, three times."""

    def __init__(self) -> None:
        super().__init__()
        self.tree = Tree(3, 4)
        self.head = nn.Linear(4, 2)
        self.forward(torch.zeros(1, 4))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.tree(x))


class Skip(nn.Module):
    """A level of a U with the next one inside, as it is written for image pairs."""

    def __init__(self, width: int, inner: nn.Module | None, *, outer: bool) -> None:
        super().__init__()
        self.outer = outer
        down = nn.Linear(6 if outer else width, 2 * width)
        if outer:
            assert inner is not None
            layers = [down, inner, nn.ReLU(), nn.Linear(4 * width, 3), nn.Tanh()]
        else:
            middle = [] if inner is None else [inner]
            last = nn.Linear((2 + 2 * bool(middle)) * width, width)
            layers = [nn.LeakyReLU(0.2), down, *middle, nn.ReLU(), last]
        self.model = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        found = self.model(x)
        return found if self.outer else torch.cat([x, found], 1)


class Levels(nn.Module):
    """A U of levels in each other."""

    def __init__(self) -> None:
        super().__init__()
        inner = Skip(16, None, outer=False)
        self.model = Skip(4, Skip(8, inner, outer=False), outer=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


TREES: dict[str, tuple[type[nn.Module], tuple[int, ...]]] = {
    "exchange": (Exchange, (6,)),
    "gated": (Gated, (6,)),
    "nested": (Nested, (4,)),
    "levels": (Levels, (6,)),
}
"""Their classes, and the shape of one example of their input."""
