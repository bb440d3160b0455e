"""What all trainings share: epochs, batches, ranks, signals, metrics.

A script `train_x.py` shows how a model learns. What it takes from here keeps that in a
folder, from which it can go on at any time, on one device or on several.
"""

import argparse
import csv
import itertools
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, NoReturn, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from checkpoint import (
    locked,
    plain,
    random_state,
    read_checkpoint,
    restore,
    set_random_state,
)
from command_line import leave
from data_common import RANK, RANKS, Data
from errors import RunError, one_line, printable, say

FREE = (
    *("epochs", "data_dir", "out", "resume", "checkpoint_every", "device", "threads"),
    *("profile", "tensorboard", "plot", "traceback"),
)
"""Settings that may be others when a run goes on."""
PROFILED = 50
"""Steps that `--profile` looks at."""

T = TypeVar("T")


class Means:
    """Means over the examples of all ranks, summed on the device."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()
        self._sums: list[Tensor] = []

    def add(self, count: int | Tensor, **values: Tensor) -> None:
        """Add what was found out about a batch.

        Args:
            count: Of its examples.
            values: By their names, each a mean over these, or a number for each.
        """
        sums = [
            each * count if each.ndim == 0 else each.sum() for each in values.values()
        ]
        counted = torch.as_tensor(count, device=sums[0].device)
        self._names = (*values, "count")
        self._sums.append(torch.stack([each.float() for each in (*sums, counted)]))

    def result(self) -> dict[str, float]:
        """Return the means over all examples."""
        sums: dict[str, float] = {}
        for found in of_ranks(self._own()):
            for name, value in found.items():
                sums[name] = sums.get(name, 0.0) + value
        count = sums.pop("count")
        return {name: value / count for name, value in sums.items()}

    def _own(self) -> dict[str, float]:
        """Return the sums of this rank; without a batch there are none."""
        if not self._sums:
            return {}
        sums = torch.stack(self._sums).sum(dim=0).tolist()
        return dict(zip(self._names, sums, strict=True))


def of_ranks(own: T) -> list[T]:
    """Return what each rank has."""
    if RANKS == 1:
        return [own]
    found = [own] * RANKS
    dist.all_gather_object(found, own)
    return found


class Run:
    """A training in progress.

    Attributes:
        folder: Gets config.json, metrics.csv, best.pt, last.pt and previous.pt.
        epoch: The epoch in progress, from 1; `step` batches of it are done.
        best: The highest score of an epoch so far, that of `best_epoch`.
        rows: The metrics of the epochs before.
    """

    def __init__(
        self,
        args: argparse.Namespace,
        score: str,
        about: dict[str, Any],
        *,
        fixed_epochs: bool = False,
        **parts: Any,
    ) -> None:
        """Take over what the command line asks for.

        Args:
            args: From `start`.
            score: The metric of the best epoch, such as "test_accuracy"; of a loss
                the lowest is the best.
            about: What is known of the data, for predictions.
            fixed_epochs: Whether something follows from the number of epochs, so that
                it may not change on the way.
            parts: Whatever has a state: the model, the optimizer.
        """
        self.args, self.score, self.about, self.parts = args, score, about, parts
        self.folder: Path = args.out
        self.epoch, self.step = 1, 0
        self.best, self.best_epoch = -math.inf, 0
        self.rows: list[dict[str, float]] = []
        self._free = {*FREE} - ({"epochs"} if fixed_epochs else set())
        self._losses: list[Tensor] = []
        self._share: float | Tensor = 1.0
        self._signal = 0
        self._board: Any = None
        self._lock: IO[str] | None = None
        self._begun = 0.0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)

    def epochs(
        self, patience: int | None = None, target: float | None = None
    ) -> Iterator[int]:
        """Yield the epochs that are left, and keep the state around them.

        At the end the models have the weights of the best epoch.

        Args:
            patience: Epochs without a better one after which the training ends.
            target: The score at which it ends.
        """
        self._begin()
        while self.epoch <= self.args.epochs and not self._finished(patience, target):
            self._begun = time.perf_counter()
            yield self.epoch
        self._show_best()
        self._restore_best()

    def batches(self, data: Data) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield what this rank learns from in each step that is left of the epoch."""
        for index in self._steps(data):
            own = index[RANK::RANKS]
            features, targets = data.at(own)
            self._weigh(len(own) / len(index), data.count(targets))
            yield features, targets

    def parts_of(
        self, data: Data, count: int
    ) -> Iterator[Iterator[tuple[Tensor, Tensor, float]]]:
        """Yield the same, each step in parts whose gradients are added up.

        Of each part there is also its share of the step, by which its loss counts.
        """
        for index in self._steps(data, count):
            parts = [part[RANK::RANKS] for part in index.tensor_split(count)]
            whole = sum(len(part) for part in parts)
            self._weigh(whole / len(index))
            yield ((*data.at(part), len(part) / whole) for part in parts)

    def watch(self, loss: Tensor | float) -> None:
        """Take note of a loss of the step: the run stops at one that is no number."""
        self._losses[-1] = self._losses[-1] + torch.as_tensor(loss).detach()

    def mean(self, loss: Tensor) -> float:
        """Return the mean of a loss over all ranks, which so decide alike."""
        total = loss.detach() * self._share
        if RANKS > 1:
            dist.all_reduce(total)
        return total.item() / RANKS

    def parallel(self, model: nn.Module, *, find_unused: bool = False) -> nn.Module:
        """Let all ranks train a model together.

        Gradients become means over ranks, which weigh as much as they have of a batch.

        Args:
            model: The same on all ranks.
            find_unused: Whether some parameters have no part in the loss.
        """
        torch.manual_seed(self.args.seed + RANK)  # each rank drops out other values
        if RANKS == 1:
            return model
        shared = DistributedDataParallel(model, find_unused_parameters=find_unused)
        shared.register_comm_hook(None, lambda _, bucket: self._reduced(bucket))
        return shared

    def record(self, **means: dict[str, float]) -> None:
        """Keep the metrics of an epoch, and the weights of the best one.

        Args:
            means: Metrics by what they are of: `test={"loss": 0.1}` is `test_loss`.
        """
        row: dict[str, float] = {"epoch": self.epoch, **_named(means)}
        row["seconds"] = time.perf_counter() - self._begun
        self.rows.append(row)
        self.epoch, self.step = self.epoch + 1, 0
        if not all(math.isfinite(value) for value in row.values()):
            raise RunError(f"the metrics of epoch {self.epoch - 1} are not finite")
        score = row[self.score] * self._sign
        if score > self.best:
            self.best, self.best_epoch = score, self.epoch - 1
            self._save("best.pt")
        self._write("metrics.csv", self._write_rows)
        self._show_row(row)
        asked = self._signal
        self._save("last.pt")
        if asked:
            self._leave()

    def report(self, **means: dict[str, float]) -> None:
        """Print metrics that belong to no epoch, as `record` takes them."""
        for name, value in _named(means).items() if RANK == 0 else ():
            print(f"{name:20} {value:10.4g}")

    @property
    def _sign(self) -> int:
        return -1 if self.score.endswith("loss") else 1

    def _steps(self, data: Data, parts: int = 1) -> Iterator[Tensor]:
        """Yield the places of each batch that is left, the same on all ranks."""
        steps = data.steps(self.args.batch_size, parts)
        shuffle = torch.Generator().manual_seed(self.args.seed + 10_000 * self.epoch)
        order = torch.randperm(len(data), generator=shuffle).to(self.args.device)
        batches = order.tensor_split(steps)  # some have one more: no rest
        if self.step > len(batches):
            raise RunError(f"an epoch has no {self.step} steps: other data?")
        if self.args.profile:
            yield from self._profiled(batches)
        for batch in _with_bar(batches[self.step :]):
            self._losses.append(torch.zeros((), device=batch.device))
            yield batch
            self.step += 1
            self._after_step()
        self._check_losses()
        self._share_buffers()

    def _after_step(self) -> None:
        """Keep the state where it is asked for, and leave after a signal."""
        every, asked = self.args.checkpoint_every, self._signal
        if asked or (every and self.step % every == 0):
            self._save("last.pt")
        if asked:
            self._leave()

    def _share_buffers(self) -> None:
        """Take the buffers of the first rank: means of a batch normalization."""
        models = [part for part in self.parts.values() if isinstance(part, nn.Module)]
        for model in models if RANKS > 1 else ():
            for buffer in model.buffers():
                dist.broadcast(buffer, 0)

    def _weigh(self, part: float, count: int | Tensor = 1) -> None:
        """Note what this rank has of a batch, against the mean of the ranks.

        Args:
            part: Of the examples.
            count: Of what its loss is a mean over, if examples have more or less of it.
        """
        self._share = RANKS * part
        if RANKS > 1 and isinstance(count, Tensor):
            whole = count.clone()
            dist.all_reduce(whole)
            self._share = RANKS * count / whole

    def _reduced(self, bucket: Any) -> torch.futures.Future[Tensor]:
        """Sum gradients over ranks, each by its share, while others are computed.

        https://docs.pytorch.org/docs/stable/ddp_comm_hooks.html
        """
        gradients = bucket.buffer().mul_(self._share / RANKS)
        done = dist.all_reduce(gradients, async_op=True).get_future()
        summed: torch.futures.Future[Tensor] = done.then(lambda each: each.value()[0])
        return summed

    def _profiled(self, batches: Iterable[Tensor]) -> Iterator[Tensor]:
        """Show where the first steps spend their time, and end."""
        with torch.profiler.profile() as profiler:
            for batch in itertools.islice(batches, PROFILED):
                self._losses.append(torch.zeros((), device=batch.device))
                yield batch
        if RANK == 0:
            print(profiler.key_averages().table("self_cpu_time_total", row_limit=10))
            self.folder.mkdir(parents=True, exist_ok=True)
            profiler.export_chrome_trace(str(self.folder / "trace.json"))
        leave()
        raise SystemExit(0)

    def _finished(self, patience: int | None, target: float | None) -> bool:
        """Tell whether the training may end before its time, and say so."""
        if patience is not None and self.epoch - self.best_epoch > patience:
            say(f"no better epoch since {self.best_epoch}: stopped early")
            return True
        if target is not None and self.best >= target * self._sign:
            seconds = sum(row["seconds"] for row in self.rows)
            say(f"reached {target} after {seconds:.2f} s")
            return True
        return False

    def _begin(self) -> None:
        """Go on with a run, or keep the state before the first step."""
        if self.args.profile:
            return
        if self.args.resume:
            self._resume(self.args.resume)
        self._claim()
        self._describe()
        if not self.args.resume:
            for name in ("best.pt", "last.pt"):
                self._save(name)
            if RANK == 0:  # a run before, in the same folder, leaves nothing
                for name in ("previous.pt", "metrics.csv", "confusion.csv"):
                    (self.folder / name).unlink(missing_ok=True)
        if self.args.tensorboard and RANK == 0:
            self._board = _tensorboard(self.folder)

    def _claim(self) -> None:
        """Keep other trainings out of the folder while this one lives."""
        if RANK == 0:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = locked(self.folder / "lock")

    def _describe(self) -> None:
        """Write down what is run, into config.json."""
        failed, commit = subprocess.getstatusoutput("git describe --always --dirty")
        config = {
            "command": sys.argv,
            "settings": plain(self.args),
            "python": sys.version,
            "torch": torch.__version__,
            "commit": None if failed else commit,
        }
        text = json.dumps(config, indent=2)
        self._write("config.json", lambda path: path.write_text(f"{text}\n", "utf-8"))

    def _resume(self, path: Path) -> None:
        """Take over the state of a checkpoint, and write into its folder.

        Raises:
            RunError: It is torn, or of another training.
        """
        state = read_checkpoint(path)
        self._check_settings(path, state)
        try:
            for key, part in self.parts.items():
                restore(part, state[key])
            set_random_state(state["random"][RANK])
            self._go_to(state)
        except Exception as error:
            raise RunError(f"{path} is of another run: {one_line(error)}") from None
        if state["about"] != self.about:
            raise RunError(f"{path} was made with other data")

    def _check_settings(self, path: Path, state: dict[str, Any]) -> None:
        """See that what may not change on the way is as it was."""
        before = {**state["settings"], "ranks": state.get("ranks")}
        now = {**plain(self.args), "ranks": RANKS}
        for name in [key for key in now if key not in self._free]:
            if before.get(name) != now[name]:
                said = name.replace("_", "-")
                was = f"{said} {before.get(name)}, not {now[name]}"
                raise RunError(f"{path} was made with {was}")

    def _go_to(self, state: dict[str, Any]) -> None:
        """Take over what a run counts.

        Raises:
            ValueError: It cannot be so.
        """
        epoch, step, best_epoch = (
            int(state[key]) for key in ("epoch", "step", "best_epoch")
        )
        rows = [_row(each, {"seconds", self.score}) for each in state["rows"]]
        if [row["epoch"] for row in rows] != list(range(1, len(rows) + 1)):
            raise ValueError("it has no metrics of the epochs before")
        if epoch != len(rows) + 1 or not 0 <= best_epoch < epoch or step < 0:
            raise ValueError(f"it is in step {step} of epoch {epoch}")
        self.rows, self.epoch, self.step = rows, epoch, step
        self.best, self.best_epoch = float(state["best"]), best_epoch

    def _show_row(self, row: dict[str, float]) -> None:
        if RANK > 0:
            return
        if len(self.rows) == 1:
            print("  ".join(row))
        cells = (f"{value:{len(name)}.4g}" for name, value in row.items())
        print("  ".join(cells), flush=True)
        for name, value in row.items() if self._board else ():
            self._board.add_scalar(name, value, self.epoch - 1)

    def _show_best(self) -> None:
        """Show what the best epoch has reached, and where it is kept."""
        if RANK > 0 or not self.rows:
            return
        best = self.rows[self.best_epoch - 1]
        table = {f"best of {len(self.rows)} epochs": self.best_epoch, **best}
        table["seconds"] = sum(row["seconds"] for row in self.rows)
        del table["epoch"]
        for name, value in table.items():
            print(f"{name:20} {value:10.4g}")
        say(f"metrics.csv, best.pt, last.pt: {self.folder}")

    def _restore_best(self) -> None:
        """Give the model, and a mean of its weights, those of the best epoch."""
        if RANKS > 1:
            dist.barrier()
        state = read_checkpoint(self.folder / "best.pt")
        for name in {"model", "average"} & self.parts.keys():
            self.parts[name].load_state_dict(state[name])

    def _save(self, name: str) -> None:
        """Write a checkpoint; of "last.pt", keep the one before as "previous.pt"."""
        self._check_losses()
        random: list[Any] = [None] * RANKS
        if RANKS > 1:
            dist.all_gather_object(random, random_state())
        else:
            random = [random_state()]
        state = {key: part.state_dict() for key, part in self.parts.items()}
        for key in ("about", "epoch", "step", "best", "best_epoch", "rows"):
            state[key] = vars(self)[key]
        state |= {"settings": plain(self.args), "ranks": RANKS, "random": random}
        self._write(name, lambda path: torch.save(state, path))

    def _write(self, name: str, write: Callable[[Path], object]) -> None:
        """Write a file aside and rename it, so that it is never half a file."""
        if RANK > 0:
            return
        path, aside = self.folder / name, self.folder / f"{name}.part"
        try:
            write(aside)
            with aside.open("rb") as file:
                os.fsync(file.fileno())  # whole, even if the power fails
        except (OSError, RuntimeError) as error:  # a full disk, in Python and in torch
            aside.unlink(missing_ok=True)
            raise RunError(f"{path} cannot be written: {error}") from None
        if name == "last.pt" and path.exists():
            path.replace(self.folder / "previous.pt")
        aside.replace(path)

    def _write_rows(self, path: Path) -> None:
        with path.open("w", newline="") as file:
            names = dict.fromkeys(name for row in self.rows for name in row)
            writer = csv.DictWriter(file, list(names))
            writer.writeheader()
            writer.writerows(self.rows)

    def _check_losses(self) -> None:
        """Stop at a loss that is no number; only here the device is waited for."""
        if not self._losses:
            return
        finite = torch.stack(self._losses).isfinite().tolist()
        if not all(finite):
            step = self.step - len(finite) + finite.index(False) + 1
            raise RunError(
                f"the loss is not finite in step {step} of epoch {self.epoch}: try a "
                f"smaller --lr; {self.folder} keeps the two checkpoints before it"
            )
        self._losses.clear()

    def _stop(self, number: int, _frame: object) -> None:
        if self._signal or RANKS > 1:  # other ranks would not stop at the same step
            raise SystemExit(128 + number)
        self._signal = number

    def _leave(self) -> NoReturn:
        said = f"stopped: --resume {self.folder} goes on"
        print(printable(said), file=sys.stderr)
        raise SystemExit(128 + self._signal)


def _row(kept: Any, wanted: set[str]) -> dict[str, float]:
    """Take over the metrics of an epoch from a checkpoint.

    Raises:
        ValueError: It is none.
    """
    numbers = isinstance(kept, dict) and all(
        isinstance(name, str) and isinstance(value, int | float)
        for name, value in kept.items()
    )
    if not numbers or not kept.keys() >= {"epoch", *wanted}:
        raise ValueError("it has no metrics of the epochs before")
    row: dict[str, float] = kept
    return row


def _named(means: dict[str, dict[str, float]]) -> dict[str, float]:
    return {
        f"{part}_{name}": value
        for part, found in means.items()
        for name, value in found.items()
    }


def _with_bar(batches: tuple[Tensor, ...]) -> Iterable[Tensor]:
    """Show a bar when a person looks and tqdm is there."""
    if RANK > 0 or not sys.stderr.isatty():
        return batches
    try:
        from tqdm import tqdm  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        return batches
    bar: Iterable[Tensor] = tqdm(batches, leave=False)
    return bar


def _tensorboard(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise RunError(
            "--tensorboard needs a package: pip install tensorboard"
        ) from None
    return SummaryWriter(folder)
