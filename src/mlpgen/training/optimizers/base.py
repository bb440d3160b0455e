"""The base class of optimizers: https://docs.pytorch.org/docs/stable/optim.html.

Arguments that only change how a step is executed are left out: `foreach`, `fused`,
`capturable`, `differentiable`.
"""

from typing import Annotated, ClassVar

from pydantic import Field, Strict

from mlpgen.catalogue.component import Expects, NonNegativeReal
from mlpgen.training.component import TrainingComponent

AsTuple = Strict(strict=False)
_Beta = Annotated[float, Field(ge=0, lt=1)]
Betas = Annotated[
    tuple[_Beta, _Beta], AsTuple, Expects("a list of two numbers from 0 to below 1")
]


class Optimizer(TrainingComponent):
    """Base of optimizers.

    Class attributes:
        fused: Whether torch has a fused implementation on every common device.
        closure: Whether a step evaluates the loss through a closure.
        momentum_argument: The argument that `cycle_momentum` of a scheduler changes.
        only_matrices: Whether it takes parameters of two dimensions only.
    """

    fused: ClassVar[bool] = False
    closure: ClassVar[bool] = False
    momentum_argument: ClassVar[str] = ""
    only_matrices: ClassVar[bool] = False

    lr: NonNegativeReal = 0.001

    def refuses(self, dimensions: set[int]) -> str:
        """Say why it cannot optimize parameters with these numbers of dimensions."""
        del dimensions
        return ""
