"""Optimizers with step sizes that adapt to the gradients."""

from typing import Annotated, ClassVar

from pydantic import Field

from mlpgen.catalogue.component import Expects, NonNegativeReal
from mlpgen.training.optimizers.base import AsTuple, Optimizer


class Adadelta(Optimizer):
    """Adapts the step size of each parameter, without a learning rate to tune."""

    example: ClassVar = "Adadelta"

    lr: NonNegativeReal = 1.0
    rho: Annotated[float, Field(ge=0, le=1), Expects("a number from 0 to 1")] = 0.9
    eps: NonNegativeReal = 1e-06
    weight_decay: NonNegativeReal = 0
    maximize: bool = False


class Adafactor(Optimizer):
    """An adaptive method like Adam that needs much less memory."""

    example: ClassVar = "Adafactor: {lr: 0.01}"

    lr: NonNegativeReal = 0.01
    beta2_decay: Annotated[float, Field(le=0), Expects("a number of at most 0")] = -0.8
    eps: Annotated[
        tuple[Annotated[float, Field(ge=0)] | None, Annotated[float, Field(ge=0)]],
        AsTuple,
        Expects("a list of two numbers of at least 0"),
    ] = (None, 0.001)
    d: Annotated[float, Field(ge=1), Expects("a number of at least 1")] = 1.0
    weight_decay: NonNegativeReal = 0.0
    maximize: bool = False


class Adagrad(Optimizer):
    """Takes smaller steps for parameters with large past gradients."""

    example: ClassVar = "Adagrad: {lr: 0.05}"

    lr: NonNegativeReal = 0.01
    lr_decay: NonNegativeReal = 0
    weight_decay: NonNegativeReal = 0
    initial_accumulator_value: NonNegativeReal = 0
    eps: NonNegativeReal = 1e-10
    maximize: bool = False


class RMSprop(Optimizer):
    """Divides the gradient by a moving average of its magnitude."""

    example: ClassVar = "RMSprop: {lr: 0.001}"
    momentum_argument: ClassVar = "momentum"

    lr: NonNegativeReal = 0.01
    alpha: NonNegativeReal = 0.99
    eps: NonNegativeReal = 1e-08
    weight_decay: NonNegativeReal = 0
    momentum: NonNegativeReal = 0
    centered: bool = False
    maximize: bool = False


class Rprop(Optimizer):
    """Uses only the sign of the gradient; for large batches."""

    example: ClassVar = "Rprop"

    lr: NonNegativeReal = 0.01
    etas: Annotated[
        tuple[
            Annotated[float, Field(gt=0, lt=1)],
            Annotated[float, Field(gt=1)],
        ],
        AsTuple,
        Expects("a list of a number below 1 and one above 1"),
    ] = (0.5, 1.2)
    step_sizes: Annotated[
        tuple[float, float], AsTuple, Expects("a list of two numbers")
    ] = (1e-06, 50)
    maximize: bool = False
