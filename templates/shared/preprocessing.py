"""From examples as they are read to what a model has learned from."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

WHOLE = (torch.int64, torch.bool)
"""Types of what stays as it is."""


class Preprocessor(nn.Module):
    """Brings raw examples to what a model takes: of one input, or of each of several.

    It is called with a tensor for each input.

    Attributes:
        names: Of the inputs, if there are several.
    """

    names: tuple[str, ...] = ()

    def examples(self, shapes: Sequence[tuple[int, ...]]) -> tuple[Tensor, ...]:
        """Return raw examples of some shapes, at random but the same each time."""
        raise NotImplementedError

    def told(self) -> dict[str, Any]:
        """Return what it does, as plain values."""
        raise NotImplementedError

    def undone(self, values: Tensor) -> Tensor:
        """Bring what a model takes, (N, …), back to its own unit, if there is one."""
        return values


class Preprocessing(Preprocessor):
    """Brings raw examples, (N, …), to the scale of a model: (raw - mean) / std.

    Attributes:
        dtype: Of raw examples: uint8 for pixels from 0 to 255, float32 for numbers,
            int64 and bool for whole numbers and flags, which stay as they are.
        mean: Shaped as the features or to be broadcast to them, (C, 1, …), float32.
        std: Likewise.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        dtype: torch.dtype = torch.float32,
        mean: Tensor | float = 0.0,
        std: Tensor | float = 1.0,
    ) -> None:
        super().__init__()
        self.dtype = dtype
        for name, value in (("mean", mean), ("std", std)):
            scale = torch.as_tensor(value, dtype=torch.float32)
            self.register_buffer(name, scale, persistent=False)

    def forward(self, raw: Tensor) -> Tensor:
        """Return features as the model takes them."""
        if self.dtype in WHOLE:
            return raw
        return (raw.to(torch.float32) - self.mean) / self.std

    def undone(self, values: Tensor) -> Tensor:
        """Bring what a model takes, (N, …), back to its own unit."""
        return values * self.std.to(values.device) + self.mean.to(values.device)

    def examples(self, shapes: Sequence[tuple[int, ...]]) -> tuple[Tensor, ...]:
        """Return raw examples of some shapes, at random but the same each time."""
        return tuple(map(self._example, shapes))

    def told(self) -> dict[str, Any]:
        """Return what it does, as plain values."""
        raw = str(self.dtype).removeprefix("torch.")
        return {"raw": raw, "mean": self.mean.tolist(), "std": self.std.tolist()}

    def _example(self, shape: tuple[int, ...]) -> Tensor:
        chance = torch.Generator().manual_seed(0)
        if self.dtype in WHOLE:
            return torch.zeros(shape, dtype=self.dtype, device=self.mean.device)
        if self.dtype == torch.uint8:
            pixels = torch.randint(256, shape, generator=chance, dtype=torch.uint8)
            return pixels.to(self.mean.device)
        values = torch.randn(shape, generator=chance).to(self.mean.device)
        return values * self.std + self.mean
