"""What all trainings share: epochs, batches, ranks, signals, metrics.

A script `train_x.py` shows how a model learns. What it takes from here keeps that in a
folder, from which it can go on at any time, on one device or on several.
"""

import argparse
import math
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NoReturn

import torch
from torch import Tensor, nn

import checkpoint
import look
import resume
import starting
from best import is_better, other_best, remark, sign_of
from changes import Spec
from data_common import RANK, RANKS, Data, Features, Splits
from errors import Ended, RunError, note, printable, say
from gathered import Gathered
from progress import flat_metrics, profiled, show_row, show_table, tensorboard, with_bar
from ranks import Share, of_ranks, same_buffers, same_states
from resume import Schedule
from run_folder import taken


class Run:
    """A training in progress.

    Attributes:
        folder: Gets config.json, data.json, metrics.csv, and the checkpoints.
        epoch: The epoch in progress, from 1; `step` batches of it are done.
        best: The highest score of an epoch so far, that of `best_epoch`.
        rows: The metrics of the epochs before.
    """

    def __init__(
        self,
        args: argparse.Namespace,
        data: Splits,
        spec: Spec | None = None,
        **parts: Any,
    ) -> None:
        """Begin with nothing that is learned but the weights of `--weights`.

        Args:
            args: The command line; what its `--freeze` names is not trained.
            data: What is learned from, and tested.
            spec: What the scripts were made from.
            parts: What has a state: the model, the optimizer and the like.
        """
        self.args, self.data, self.spec, self.parts = args, data, spec, parts
        self.about = data.about
        self.folder: Path = args.out
        self.epoch, self.step = 1, 0
        self.best, self.best_epoch = -math.inf, 0
        self.rows: list[dict[str, float]] = []
        self._score, self._sign = "", 1
        self._fixed, self._count = False, 0
        self._schedule: Schedule | None = None  # of a run that continues
        self._since = 0  # the epoch after which the best one is looked for
        self._losses, self._watched = Gathered(), list[int]()  # with their steps
        self._share = Share()
        self._signal = 0
        self._board: Any = None
        self._lock: IO[str] | None = None
        self._begun = 0.0
        if args.weights and not args.resume:
            classes = data.about.get("classes", [])
            without = args.weights_except
            starting.take_weights(parts["model"], args.weights, without, classes)
        self._frozen = starting.freeze(parts["model"], args.freeze)

    def epochs(
        self,
        score: str,
        *,
        lowest: bool = False,
        fixed: bool = False,
        patience: int | None = None,
        target: float | None = None,
    ) -> Iterator[int]:
        """Yield the epochs that are left, and keep the state around them.

        At the end the models have the weights of the best epoch.

        Args:
            score: The metric of the best epoch, such as "test_accuracy".
            lowest: Whether its lowest value is the best, as that of a loss always is.
            fixed: Whether the schedule follows from the number of epochs.
            patience: Epochs without a better one after which the training ends.
            target: The score at which it ends.
        """
        self._score, self._sign = score, sign_of(score, lowest=lowest)
        self._fixed = fixed
        if not self.args.profile:
            self._begin()
        if self.epoch > self.args.epochs:
            say(f"all {self.args.epochs} epochs are done: --epochs sets more")
        while self.epoch <= self.args.epochs and not self._finished(patience, target):
            self._begun = time.perf_counter()
            yield self.epoch
        self._end()

    def batches(self, data: Data) -> Iterator[tuple[Features, Tensor]]:
        """Yield what this rank learns from in each step that is left of the epoch."""
        for index in self._steps(data):
            own = index[RANK::RANKS]
            features, targets = data.at(own)
            self._share.weigh(len(own) / len(index), data.count(targets))
            yield features, targets

    def parts_of(
        self, data: Data, count: int
    ) -> Iterator[Iterator[tuple[Features, Tensor, float]]]:
        """Yield the same, each step in parts whose gradients are added up.

        Of each part there is also its share of the step, by which its loss counts.
        """
        for index in self._steps(data, count):
            parts = [part[RANK::RANKS] for part in index.tensor_split(count)]
            shares, whole = data.shares(parts)
            self._share.weigh(sum(len(part) for part in parts) / len(index), whole)
            pairs = zip(parts, shares, strict=True)
            yield ((*data.at(part), share) for part, share in pairs)

    def watch(self, loss: Tensor | float) -> None:
        """Take note of a loss of the step: the run stops at one that is no number."""
        self._losses.add(torch.as_tensor(loss).detach().view(1))
        self._watched.append(self.step)

    def mean(self, loss: Tensor) -> float:
        """Return the mean of a loss over all ranks, which so decide alike."""
        return self._share.mean(loss)

    def parallel(self, model: nn.Module, *, find_unused: bool = False) -> nn.Module:
        """Let all ranks train a model together.

        Gradients become means over ranks, which weigh as much as they have of a batch.
        Parameters without a part in the loss have to be looked for.
        """
        torch.manual_seed(self.args.seed + RANK)  # each rank drops out other values
        return self._share.parallel(model, find_unused=find_unused)

    def record(self, **means: dict[str, float]) -> None:
        """Keep the metrics of an epoch, and the weights of the best one.

        Metrics are named by what they are of: `test={"loss": 0.1}` is `test_loss`.
        """
        row = {"epoch": self.epoch, **flat_metrics(means)}
        row["seconds"] = time.perf_counter() - self._begun
        self.rows.append(row)
        self.epoch, self.step = self.epoch + 1, 0
        if not all(math.isfinite(value) for value in row.values()):
            self._diverge(f"the metrics of epoch {self.epoch - 1} are not finite")
        best = self.rows[self.best_epoch - 1] if self.best_epoch else None
        if best is None or is_better(row, best, self._score, self._sign):
            self.best_epoch = self.epoch - 1
            self.best = row[self._score] * self._sign
            self._save("best.pt")
        self._write("metrics.csv", lambda path: checkpoint.write_rows(path, self.rows))
        show_row(row, self._board, first=len(self.rows) == 1)
        self._keep()

    def report(self, **means: dict[str, float]) -> None:
        """Print metrics that belong to no epoch, as `record` takes them."""
        show_table(flat_metrics(means))

    def _steps(self, data: Data, parts: int = 1) -> Iterator[Tensor]:
        """Yield the places of each batch that is left, the same on all ranks."""
        seed = self.args.seed + 10_000 * self.epoch
        batches = data.shuffled(self.args.batch_size, parts, seed)
        self._count = len(batches)
        if self._schedule:
            self.step = self._schedule.fit(len(batches), self.epoch, self.step)
            self._schedule = None
        if self.step > len(batches):
            raise RunError(f"an epoch has no {self.step} steps: other data?")
        for module in self._frozen:  # which keep their statistics
            module.eval()
        if self.args.profile:
            yield from profiled(batches, self.folder)
        for batch in with_bar(batches[self.step :]):
            yield batch
            self.step += 1
            every = self.args.checkpoint_every
            if self._signal or (every and self.step % every == 0):
                self._keep()
        self._check_losses()
        models = [part for part in self.parts.values() if isinstance(part, nn.Module)]
        same_buffers(models)

    def _keep(self) -> None:
        """Keep the state, and leave after a signal."""
        asked = self._signal
        self._save("last.pt")
        if asked:
            said = f"stopped: --resume {self.folder} goes on"
            print(printable(said), file=sys.stderr)
            raise Ended(128 + asked)

    def _finished(self, patience: int | None, target: float | None) -> bool:
        """Tell whether the training may end before its time, and say so."""
        since = max(self.best_epoch, self._since)
        if patience is not None and self.epoch - since > patience:
            say(f"no better epoch since {self.best_epoch}: stopped early")
            return True
        if target is not None and self.best >= target * self._sign:
            seconds = sum(row["seconds"] for row in self.rows)
            say(f"reached {target} after {seconds:.2f} s")
            return True
        return False

    def _begin(self) -> None:
        """Go on with a run, or keep the state before the first step."""
        if self.args.resume:
            self._resume(self.args.resume)
        if RANK == 0:
            self._lock = taken(self.folder, anew=not self.args.resume)
        self._describe()
        look.begin(self.data, self.folder)
        if not self.args.resume:
            self._save("last.pt")
        if self.args.tensorboard and RANK == 0:
            self._board = tensorboard(self.folder)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)

    def _describe(self, diverged: str = "") -> None:
        """Write down what is run, and whether it has diverged, into config.json."""
        text = checkpoint.described(self.args, self._score, diverged)
        self._write("config.json", lambda path: path.write_text(text, "utf-8"))

    def _resume(self, path: Path) -> None:
        """Take over the state of a checkpoint, and write into its folder."""
        state, settings = checkpoint.read(path), checkpoint.plain(self.args)
        schedule = Schedule(self.parts)
        try:
            lines, self.spec = resume.differences(
                path, state, settings, self.about, self.spec, self.parts
            )
            resume.restore(path, self.parts, state)
            schedule.compare(state, settings, fixed=self._fixed)
            checkpoint.set_random_state(state["random"][RANK])
            lines += self._go_to(state)
        except RunError:
            raise
        except Exception:
            raise RunError(f"{path} is damaged, or no checkpoint of a run") from None
        self._schedule = schedule
        for line in lines:
            note(line)

    def _go_to(self, state: dict[str, Any]) -> list[str]:
        """Take over what a run counts; say if its best epoch counts no more."""
        counted = ("epoch", "step", "best_epoch")
        epoch, step, best_epoch = (int(state[name]) for name in counted)
        rows = [checkpoint.row(each) for each in state["rows"]]
        if [row["epoch"] for row in rows] != list(range(1, len(rows) + 1)):
            raise ValueError("it has no metrics of the epochs before")
        if epoch != len(rows) + 1 or not 0 <= best_epoch < epoch or step < 0:
            raise ValueError(f"it is in step {step} of epoch {epoch}")
        self.rows, self.epoch, self.step = rows, epoch, step
        reason = self._other_best(state, rows[best_epoch - 1]) if best_epoch else ""
        if reason:
            self._since = len(rows)
            return [f"{reason}: the best epoch is looked for from now on"]
        self.best, self.best_epoch = float(state["best"]), best_epoch
        return []

    def _other_best(self, state: dict[str, Any], row: dict[str, float]) -> str:
        """Say why the best epoch of a run is none today; nothing if it is one."""
        if said := other_best(state, row, self._score, self.spec):
            return said
        gone = RANK == 0 and not (self.folder / "best.pt").exists()
        return f"{self.folder / 'best.pt'} is gone" if of_ranks(gone)[0] else ""

    def _end(self) -> None:
        """Show the best epoch, and give the models the weights that they had then."""
        if self.best_epoch:
            best = self.rows[self.best_epoch - 1]
            table = {f"best of {len(self.rows)} epochs": self.best_epoch, **best}
            table["seconds"] = sum(row["seconds"] for row in self.rows)
            del table["epoch"]
            show_table(table)
            if said := remark(self.args, self.rows, self._score):
                say(said)
            say(f"metrics.csv, best.pt, last.pt: {self.folder}")
        # The other ranks may not see the folder of the first.
        path = self.folder / "best.pt"
        state = checkpoint.read(path) if RANK == 0 and path.exists() else {}
        for name in [each for each in ("model", "average") if each in self.parts]:
            model = self.parts[name]
            if name in state:
                model.load_state_dict(state[name])
            same_states(model)
            model.eval()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def _save(self, name: str) -> None:
        """Write a checkpoint; of "last.pt", keep the one before as "previous.pt"."""
        self._check_losses()
        state = {key: part.state_dict() for key, part in self.parts.items()}
        for key in ("about", "epoch", "step", "best", "best_epoch", "rows"):
            state[key] = vars(self)[key]
        state |= {"version": checkpoint.VERSION, "spec": self.spec}
        state |= {"score": self._score, "steps": self._count}
        state |= {"settings": checkpoint.plain(self.args), "ranks": RANKS}
        state["random"] = of_ranks(checkpoint.random_state())
        self._write(name, lambda path: torch.save(state, path))

    def _write(self, name: str, write: Callable[[Path], object]) -> None:
        if RANK == 0:
            checkpoint.write(self.folder / name, write)

    def _check_losses(self) -> None:
        """Stop at a loss that is no number; only here the device is waited for."""
        if not self._losses:
            return
        finite = self._losses.rows().flatten().isfinite().tolist()
        own = 0 if all(finite) else self._watched[finite.index(False)] + 1
        steps = [step for step in of_ranks(own) if step]
        if steps:
            at = f"step {min(steps)} of epoch {self.epoch}"
            self._diverge(f"the loss is not finite in {at}: try a smaller --lr")
        self._losses.clear()
        self._watched.clear()

    def _diverge(self, said: str) -> NoReturn:
        """Mark the run as one that has diverged, and end."""
        self._describe(diverged=said)
        of_ranks(None)  # the first rank that ends would end the others
        raise RunError(f"{said}; {self.folder} keeps the checkpoints before it")

    def _stop(self, number: int, _frame: object) -> None:
        if self._signal or RANKS > 1:  # other ranks would not stop at the same step
            raise Ended(128 + number)
        self._signal = number
