"""L-BFGS, a quasi-Newton method."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mlpgen.catalogue.component import Expects, NonNegativeReal, Positive
from mlpgen.training.optimizers.base import Optimizer


class LBFGS(Optimizer):
    """L-BFGS, a quasi-Newton method that evaluates each batch several times."""

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
