"""Adam and its variants."""

from typing import ClassVar

from mlpgen.catalogue.component import NonNegativeReal, PositiveReal
from mlpgen.training.optimizers.base import Betas, Optimizer


class Adam(Optimizer):
    """Adam: moving averages of the gradient and of its square."""

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
    """Adam with decoupled weight decay."""

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
    """Adam with the infinity norm in place of the mean square."""

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
    """Adam with a rectified variance at the start."""

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
        """Refuse every model: all gradients here are dense."""
        del dimensions
        return (
            "`SparseAdam` needs sparse gradients, but those of these layers are dense"
        )
