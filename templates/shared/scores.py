"""Metrics that are no means: what they count of all examples."""

import torch
from torch import Tensor

from training import of_ranks


class Counts:
    """How often each class is taken for which, over the examples of all ranks."""

    def __init__(self, classes: int) -> None:
        self._counts = torch.zeros(classes, classes, dtype=torch.int64)

    def add(self, taken: Tensor, labels: Tensor) -> None:
        """Add a batch: the classes that were taken, and the right ones, int64 (B,)."""
        size = len(self._counts)
        pairs = (size * labels + taken).bincount(minlength=size**2)
        self._counts += pairs.cpu().view(size, size)

    def f1(self) -> float:
        """Return the mean F1 of the classes that were seen."""
        counts = torch.stack(of_ranks(self._counts)).sum(dim=0)
        seen = counts.sum(dim=0) + counts.sum(dim=1)
        return (2 * counts.diag() / seen)[seen > 0].mean().item()


class Variance:
    """The squared error of outputs against the variance of their targets."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, float, float, float]] = []

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Add a batch, both of one shape."""
        error = (outputs - targets).square().sum().item()
        variance, mean = torch.var_mean(targets.float(), correction=0)
        self._parts.append((targets.numel(), mean.item(), variance.item(), error))

    def explained(self) -> float:
        """Return the share of the variance that is explained; 0 if there is none."""
        parts = [part for found in of_ranks(self._parts) for part in found]
        whole = sum(count for count, *_ in parts)
        center = sum(count * mean for count, mean, *_ in parts) / whole
        spread = sum(
            count * (variance + (mean - center) ** 2)
            for count, mean, variance, _ in parts
        )
        error = sum(error for *_, error in parts)
        return 1 - error / spread if spread > 0 else 0.0
