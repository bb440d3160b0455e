"""Stochastic gradient descent."""

from typing import ClassVar

from mlpgen.catalogue.component import NonNegativeReal
from mlpgen.training.component import Problem
from mlpgen.training.optimizers.base import Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent, optionally with momentum."""

    example: ClassVar = "SGD: {lr: 0.1, momentum: 0.9}"
    fused: ClassVar = True
    momentum_argument: ClassVar = "momentum"

    lr: NonNegativeReal = 0.001
    momentum: NonNegativeReal = 0
    dampening: float = 0
    weight_decay: NonNegativeReal = 0
    nesterov: bool = False
    maximize: bool = False

    def check(self) -> Problem | None:
        """Check that Nesterov momentum has momentum and no dampening."""
        if self.nesterov and (self.momentum <= 0 or self.dampening != 0):
            message = "`nesterov` needs a `momentum` above 0 and no `dampening`"
            return Problem("MG311", message, "nesterov")
        return None


class ASGD(Optimizer):
    """Averaged stochastic gradient descent."""

    example: ClassVar = "ASGD: {lr: 0.1}"

    lr: NonNegativeReal = 0.01
    lambd: float = 0.0001
    alpha: float = 0.75
    t0: float = 1000000.0
    weight_decay: NonNegativeReal = 0
    maximize: bool = False
