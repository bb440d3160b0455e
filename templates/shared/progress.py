"""What a person sees of a training: metrics, a bar, where its time goes."""

import itertools
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from command_line import leave
from data_common import RANK
from errors import Ended, RunError, say, short

PROFILED = 50
"""Steps that `--profile` looks at."""


def profiled(batches: Iterable[Tensor], folder: Path) -> Iterator[Tensor]:
    """Show where the first steps spend their time, and end."""
    with torch.profiler.profile() as profiler:
        yield from itertools.islice(batches, PROFILED)
    if RANK == 0:
        print(profiler.key_averages().table("self_cpu_time_total", row_limit=10))
        folder.mkdir(parents=True, exist_ok=True)
        profiler.export_chrome_trace(str(folder / "trace.json"))
    leave()
    raise Ended(0)


def show_row(row: dict[str, float], board: Any, *, first: bool) -> None:
    """Print the metrics of an epoch; the first ones below their names.

    Args:
        row: The metrics.
        board: What `tensorboard` has returned, if it is asked for.
        first: Whether no epoch was printed before.
    """
    if first:
        say("  ".join(row))
    say("  ".join(f"{short(value):>{len(name)}}" for name, value in row.items()))
    if board:
        for name, value in row.items():
            board.add_scalar(name, value, row["epoch"])
        board.flush()


def flat_metrics(means: dict[str, dict[str, float]]) -> dict[str, float]:
    """Name metrics by what they are of: `test={"loss": 0.1}` is `test_loss`."""
    return {
        f"{part}_{name}": value
        for part, found in means.items()
        for name, value in found.items()
    }


def show_table(table: dict[str, float]) -> None:
    """Print names and numbers, a line each."""
    for name, value in table.items():
        say(f"{name:20} {short(value):>10}")


def with_bar(batches: tuple[Tensor, ...]) -> Iterable[Tensor]:
    """Show a bar when a person looks and tqdm is there."""
    if RANK > 0 or not sys.stderr.isatty():
        return batches
    try:
        from tqdm import tqdm  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        return batches
    bar: Iterable[Tensor] = tqdm(batches, leave=False)
    return bar


def tensorboard(folder: Path) -> Any:
    """Return what writes scalars for TensorBoard into a folder."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        said = "--tensorboard needs a package: pip install tensorboard"
        raise RunError(said) from None
    return SummaryWriter(folder)
