"""The training of a network, resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mlpgen.training.datasets import Dataset
    from mlpgen.training.loss import Loss, Target
    from mlpgen.training.optimizer import Optimizer
    from mlpgen.training.scheduler import Scheduler


class Recipe(NamedTuple):
    """How a network is trained.

    Attributes:
        dataset: The data.
        target: What the first output is compared with.
        loss: How.
        optimizer: What changes the parameters.
        scheduler: What changes the learning rate, or None.
        schedulers: The parts of a scheduler that is made of several.
        epochs: Passes over the training data.
        batch_size: Examples in one step.
        seed: Of initial values and shuffling.
    """

    dataset: Dataset
    target: Target
    loss: Loss
    optimizer: Optimizer
    scheduler: Scheduler | None
    schedulers: tuple[Scheduler, ...]
    epochs: int
    batch_size: int
    seed: int

    @property
    def classifies(self) -> bool:
        """Whether the targets are classes."""
        return self.target != "image"
