"""What all trainings share: batches, ranks, checkpoints, metrics, the command line.

A script `train_x.py` shows how a model learns. What it takes from here keeps that in a
folder, from which it can go on at any time, on one device or on several.
"""

import argparse
import csv
import importlib.util
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

RANK = int(os.environ.get("RANK", "0"))  # torchrun sets these
RANKS = int(os.environ.get("WORLD_SIZE", "1"))
LOCAL_RANK = int(os.environ.get("LOCAL_RANK", "0"))

POSITION = ("epoch", "step", "best", "best_epoch", "rows")
"""All that a run counts."""
FREE = (
    *("epochs", "data_dir", "out", "resume", "checkpoint_every", "device", "threads"),
    *("overfit_batch", "profile", "tensorboard", "plot"),
)
"""Settings that may be others when a run goes on."""
PROFILED = 50
"""Steps that `--profile` looks at."""


class TrainingError(Exception):
    """Why a training cannot begin or go on, and what to do, in one line."""


class Data:
    """Examples and their targets.

    Attributes:
        features: What the model takes, (N, …).
        targets: What it should give, (N, …).
    """

    def __init__(self, features: Tensor, targets: Tensor) -> None:
        self.features, self.targets = features, targets

    def __len__(self) -> int:
        """Count the examples."""
        return len(self.targets)

    def at(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Return the examples at some places, int64 (B,), and their targets."""
        return self.features.index_select(0, index), self.targets.index_select(0, index)

    def between(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """Return the examples from one place to another, and their targets."""
        return self.features[start:stop], self.targets[start:stop]

    def batches(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield all examples in order; ranks share the batches."""
        for start in range(RANK * size, len(self), RANKS * size):
            yield self.between(start, start + size)

    def part(self, index: Tensor) -> Self:
        """Return the examples at some places as data of their own."""
        index = index.to(self.targets.device)
        return self._of(self.features[index], self.targets[index])

    def first(self, count: int) -> Self:
        """Return the first examples as data of their own."""
        return self._of(self.features[:count], self.targets[:count])

    def weight(self, targets: Tensor) -> Tensor:
        """Count what a mean loss is over: examples, or what of them is no padding."""
        return torch.tensor(len(targets), device=targets.device)

    def _of(self, features: Tensor, targets: Tensor) -> Self:
        return type(self)(features, targets)


class Splits(NamedTuple):
    """Data in three parts.

    Attributes:
        train: What the model learns from.
        validation: What decides between epochs; empty if nothing is held out for it.
        test: What the model never learns from.
        about: What was found out about the data: names of classes, means and so on.
    """

    train: Data
    validation: Data
    test: Data
    about: dict[str, Any]

    def first(self, count: int) -> "Splits":
        """Put the first examples of the training data in the place of all parts."""
        data = self.train.first(count)
        return Splits(data, data, data, self.about)


class Means:
    """Means of numbers over the examples of all ranks, summed on the device."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()
        self._sums: list[Tensor] = []

    def add(self, count: int | Tensor, **means: Tensor) -> None:
        """Add the means over the examples of one batch.

        Args:
            count: Of these examples.
            means: One number each, by their names.
        """
        self._names = (*means, "count")
        values = [mean.float() * count for mean in means.values()]
        total = torch.as_tensor(count, device=values[0].device)
        self._sums.append(torch.stack([*values, total.float()]))

    def result(self) -> dict[str, float]:
        """Return the means over all examples."""
        sums = torch.stack(self._sums).sum(dim=0)
        if RANKS > 1:
            dist.all_reduce(sums)
        *found, count = sums.tolist()
        return {name: each / count for name, each in zip(self._names, found, strict=False)}


class Run:
    """A training in progress.

    Attributes:
        folder: Gets config.json, metrics.csv, best.pt, last.pt and previous.pt.
        epoch: The epoch in progress, from 1; `step` batches of it are done.
        best: The highest score of an epoch so far, that of `best_epoch`.
        rows: The metrics of the epochs before.
    """

    def __init__(
        self, args: argparse.Namespace, data: Splits, score: str, **parts: Any
    ) -> None:
        """Take over what the command line asks for.

        Args:
            args: From `start`.
            data: What is trained on.
            score: The metric of the best epoch, such as "test_accuracy"; the lowest
                of a loss.
            parts: Whatever has a state: the model, the optimizer.
        """
        self.args, self.data, self.score, self.parts = args, data, score, parts
        self.folder: Path = args.out
        self.epoch, self.step = 1, 0
        self.best, self.best_epoch = -math.inf, 0
        self.rows: list[dict[str, float]] = []
        self._losses: list[Tensor] = []
        self._share = 1.0
        self._signal = 0
        self._board: Any = None
        self._begun = 0.0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)

    def epochs(
        self, patience: int | None = None, target: float | None = None
    ) -> Iterator[int]:
        """Yield the epochs that are left, and keep the state around them.

        Args:
            patience: Epochs without a better one after which the training ends.
            target: The metric at which it ends.
        """
        self._begin()
        while self.epoch <= self.args.epochs and not self._finished(patience, target):
            self._begun = time.perf_counter()
            yield self.epoch
        self._close()

    def batches(self, data: Data) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield what this rank learns from in each step that is left in this epoch."""
        for index in self._steps(data, self.args.batch_size):
            features, targets = data.at(index[RANK::RANKS])
            self._weigh(data.weight(targets))
            yield features, targets

    def parts(self, data: Data, count: int) -> Iterator["Parts"]:
        """Yield the same in several parts, of which the gradients are added up."""
        for index in self._steps(data, count * self.args.batch_size):
            parts = [part[RANK::RANKS] for part in index.tensor_split(count)]
            self._weigh(torch.tensor(sum(map(len, parts)), device=index.device))
            yield Parts(data, parts)

    def watch(self, loss: Tensor) -> None:
        """Remember the loss of a step: the run stops at one that is no number."""
        self._losses.append(loss.detach())

    def parallel(self, model: nn.Module, *, find_unused: bool = False) -> nn.Module:
        """Wrap a model so that the gradients of all ranks become means.

        Ranks whose shares of a batch differ weigh as much as they have of it.
        """
        torch.manual_seed(self.args.seed + RANK)  # each rank drops out other values
        if RANKS == 1:
            return model
        wrapped = DistributedDataParallel(model, find_unused_parameters=find_unused)
        wrapped.register_comm_hook(self, _weighted)
        return wrapped

    def record(self, **means: dict[str, float]) -> None:
        """Keep the metrics of an epoch, and the weights of the best one.

        Args:
            means: Metrics by the data they are of: `test={"loss": 0.1}` becomes
                `test_loss`.
        """
        row: dict[str, float] = {"epoch": self.epoch}
        for part, found in means.items():
            row |= {f"{part}_{name}": value for name, value in found.items()}
        row["seconds"] = time.perf_counter() - self._begun
        self.rows.append(row)
        self.epoch, self.step = self.epoch + 1, 0
        if not all(math.isfinite(value) for value in row.values()):
            raise TrainingError(f"the metrics of epoch {self.epoch - 1} are not finite")
        score = -row[self.score] if self.score.endswith("loss") else row[self.score]
        if score > self.best:
            self.best, self.best_epoch = score, self.epoch - 1
            self._save("best.pt")
        self._write("metrics.csv", self._write_rows)
        self._show(row)
        asked = self._signal
        self._save("last.pt")
        if asked:
            self._leave()

    def _steps(self, data: Data, size: int) -> Iterator[Tensor]:
        """Yield the places of each batch that is left, the same on all ranks."""
        if not RANKS <= self.args.batch_size <= len(data) * self.args.batch_size // size:
            raise TrainingError(
                f"--batch-size {self.args.batch_size} must be from {RANKS}, the number "
                f"of ranks, to {len(data) * self.args.batch_size // size}, what the "
                f"{len(data)} examples allow"
            )
        shuffle = torch.Generator().manual_seed(self.args.seed + 10_000 * self.epoch)
        order = torch.randperm(len(data), generator=shuffle).to(self.args.device)
        batches = order.tensor_split(len(order) // size)  # some have one more: no rest
        with _profiled(self.args) if self.args.profile else contextlib.nullcontext():
            for batch in _with_bar(batches[self.step :]):
                self._size = len(batch)
                yield batch
                self.step += 1
                self._after_step()
        self._check_losses()
        if RANKS > 1:  # running means of batch normalization: those of the first rank
            for buffer in self.parts["model"].buffers():
                dist.broadcast(buffer, 0)

    def _after_step(self) -> None:
        """Keep the state where it is asked for, and leave after a signal."""
        every, asked = self.args.checkpoint_every, self._signal
        if asked or (every and self.step % every == 0):
            self._save("last.pt")
        if asked:
            self._leave()

    def _weigh(self, count: Tensor) -> None:
        """Note what this rank has of a batch, as a share of what a rank has."""
        if RANKS > 1:
            whole = count.clone()
            dist.all_reduce(whole)
            self.share = RANKS * count / whole

    def _finished(self, patience: int | None, target: float | None) -> bool:
        """Tell whether the training may end before its time."""
        if patience is not None and self.epoch - self.best_epoch > patience:
            say(f"no better epoch since {self.best_epoch}: stopped early")
            return True
        if target is not None and self.best >= (
            -target if self.score.endswith("loss") else target
        ):
            seconds = sum(row["seconds"] for row in self.rows)
            say(f"reached {target} after {seconds:.2f} s")
            return True
        return False

    def _begin(self) -> None:
        """Take over the state of a run, or keep the one before the first step."""
        if self.args.profile:
            return
        if self.args.resume:
            self._resume(self.args.resume)
        self._describe()
        if not self.args.resume:
            for name in ("best.pt", "last.pt"):
                self._save(name)
            if RANK == 0:  # a run before, in the same folder, leaves nothing
                for name in ("previous.pt", "metrics.csv", "confusion.csv"):
                    (self.folder / name).unlink(missing_ok=True)
        if self.args.tensorboard and RANK == 0:
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(self.folder)

    def _describe(self) -> None:
        """Write down what is run, into config.json of the folder, which is made."""
        if RANK == 0:
            self.folder.mkdir(parents=True, exist_ok=True)
        failed, commit = subprocess.getstatusoutput("git describe --always --dirty")
        config = {
            "command": sys.argv,
            "settings": vars(self.args),
            "python": sys.version,
            "torch": torch.__version__,
            "commit": None if failed else commit,
        }
        text = json.dumps(config, indent=2, default=str)
        self._write("config.json", lambda path: path.write_text(f"{text}\n", "utf-8"))
