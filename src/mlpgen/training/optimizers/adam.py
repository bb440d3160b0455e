"""Adam and its kin."""

from typing import ClassVar

from mlpgen.catalogue.component import NonNegativeReal, PositiveReal
from mlpgen.training.optimizers.base import Betas, Optimizer


class Adam(Optimizer):
    """Steps from running means of the gradient and of its square."""

    example: ClassVar = "Adam: {lr: 0.001}"
    fused: ClassVar = True
    momentum_argument: ClassVar = "betas"

    lr: NonNegativeReal = 0.001
    betas: Betas = (0.9, 0.999)
    eps: NonNegativeReal = 1e-08
    weight_decay: NonNegativeReal = 0
    amsgrad: bool = False
    maximize: bool = False
    decoupled_weight_decay: bool = False


class AdamW(Optimizer):
    """Adam with weight decay apart from the gradient."""

    example: ClassVar = "AdamW: {lr: 0.001, weight_decay: 0.01}"
    fused: ClassVar = True
    momentum_argument: ClassVar = "betas"

    lr: NonNegativeReal = 0.001
    betas: Betas = (0.9, 0.999)
    eps: NonNegativeReal = 1e-08
    weight_decay: NonNegativeReal = 0.01
    amsgrad: bool = False
    maximize: bool = False


class Adamax(Optimizer):
    """Adam by the largest gradient instead of its mean square."""

    example: ClassVar = "Adamax"
    momentum_argument: ClassVar = "betas"

    lr: NonNegativeReal = 0.002
    betas: Betas = (0.9, 0.999)
    eps: NonNegativeReal = 1e-08
    weight_decay: NonNegativeReal = 0
    maximize: bool = False


class NAdam(Optimizer):
    """Adam with Nesterov momentum."""

    example: ClassVar = "NAdam"
    momentum_argument: ClassVar = "betas"

    lr: NonNegativeReal = 0.002
    betas: Betas = (0.9, 0.999)
    eps: NonNegativeReal = 1e-08
    weight_decay: NonNegativeReal = 0
    momentum_decay: NonNegativeReal = 0.004
    decoupled_weight_decay: bool = False
    maximize: bool = False


class RAdam(Optimizer):
    """Adam that starts carefully."""

    example: ClassVar = "RAdam"
    momentum_argument: ClassVar = "betas"

    lr: NonNegativeReal = 0.001
    betas: Betas = (0.9, 0.999)
    eps: NonNegativeReal = 1e-08
    weight_decay: NonNegativeReal = 0
    decoupled_weight_decay: bool = False
    maximize: bool = False


class SparseAdam(Optimizer):
    """Adam for sparse gradients."""

    example: ClassVar = "SparseAdam"

    lr: PositiveReal = 0.001
    betas: Betas = (0.9, 0.999)
    eps: PositiveReal = 1e-08
    maximize: bool = False

    def refuses(self, dimensions: set[int]) -> str:
        """The layers here have dense gradients."""
        del dimensions
        return (
            "`SparseAdam` needs sparse gradients, and those of these layers are dense"
        )
