"""Optimizers that use more than the gradient at hand."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mlpgen.catalogue.component import Expects, NonNegativeReal, Positive
from mlpgen.training.optimizers.base import AsTuple, Optimizer


class LBFGS(Optimizer):
    """A quasi-Newton method that evaluates each batch several times."""

    example: ClassVar = "LBFGS: {lr: 0.5, max_iter: 4}"
    closure: ClassVar = True

    lr: NonNegativeReal = 1
    max_iter: Positive = 20
    max_eval: Annotated[
        int | None, Field(ge=1), Expects("a whole number of at least 1")
    ] = None
    tolerance_grad: NonNegativeReal = 1e-07
    tolerance_change: NonNegativeReal = 1e-09
    history_size: Positive = 100
    line_search_fn: Literal["strong_wolfe"] | None = None


class Muon(Optimizer):
    """Steps that are made orthogonal; for matrices only."""

    example: ClassVar = "Muon: {lr: 0.02}"
    momentum_argument: ClassVar = "momentum"

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
        """Biases and kernels are no matrices."""
        if dimensions <= {2}:
            return ""
        return "`Muon` optimizes matrices only, and the model has other parameters too"


class Rprop(Optimizer):
    """Steps by the sign of the gradient; for large batches."""

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
