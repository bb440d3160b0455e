"""Learning rate schedulers of `torch.optim.lr_scheduler`.

https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, Strict

from mlpgen.catalogue.component import (
    Expects,
    Follows,
    NonNegativeReal,
    Positive,
    PositiveReal,
    Probability,
)
from mlpgen.training.component import Problem, TrainingComponent

_AsTuple = Strict(strict=False)
Iterations = Annotated[int, Field(ge=0), Expects("a whole number of at least 0")]
Milestones = Annotated[
    tuple[Positive, ...],
    _AsTuple,
    Field(min_length=1),
    Expects("a list of whole numbers of at least 1"),
]


class Scheduler(TrainingComponent):
    """Base of learning rate schedulers.

    Class attributes:
        steps: When it steps: after each `epoch` or each `batch`.
        peak: The argument that the script's `--lr` sets, instead of that of the
            optimizer.
    """

    steps: ClassVar[Literal["epoch", "batch"]] = "epoch"
    peak: ClassVar[str] = ""

    @property
    def watched(self) -> str:
        """The metric of the script that it watches, or an empty string."""
        return ""


class StepLR(Scheduler):
    """Multiplies the learning rate by `gamma` every `step_size` epochs."""

    example: ClassVar = "StepLR: {step_size: 5, gamma: 0.5}"

    step_size: Positive
    gamma: float = 0.1


class MultiStepLR(Scheduler):
    """Multiplies the learning rate by `gamma` at each milestone, an epoch."""

    example: ClassVar = "MultiStepLR: {milestones: [5, 8], gamma: 0.1}"

    milestones: Milestones
    gamma: float = 0.1


class ConstantLR(Scheduler):
    """Multiplies the learning rate by a factor for the first epochs."""

    example: ClassVar = "ConstantLR"

    factor: Probability = 1 / 3
    total_iters: Iterations = 5


class LinearLR(Scheduler):
    """Changes the learning rate linearly over the first epochs: a warmup."""

    example: ClassVar = "LinearLR: {start_factor: 0.1, total_iters: 3}"

    start_factor: Annotated[
        float, Field(gt=0, le=1), Expects("a number above 0, at most 1")
    ] = 1 / 3
    end_factor: Probability = 1.0
    total_iters: Positive = 5


class ExponentialLR(Scheduler):
    """Multiplies the learning rate by `gamma` every epoch."""

    example: ClassVar = "ExponentialLR: 0.9"

    gamma: float


class PolynomialLR(Scheduler):
    """Decays the learning rate to 0 by a polynomial of the epoch."""

    example: ClassVar = "PolynomialLR: {total_iters: 10}"

    total_iters: Positive = 5
    power: NonNegativeReal = 1.0


class CosineAnnealingLR(Scheduler):
    """Decays the learning rate along half a cosine of `T_max` epochs."""

    example: ClassVar = "CosineAnnealingLR"

    T_max: Annotated[
        int | None,
        Field(ge=1),
        Follows(),
        Expects("a whole number of at least 1, or left out: the number of epochs"),
    ] = None
    eta_min: NonNegativeReal = 0.0


class CosineAnnealingWarmRestarts(Scheduler):
    """Cosine annealing that restarts after `T_0` epochs."""

    example: ClassVar = "CosineAnnealingWarmRestarts: 5"

    T_0: Positive
    T_mult: Positive = 1
    eta_min: NonNegativeReal = 0.0


class CyclicLR(Scheduler):
    """Moves the learning rate up and down, with a step after each batch."""

    example: ClassVar = "CyclicLR: {base_lr: 0.01, max_lr: 0.1, step_size_up: 500}"
    steps: ClassVar = "batch"
    peak: ClassVar = "max_lr"

    base_lr: NonNegativeReal
    max_lr: NonNegativeReal
    step_size_up: Positive = 2000
    step_size_down: Annotated[
        int | None, Field(ge=1), Expects("a whole number of at least 1")
    ] = None
    mode: Literal["triangular", "triangular2", "exp_range"] = "triangular"
    gamma: float = 1.0
    scale_mode: Literal["cycle", "iterations"] = "cycle"
    cycle_momentum: bool = True
    base_momentum: Probability = 0.8
    max_momentum: Probability = 0.9

    def check(self) -> Problem | None:
        """Check that the lower rate is not above the upper one."""
        if self.base_lr <= self.max_lr:
            return None
        message = f"`base_lr` {self.base_lr} must not be above `max_lr` {self.max_lr}"
        return Problem("MG311", message, "base_lr")


class OneCycleLR(Scheduler):
    """The 1cycle policy: one rise and one long decay, with a step after each batch."""

    example: ClassVar = "OneCycleLR: {max_lr: 0.2}"
    steps: ClassVar = "batch"
    peak: ClassVar = "max_lr"

    max_lr: PositiveReal
    total_steps: Annotated[
        int | None,
        Field(ge=1),
        Follows(),
        Expects("a whole number of at least 1, or left out: all batches"),
    ] = None
    pct_start: Annotated[
        float, Field(gt=0, lt=1), Expects("a number above 0 and below 1")
    ] = 0.3
    anneal_strategy: Literal["cos", "linear"] = "cos"
    cycle_momentum: bool = True
    base_momentum: Probability = 0.85
    max_momentum: Probability = 0.95
    div_factor: PositiveReal = 25.0
    final_div_factor: PositiveReal = 10000.0
    three_phase: bool = False

    def check(self) -> Problem | None:
        """Refuse `total_steps`, which the script computes from the data."""
        if self.total_steps is None:
            return None
        message = "the script computes `total_steps` from the number of batches"
        return Problem("MG311", message, "total_steps", "leave it out")


class ReduceLROnPlateau(Scheduler):
    """Multiplies the learning rate by a factor when a metric stops improving.

    The metric is the test loss, or the test accuracy with `mode: max`.
    """

    example: ClassVar = "ReduceLROnPlateau: {patience: 2}"

    mode: Literal["min", "max"] = "min"
    factor: Annotated[
        float, Field(ge=0, lt=1), Expects("a number from 0 to below 1")
    ] = 0.1
    patience: Iterations = 10
    threshold: float = 0.0001
    threshold_mode: Literal["rel", "abs"] = "rel"
    cooldown: Iterations = 0
    min_lr: NonNegativeReal = 0
    eps: NonNegativeReal = 1e-08

    @property
    def watched(self) -> str:
        """The test accuracy or the test loss."""
        return "test_accuracy" if self.mode == "max" else "test_loss"


class SequentialLR(Scheduler):
    """Runs one scheduler after the other, and switches at the milestones."""

    example: ClassVar = (
        "SequentialLR: {schedulers: [{LinearLR: {total_iters: 2}}, "
        "{CosineAnnealingLR: {T_max: 8}}], milestones: [2]}"
    )

    schedulers: Annotated[
        tuple[Any, ...], _AsTuple, Field(min_length=1), Expects("a list of schedulers")
    ]
    milestones: Milestones

    def check(self) -> Problem | None:
        """Check that the milestones increase, and are one fewer than the schedulers."""
        if list(self.milestones) != sorted(set(self.milestones)):
            message = f"the milestones {list(self.milestones)} must increase"
            return Problem("MG311", message, "milestones")
        if len(self.milestones) != len(self.schedulers) - 1:
            return Problem(
                "MG311",
                f"{len(self.schedulers)} schedulers need {len(self.schedulers) - 1} "
                f"milestones, not {len(self.milestones)}",
                "milestones",
            )
        return None


class ChainedScheduler(Scheduler):
    """Applies several schedulers at once."""

    example: ClassVar = (
        "ChainedScheduler: [{LinearLR: {total_iters: 2}}, {ExponentialLR: 0.9}]"
    )

    schedulers: Annotated[
        tuple[Any, ...], _AsTuple, Field(min_length=1), Expects("a list of schedulers")
    ]
