"""The resolved training of a network."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mlpgen.layers.base import Shape
    from mlpgen.spec.training import StartKeys, Training
    from mlpgen.training.augmentations import Augmentation
    from mlpgen.training.custom import CustomMetric
    from mlpgen.training.data.base import DataSource, Input
    from mlpgen.training.losses.base import Loss, Target
    from mlpgen.training.metrics import Kind
    from mlpgen.training.optimizers.base import Optimizer
    from mlpgen.training.schedulers import Scheduler


class Dataset(NamedTuple):
    """The data that a network is trained on.

    Attributes:
        title: Its name, for people.
        shape: The shape of one example.
        classes: The number of classes; of the user's data, that of the model's outputs.
        origin: Where it comes from.
        dtype: The type of an example.
        known: The number of different integers that the model accepts, if known.
        inputs: What a model with several inputs takes; `shape`, `dtype` and `known` are
            of the first one.
        last_step: Whether the examples are texts, and the model looks at the last step.
    """

    title: str
    shape: tuple[int, ...]
    classes: int
    origin: DataSource
    dtype: str = "float32"
    known: int = 0
    inputs: tuple[Input, ...] = ()
    last_step: bool = False

    @property
    def several(self) -> bool:
        """Whether the model has several inputs."""
        return len(self.inputs) > 1

    def like(self, output: Shape) -> Input:
        """Return the input that has the shape of an output; without one, the first."""
        found = (each for each in self.inputs if each.shape == tuple(output))
        return next(found, self.inputs[0])

    def steps(self, output: Shape) -> tuple[int, ...]:
        """Return the shape of an input that is as long as an output; else the first."""
        long = (each.shape for each in self.inputs if each.shape == tuple(output[:1]))
        return next(long, self.shape)

    @property
    def text(self) -> bool:
        """Whether each target is the next character of a text."""
        return self.origin.continues

    @property
    def pictures(self) -> bool:
        """Whether the examples are images."""
        return self.origin.pictures

    @property
    def images(self) -> tuple[str, ...]:
        """The names of the inputs that are images, (C, H, W) of numbers."""
        if not self.origin.scalable:
            return ()
        floats = [each for each in self.inputs if each.dtype == "float32"]
        return tuple(each.name for each in floats if len(each.shape) == 3)

    @property
    def scalable(self) -> bool:
        """Whether examples can be normalized by a mean and a standard deviation."""
        floats = any(each.dtype == "float32" for each in self.inputs)
        return floats and self.origin.scalable

    @property
    def numbers(self) -> bool:
        """Whether the targets can be numbers."""
        return self.origin.numbers

    @property
    def single(self) -> bool:
        """Whether numeric targets are one number for each example."""
        return self.origin.single


class LossTerm(NamedTuple):
    """One loss of the sum that is minimized.

    Attributes:
        loss: The loss.
        output: The name of its output.
        target: The kind of its target.
        shape: The shape of the output.
        weight: Its weight in the sum.
        outputs: All outputs that it takes; several only if it is custom.
        dim: The dimension of the output, (N, …), that tells classes apart.
        bounded: Whether its output cannot be any number, such as that of a ReLU.
    """

    loss: Loss
    output: str
    target: Target
    shape: tuple[int, ...]
    weight: float
    outputs: tuple[str, ...]
    dim: int = 1
    bounded: bool = False

    @property
    def classes(self) -> int:
        """The number of classes that the output tells apart."""
        return self.shape[self.dim - 1] if self.shape else 0

    @property
    def places(self) -> tuple[int, ...]:
        """The shape of the output without its classes."""
        return (*self.shape[: self.dim - 1], *self.shape[self.dim :])


def main_term(terms: tuple[LossTerm, ...]) -> LossTerm:
    """Return the loss that decides the task of a model: the first of torch's."""
    return next((term for term in terms if not term.loss.custom), terms[0])


def kind_of(main: LossTerm, dataset: Dataset) -> Kind:
    """Return what a model predicts, for its metrics."""
    if dataset.text:
        return "text"
    if main.target in ("label", "one_hot"):
        return "classes"
    if main.target == "places":
        return "places"
    if main.target != "number" or not main.loss.unit:
        return "numbers"
    return "binary" if prod(main.shape) == 1 else "several"


class CustomTerm(NamedTuple):
    """A metric of the user.

    Attributes:
        metric: The function and its file.
        outputs: The outputs that it takes.
    """

    metric: CustomMetric
    outputs: tuple[str, ...]


class Best(NamedTuple):
    """What chooses the best epoch.

    Attributes:
        metric: Its name; `loss` is one.
        lowest: Whether its lowest value is the best.
        own: Whether the user wrote it.
        usual: Whether it is that of a spec that says nothing.
    """

    metric: str
    lowest: bool
    own: bool = False
    usual: bool = False


class Group(NamedTuple):
    """Parameters that are trained differently.

    Attributes:
        patterns: Of their names; empty for all.
        kind: Their kind; empty for all.
        optimizer: The optimizer with its arguments; it is that of the others with some
            arguments changed, if it is not one of its own.
        given: The names of the arguments that the group has.
        own: Whether it has an optimizer of its own.
        spared: Whether some of its parameters go without weight decay by `no_decay`.
    """

    patterns: tuple[str, ...]
    kind: str
    optimizer: Optimizer
    given: frozenset[str]
    own: bool
    spared: bool = False


class Schedule(NamedTuple):
    """How the learning rate changes.

    Attributes:
        scheduler: The scheduler.
        parts: The schedulers inside it, if it is made of several.
        by_step: Whether it advances after each step, not after each epoch.
        warmup: The number of epochs in which the rate rises first.
    """

    scheduler: Scheduler
    parts: tuple[Scheduler, ...]
    by_step: bool
    warmup: float


class Recipe(NamedTuple):
    """How a network is trained.

    Attributes:
        settings: The training as written in the spec.
        start: The weights that it starts from, if any.
        dataset: The data.
        terms: The losses; the first one decides the task of the model.
        metrics: The metrics besides the loss.
        custom_metrics: Those of the user.
        best: What chooses the best epoch.
        optimizer: The optimizer.
        no_decay: Groups of parameters without weight decay: `bias`, `norm`.
        groups: Parameters that are trained differently.
        schedule: The schedule of the learning rate, or None.
        augmentations: The changes to the images of a batch, in order.
    """

    settings: Training
    start: StartKeys | None
    dataset: Dataset
    terms: tuple[LossTerm, ...]
    metrics: tuple[str, ...]
    custom_metrics: tuple[CustomTerm, ...]
    best: Best
    optimizer: Optimizer
    no_decay: tuple[str, ...]
    groups: tuple[Group, ...]
    schedule: Schedule | None
    augmentations: tuple[Augmentation, ...]

    @property
    def main(self) -> LossTerm:
        """The loss that decides the task of the model."""
        return main_term(self.terms)

    @property
    def optimizers(self) -> tuple[Optimizer, ...]:
        """The optimizer, and those of groups that have one of their own."""
        return (self.optimizer, *(each.optimizer for each in self.groups if each.own))

    @property
    def target(self) -> Target:
        """The kind of target of the main loss."""
        return self.main.target

    @property
    def kind(self) -> Kind:
        """What the model predicts, for its metrics."""
        return kind_of(self.main, self.dataset)

    @property
    def logits(self) -> bool:
        """Whether numbers from 0 to 1 are compared with a sigmoid of the output."""
        return self.main.loss.inverse == "torch.sigmoid"

    @property
    def standardizes(self) -> bool:
        """Whether the loss sees targets with mean 0 and deviation 1.

        Losses that need counts or probabilities, those of the user, and outputs that
        cannot be negative take targets as they are.
        """
        terms = [each for each in self.terms if each.target != "image"]
        return (
            self.target == "number"
            and self.dataset.origin.standardizes
            and all(each.loss.any_scale and not each.bounded for each in terms)
        )

    @property
    def classifies(self) -> bool:
        """Whether the targets are classes."""
        return self.target in ("label", "one_hot")

    @property
    def classes(self) -> int:
        """The number of classes that the model tells apart, if it does."""
        return self.main.classes if self.kind == "places" else self.dataset.classes

    @property
    def soft(self) -> bool:
        """Whether the targets are probabilities of classes."""
        classes = self.kind in ("classes", "places")
        return classes and self.dataset.origin.meaning == "probabilities"

    @property
    def mixes(self) -> bool:
        """Whether targets are mixtures of classes in training."""
        return any(each.mixes for each in self.augmentations)
