"""Metrics that are no means: what they count of all examples."""

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from data_common import RANK, Splits
from data_features import applied
from errors import say
from ranks import of_ranks


class Counts:
    """How often each class is taken for which, over the examples of all ranks."""

    def __init__(self, classes: int) -> None:
        self._counts = torch.zeros(classes, classes, dtype=torch.int64)

    def add(self, taken: Tensor, labels: Tensor) -> None:
        """Add a batch: the classes that were taken, and the right ones, (B, …).

        Others, which a loss ignores, are left out.
        """
        size, labels = len(self._counts), labels.long()
        pairs = size * labels + taken.long()
        pairs = pairs[(labels >= 0) & (labels < size)]
        pairs = pairs.bincount(minlength=size**2)
        self._counts += pairs.cpu().view(size, size)

    def table(self) -> Tensor:
        """Return the counts, int64 (K, K): a row for each class."""
        return torch.stack(of_ranks(self._counts)).sum(dim=0)

    def f1(self) -> float:
        """Return the mean F1 of the classes that were seen."""
        counts = self.table()
        seen = counts.sum(dim=0) + counts.sum(dim=1)
        return (2 * counts.diag() / seen)[seen > 0].mean().item()

    def f1_of(self, label: int) -> float:
        """Return the F1 of a class; 0 where it was neither seen nor taken."""
        counts = self.table()
        seen = (counts.sum(dim=0) + counts.sum(dim=1))[label].item()
        return 2 * counts[label, label].item() / seen if seen else 0.0


class Ranking:
    """The scores of examples of two classes, those of all ranks."""

    def __init__(self) -> None:
        self._parts: list[tuple[Tensor, Tensor]] = []

    def add(
        self, scores: Tensor, positive: Tensor, known: Tensor | None = None
    ) -> None:
        """Add a batch: scores, and whether they should be high, both of one shape.

        Some may be not known.
        """
        if known is not None:
            scores, positive = scores[known], positive[known]
        pair = (scores.flatten().float().cpu(), positive.flatten().cpu())
        self._parts.append(pair)

    def area(self) -> float:
        """Return the area under the ROC curve."""
        parts = [part for found in of_ranks(self._parts) for part in found]
        scores, positive = (torch.cat(each) for each in zip(*parts, strict=True))
        return area_below(scores, positive)


def area_below(scores: Tensor, positive: Tensor) -> float:
    """Return how often a positive example has the higher score; ties are halves.

    That is the area under the ROC curve (Mann and Whitney, 1947). Without examples
    of both classes it is 0.5.

    Args:
        scores: Of each example, (N,).
        positive: Whether it should be high, (N,).
    """
    high, low = scores[positive], scores[~positive].sort().values
    if not len(high) or not len(low):
        return 0.5
    below, upto = (
        int(torch.searchsorted(low, high, right=right).sum()) for right in (False, True)
    )
    return (below + upto) / (2 * len(high) * len(low))


def perplexity(entropy: float) -> float:
    """Return the exponential of a mean cross-entropy, as large as it may be."""
    return math.exp(entropy) if entropy < 700 else math.inf


class Variance:
    """The squared error of outputs against the variance of their targets.

    Of several targets each has its own variance; the values of an image are one target.
    """

    def __init__(self) -> None:
        self._parts: list[tuple[int, list[list[float]]]] = []

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Add a batch, both of one shape, (B, K) or (B, …)."""
        pair = (outputs, targets)
        if targets.ndim != 2:
            pair = (outputs.reshape(-1, 1), targets.reshape(-1, 1))
        given, wanted = (each.cpu().double() for each in pair)
        variance, mean = torch.var_mean(wanted, dim=0, correction=0)
        error = (given - wanted).square().sum(dim=0)
        self._parts.append((len(wanted), torch.stack([mean, variance, error]).tolist()))

    def explained(self) -> float:
        """Return the share of the variance that is explained, as a mean over targets.

        It is 0 of a target that is always the same.
        """
        parts = [part for found in of_ranks(self._parts) for part in found]
        counts = torch.tensor([float(count) for count, _ in parts]).view(-1, 1)
        found = torch.tensor([each for _, each in parts], dtype=torch.float64)
        mean, variance, error = found.unbind(dim=1)
        center = (counts * mean).sum(dim=0) / counts.sum()
        spread = (counts * (variance + (mean - center).square())).sum(dim=0)
        share = torch.where(spread > 0, 1 - error.sum(dim=0) / spread, 0.0)
        return float(share.mean())


@torch.inference_mode()
def write_confusion(
    folder: Path,
    model: nn.Module,
    data: Splits,
    batch_size: int,
    *,
    dim: int = 1,
) -> None:
    """Count how often which class of the test is taken for which: confusion.csv.

    Args:
        folder: Gets the file.
        model: Gives a number for each class.
        data: Its targets are labels.
        batch_size: Examples that the model looks at at once.
        dim: The dimension of the classes in the output.
    """
    classes: list[str] = data.about["classes"]
    counts = Counts(len(classes))
    for features, targets in data.test.batches(batch_size):
        output = first_output(applied(model, features)).movedim(dim, 1)
        counts.add(output[:, : len(classes)].argmax(dim=1), data.test.labels(targets))
    write_table(folder / "confusion.csv", counts.table(), classes)


@torch.inference_mode()
def write_thresholds(
    folder: Path,
    model: nn.Module,
    data: Splits,
    batch_size: int,
    *,
    inverse: Callable[[Tensor], Tensor] | None = None,
) -> None:
    """Count what is taken for positive in the test, by the threshold of its chance.

    confusion.csv has the counts for 0.5, thresholds.csv those for 0.05, 0.1, … 0.95.

    Args:
        folder: Gets the files.
        model: Gives a number for each target.
        data: Its targets are from 0 to 1.
        batch_size: Examples that the model looks at at once.
        inverse: Makes a chance of it, if it is none.
    """
    chances = [step / 20 for step in range(1, 20)]
    counts = {chance: Counts(2) for chance in chances}
    for features, targets in data.test.batches(batch_size):
        output = first_output(applied(model, features)).float()
        given = inverse(output) if inverse else output
        for chance, count in counts.items():
            count.add(given > chance, targets > 0.5)
    tables = {chance: count.table() for chance, count in counts.items()}
    if RANK == 0:
        path = folder / "thresholds.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            names = ("true_negative", "false_positive", "false_negative")
            writer.writerow(["threshold", *names, "true_positive"])
            for chance, table in tables.items():
                writer.writerow([chance, *table.flatten().tolist()])
    say(str(folder / "thresholds.csv"))
    classes = data.about.get("classes", ["0", "1"])
    write_table(folder / "confusion.csv", tables[0.5], classes)


def first_output(outputs: Any) -> Tensor:
    """Return the first output of a model."""
    output: Tensor = outputs if isinstance(outputs, Tensor) else outputs[0]
    return output


def write_table(path: Path, table: Tensor, classes: list[str]) -> None:
    """Write counts with the names of classes, and show the most frequent mistakes."""
    if RANK == 0:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["class", *classes])
            for name, row in zip(classes, table.tolist(), strict=True):
                writer.writerow([name, *row])
    size = len(classes)
    wrong = table.fill_diagonal_(0).flatten()
    for place in wrong.argsort(descending=True)[:5].tolist():
        if wrong[place]:
            names = f"{classes[place // size]} taken for {classes[place % size]}"
            say(f"{names}: {int(wrong[place])}")
    say(str(path))
