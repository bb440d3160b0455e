"""Models that cannot be imported."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Net(nn.Module):
    def __init__(self, width: int, depth: int = 1) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(nn.Linear(width, width) for _ in range(depth)))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class Picky(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(10, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x)  # picky


class Masked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 2)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return self.fc(x * mask)


class Talking(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        print("answer.json")
        os.system("echo comparison.json")
        self.fc = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        print("forward", x.shape)
        return self.fc(x)


class Asking(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        input("Download 3 GB? ")


class Leaving(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        sys.exit(3)


class Dying(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        print("out of licences", file=sys.stderr, flush=True)
        os._exit(7)


class Sleeping(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        time.sleep(60)


class Failing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        raise FileNotFoundError("no weights.bin\nsecond line")


class Choosing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        if x.sum() > 0:
            x = self.fc(x)
        return x


class Rounded(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        del ctx
        return x.round()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        del ctx
        return grad


class Rounding(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc(x)
        return Rounded.apply(x)


class Rounds(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.inner = Rounding()

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(self.fc(x))


class Singular(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.linalg.svdvals(x)


class Mixed(nn.Module):
    """A class inside that no spec can say, another one for matrices."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.inner = Choosing()
        self.last = Singular()

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        return self.last(x) if x.dim() > 2 else self.inner(x)


class Viewing(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        x = x + 1
        view = x[:, 1:]
        x.mul_(2)
        return view * 3


class Quantised(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)
        made = nn.Sequential(nn.Linear(4, 4))
        self.quantised = torch.ao.quantization.quantize_dynamic(made, {nn.Linear})

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc(x)
        return self.quantised(x)


class Made(nn.Module):
    def __init__(self, by: Any) -> None:
        super().__init__()
        self.by = by

    def forward(self, x: Tensor) -> Tensor:
        return self.by(x)


class Pairs(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x + 1, x - 1


class Summed(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.sum(0)


class Scaled(nn.Module):
    def forward(self, x: Tensor, by: float) -> Tensor:
        return x * by


def _inner() -> nn.Module:
    class Inner(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x + 1

    return Inner()


class Odd(nn.Module):
    """Classes that cannot stay as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.made = Made(nn.ReLU())
        self.pairs = Pairs()
        self.summed = Summed()
        self.scaled = Scaled()
        self.inner = _inner()

    def forward(self, x: Tensor) -> Tensor:
        x, other = self.pairs(self.inner(self.made(self.fc(x))))
        return self.scaled(x, by=2.0) + self.summed(other)


class Counting(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(x.shape[0]):
            x = self.fc(x)
        return x


class Untraceable(nn.Module):
    """Reads memory that no call shows."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x) + torch.from_numpy(x.detach().numpy().copy())


class Nested(nn.Module):
    def __init__(self, depth: int = 300) -> None:
        super().__init__()
        self.inner = Nested(depth - 1) if depth else nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x).tanh()


WIDTH = 4


def no_model() -> int:
    return WIDTH


def broken() -> nn.Module:
    return Net(4).missing


class Data(nn.Module):
    """A class whose name generated code uses, with initial values of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(4, 4)
        self.two = nn.Linear(4, 2)
        self.scale = nn.Parameter(torch.randn(2))
        with torch.no_grad():
            self.one.weight.copy_(2 * torch.eye(4))
        nn.init.kaiming_uniform_(self.two.weight)
        nn.init.uniform_(self.two.bias, -3, 7)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.two(self.one(x).relu()) * self.scale
        return out


class Parsing(nn.Module):
    """Fails in a library of Python."""

    def __init__(self) -> None:
        super().__init__()
        json.loads("{")


class Sampling(nn.Module):
    """Draws in training, as an encoder of a variational autoencoder."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        mean: Tensor = self.mean(x)
        return mean + torch.randn_like(mean) if self.training else mean


class Dropping(nn.Module):
    """Drops in training what evaluation does not ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(8, 8)
        self.drop = nn.Dropout(0.4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.drop(self.first(x))
        return F.dropout(x, 0.2) if self.training else x
