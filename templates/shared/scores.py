"""Metrics that are no means: what they count of all examples."""

import csv
from pathlib import Path

import torch
from torch import Tensor, nn

from data_common import RANK, Splits
from errors import say
from plots import AT_ONCE
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

    def table(self) -> Tensor:
        """Return the counts, int64 (K, K): a row for each class."""
        return torch.stack(of_ranks(self._counts)).sum(dim=0)

    def f1(self) -> float:
        """Return the mean F1 of the classes that were seen."""
        counts = self.table()
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


@torch.inference_mode()
def write_confusion(folder: Path, model: nn.Module, data: Splits) -> None:
    """Count how often which class of the test is taken for which: confusion.csv."""
    classes: list[str] = data.about["classes"]
    size = len(classes)
    counts = Counts(size)
    for features, targets in data.test.batches(AT_ONCE):
        output = model(features)
        chances = output if isinstance(output, Tensor) else output[0]
        counts.add(chances[:, :size].argmax(dim=1), targets)
    table = counts.table()
    if RANK == 0:
        path = folder / "confusion.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["class", *classes])
            for name, row in zip(classes, table.tolist(), strict=True):
                writer.writerow([name, *row])
    wrong = table.fill_diagonal_(0).flatten()
    for place in wrong.argsort(descending=True)[:5].tolist():
        if wrong[place]:
            names = f"{classes[place // size]} taken for {classes[place % size]}"
            say(f"{names}: {int(wrong[place])}")
    say(str(folder / "confusion.csv"))
