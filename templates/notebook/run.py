"""A training in a notebook: what `training.Run` is for scripts, in memory."""

import copy
import math
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from data_common import Data, DataError, Features


class Run:
    """A training: its epochs, and the weights of the best one.

    Attributes:
        rows: The metrics of the epochs before.
    """

    def __init__(self, args: SimpleNamespace, **models: nn.Module) -> None:
        """Begin with the settings, and models whose weights of the best epoch count."""
        self.args, self.models = args, models
        self.rows: list[dict[str, float]] = []
        self.best, self.best_epoch = -math.inf, 0
        self._kept: dict[str, Any] = {}
        self._losses: list[Tensor] = []

    @property
    def epoch(self) -> int:
        """The epoch in progress, from 1."""
        return len(self.rows) + 1

    def epochs(
        self,
        score: str,
        *,
        lowest: bool = False,
        fixed: bool = False,
        patience: int | None = None,
        target: float | None = None,
    ) -> Iterator[int]:
        """Yield the epochs; end early without a better one, or at a score."""
        del fixed
        self._score = score
        self._sign = -1 if lowest or score.partition("_")[2] == "loss" else 1
        while self.epoch <= self.args.epochs:
            if patience is not None and self.epoch - self.best_epoch > patience:
                print(f"no better epoch since {self.best_epoch}: stopped early")
                return
            if target is not None and self.best >= target * self._sign:
                print(f"reached {target}")
                return
            self._begun = time.perf_counter()
            yield self.epoch

    def batches(self, data: Data) -> Iterator[tuple[Features, Tensor]]:
        """Yield all data in batches, in an order of its own in each epoch."""
        for index in self._steps(data):
            yield data.at(index)

    def parts_of(
        self, data: Data, count: int
    ) -> Iterator[Iterator[tuple[Features, Tensor, float]]]:
        """Yield the same in parts, each with its share of the step."""
        for index in self._steps(data, count):
            parts = index.tensor_split(count)
            pairs = zip(parts, data.shares(parts)[0], strict=True)
            yield ((*data.at(part), share) for part, share in pairs)

    def watch(self, loss: Tensor | float) -> None:
        """Take note of a loss: the training ends at one that is no number."""
        self._losses.append(torch.as_tensor(loss).detach())

    def mean(self, loss: Tensor) -> float:
        """Return a loss as a number."""
        return loss.item()

    def parallel(self, model: nn.Module, *, find_unused: bool = False) -> nn.Module:
        """Return the model: one process trains it alone."""
        del find_unused
        torch.manual_seed(self.args.seed)
        return model

    def record(self, **means: dict[str, float]) -> None:
        """Print the metrics of an epoch, and keep the weights of the best one."""
        row: dict[str, float] = {"epoch": self.epoch}
        for part, found in means.items():
            row |= {f"{part}_{name}": value for name, value in found.items()}
        row["seconds"] = time.perf_counter() - self._begun
        self.rows.append(row)
        print("  ".join(f"{name} {value:.4g}" for name, value in row.items()))
        score = row[self._score] * self._sign
        if score > self.best:
            self.best, self.best_epoch = score, len(self.rows)
            states = {name: model.state_dict() for name, model in self.models.items()}
            self._kept = copy.deepcopy(states)

    def restore_best(self) -> None:
        """Give the models the weights of the best epoch."""
        if self.best_epoch:
            print(f"the best of {len(self.rows)} epochs: {self.best_epoch}")
        if self._score.startswith("test") and len(self.rows) > 1:
            print("the test chose that epoch: `validation` holds data out for it")
        for name, state in self._kept.items():
            self.models[name].load_state_dict(state)

    def _steps(self, data: Data, parts: int = 1) -> Iterator[Tensor]:
        """Yield the places of each batch."""
        seed = self.args.seed + 10_000 * self.epoch
        yield from data.shuffled(self.args.batch_size, parts, seed)
        if not torch.stack(self._losses).isfinite().all():
            raise DataError("the loss is not finite: try a smaller args.lr")
        self._losses.clear()
