"""Muon, which orthogonalizes the steps of matrices."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mlpgen.catalogue.component import Expects, NonNegativeReal
from mlpgen.training.optimizers.base import AsTuple, Optimizer


class Muon(Optimizer):
    """Orthogonalizes the steps of momentum; for matrices only."""

    example: ClassVar = "Muon: {lr: 0.02}"
    momentum_argument: ClassVar = "momentum"
    only_matrices: ClassVar = True

    lr: NonNegativeReal = 0.001
    weight_decay: NonNegativeReal = 0.1
    momentum: NonNegativeReal = 0.95
    nesterov: bool = True
    ns_coefficients: Annotated[
        tuple[float, float, float], AsTuple, Expects("a list of three numbers")
    ] = (3.4445, -4.775, 2.0315)
    eps: NonNegativeReal = 1e-07
    ns_steps: Annotated[
        int, Field(ge=1, lt=100), Expects("a whole number from 1 to 99")
    ] = 5
    adjust_lr_fn: Literal["original", "match_rms_adamw"] | None = None

    def refuses(self, dimensions: set[int]) -> str:
        """Refuse parameters that are not matrices."""
        if dimensions <= {2}:
            return ""
        return "`Muon` optimizes matrices only, but the model has other parameters too"
