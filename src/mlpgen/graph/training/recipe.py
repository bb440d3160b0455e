"""The training of a network, resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mlpgen.spec.training import Training
    from mlpgen.training.augmentations import Augmentation
    from mlpgen.training.data.base import DataSource
    from mlpgen.training.losses.base import Loss, Target
    from mlpgen.training.optimizers.base import Optimizer
    from mlpgen.training.schedulers import Scheduler


class Dataset(NamedTuple):
    """The data that a network is trained on.

    Attributes:
        title: For people.
        shape: Of one example.
        classes: How many there are; of own data those that the model tells apart.
        origin: Where it comes from.
        dtype: What an example holds.
        known: How many different whole numbers the model takes, if that is known.
    """

    title: str
    shape: tuple[int, ...]
    classes: int
    origin: DataSource
    dtype: str = "float32"
    known: int = 0

    @property
    def text(self) -> bool:
        """Whether each target is what comes next in a text."""
        return self.origin.continues

    @property
    def pictures(self) -> bool:
        """Whether the examples are images."""
        return self.origin.pictures

    @property
    def scalable(self) -> bool:
        """Whether examples can be brought from a mean and a deviation."""
        return self.dtype == "float32" and self.origin.scalable

    @property
    def numbers(self) -> bool:
        """Whether the targets may be numbers."""
        return self.origin.numbers

    @property
    def single(self) -> bool:
        """Whether the targets, where they are numbers, are one for each example."""
        return self.origin.single


class LossTerm(NamedTuple):
    """One loss of a sum.

    Attributes:
        loss: The loss.
        output: The output that it is on.
        target: What the output is compared with.
        shape: Of the output.
        weight: In the sum.
    """

    loss: Loss
    output: str
    target: Target
    shape: tuple[int, ...]
    weight: float


class Schedule(NamedTuple):
    """How the learning rate changes.

    Attributes:
        scheduler: The rule.
        parts: Those that it is made of, if it is made of several.
        by_step: Whether it moves on after each step, not after each epoch.
        warmup: Epochs in which the rate rises before.
    """

    scheduler: Scheduler
    parts: tuple[Scheduler, ...]
    by_step: bool
    warmup: float


class Recipe(NamedTuple):
    """How a network is trained.

    Attributes:
        settings: What the spec says; its parts are resolved in what follows.
        dataset: The data.
        terms: The losses; what the model is for follows from the first.
        metrics: What is measured beside the loss.
        optimizer: What changes the parameters.
        no_decay: Parameters that it leaves without weight decay: `bias`, `norm`.
        schedule: What changes the learning rate, or None.
        augmentations: What changes the images of a batch, in order.
    """

    settings: Training
    dataset: Dataset
    terms: tuple[LossTerm, ...]
    metrics: tuple[str, ...]
    optimizer: Optimizer
    no_decay: tuple[str, ...]
    schedule: Schedule | None
    augmentations: tuple[Augmentation, ...]

    @property
    def target(self) -> Target:
        """What the first output is compared with."""
        return self.terms[0].target

    @property
    def classifies(self) -> bool:
        """Whether the targets are classes."""
        return self.target in ("label", "one_hot")

    @property
    def mixes(self) -> bool:
        """Whether targets are mixtures of classes in training."""
        return any(each.mixes for each in self.augmentations)
