"""How well each of several targets is predicted, which a mean over all does not say."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from data_common import RANK, Splits, names_of_targets
from data_features import applied
from errors import say, short
from ranks import of_ranks
from scores import area_below, first_output

MOST_TARGETS = 20
"""Targets that are printed; target_scores.csv has all."""


def write_targets(
    folder: Path,
    model: nn.Module,
    data: Splits,
    batch_size: int,
    metrics: Sequence[str],
    *,
    inverse: Callable[[Tensor], Tensor] | None = None,
) -> None:
    """Measure each of several targets of the test: a table, and target_scores.csv.

    Args:
        folder: Gets the file.
        model: Gives a number for each target.
        data: Its targets are several numbers of each example.
        batch_size: Examples that the model looks at at once.
        metrics: The names of what is measured.
        inverse: Brings what it gives to the unit of the targets, if it is another.
    """
    rows = rows_of_targets(model, data, batch_size, metrics, inverse=inverse)
    path = folder / "target_scores.csv"
    if RANK == 0:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["target", *metrics])
            writer.writeheader()
            writer.writerows(rows)
    tell_targets(rows)
    say(str(path))


@torch.inference_mode()
def rows_of_targets(
    model: nn.Module,
    data: Splits,
    batch_size: int,
    metrics: Sequence[str],
    *,
    inverse: Callable[[Tensor], Tensor] | None = None,
) -> list[dict[str, Any]]:
    """Return the name and the metrics of each target, in the unit that it has.

    The arguments are those of `write_targets`.
    """
    pairs: list[tuple[Tensor, Tensor]] = []
    for features, targets in data.test.batches(batch_size):
        output = first_output(applied(model, features))
        given = inverse(output) if inverse else output
        own, wanted = (data.test.in_own_unit(each).cpu() for each in (given, targets))
        pairs.append((own, wanted))
    every = [pair for found in of_ranks(pairs) for pair in found]
    both = [torch.cat(each).double() for each in zip(*every, strict=True)]
    count = both[1].shape[1]
    names = names_of_targets(data.about, count) or range(1, count + 1)
    columns = {name: OF_EACH[name](*both).tolist() for name in metrics}
    return [
        {"target": str(target), **{name: columns[name][place] for name in metrics}}
        for place, target in enumerate(names)
    ]


def tell_targets(rows: Sequence[dict[str, Any]]) -> None:
    """Print a row for each target, below the names of the metrics."""
    cells = [
        [value if isinstance(value, str) else short(value) for value in row.values()]
        for row in rows[:MOST_TARGETS]
    ]
    table = [[*rows[0]], *cells]
    first, *widths = (max(map(len, column)) for column in zip(*table, strict=True))
    for name, *values in table:
        pairs = zip(values, widths, strict=True)
        shown = (f"{value:>{width}}" for value, width in pairs)
        say("  ".join([f"{name:{first}}", *shown]))
    if len(rows) > MOST_TARGETS:
        say(f"{len(rows) - MOST_TARGETS} more targets")


def _mae(given: Tensor, wanted: Tensor) -> Tensor:
    return (given - wanted).abs().mean(dim=0)


def _rmse(given: Tensor, wanted: Tensor) -> Tensor:
    return (given - wanted).square().mean(dim=0).sqrt()


def _r2(given: Tensor, wanted: Tensor) -> Tensor:
    """Return the share of the variance that is explained; 0 where there is none."""
    spread = wanted.var(dim=0, correction=0)
    error = (given - wanted).square().mean(dim=0)
    return torch.where(spread > 0, 1 - error / spread, 0.0)


def _accuracy(given: Tensor, wanted: Tensor) -> Tensor:
    return ((given > 0.5) == (wanted > 0.5)).double().mean(dim=0)


def _f1(given: Tensor, wanted: Tensor) -> Tensor:
    """Return the F1 of ones; 0 where none was there or found."""
    found, there = given > 0.5, wanted > 0.5
    right, seen = (found & there).sum(dim=0), found.sum(dim=0) + there.sum(dim=0)
    return (2 * right / seen).nan_to_num()


def _auc(given: Tensor, wanted: Tensor) -> Tensor:
    pairs = zip(given.T, wanted.T > 0.5, strict=True)
    return torch.tensor([area_below(*pair) for pair in pairs])


OF_EACH: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "mae": _mae,
    "rmse": _rmse,
    "r2": _r2,
    "accuracy": _accuracy,
    "f1": _f1,
    "auc": _auc,
}
"""Metrics of what is given and wanted, (N, K), of each column, (K,)."""
