"""All optimizers of `torch.optim`: https://docs.pytorch.org/docs/stable/optim.html.

Arguments that only say how a step is executed are left out: `foreach`, `fused`,
`capturable`, `differentiable`.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, Strict

from mlpgen.component import Expects, NonNegativeReal, Positive, PositiveReal
from mlpgen.training.base import Part, Problem

_AsTuple = Strict(strict=False)
Below1 = Annotated[float, Field(ge=0, lt=1), Expects("a number from 0 to below 1")]
_Beta = Annotated[float, Field(ge=0, lt=1)]
Betas = Annotated[
    tuple[_Beta, _Beta], _AsTuple, Expects("a list of two numbers from 0 to below 1")
]


class Optimizer(Part):
    """An optimizer.

    Class attributes:
        fused: Whether torch has a fused implementation on every common device.
        closure: Whether a step evaluates the loss by itself.
        momentum: The argument that `cycle_momentum` of a scheduler moves.
    """

    fused: ClassVar[bool] = False
    closure: ClassVar[bool] = False
    momentum_argument: ClassVar[str] = ""

    lr: NonNegativeReal = 0.001

    def refuses(self, dimensions: set[int]) -> str:
        """Say why parameters of these numbers of dimensions cannot be optimized."""
        del dimensions
        return ""


class Adadelta(Optimizer):
    """Steps whose size adapts to each parameter, with no learning rate to tune."""

    example: ClassVar = "Adadelta"

    lr: NonNegativeReal = 1.0
    rho: Annotated[float, Field(ge=0, le=1), Expects("a number from 0 to 1")] = 0.9
    eps: NonNegativeReal = 1e-06
    weight_decay: NonNegativeReal = 0
    maximize: bool = False


class Adafactor(Optimizer):
    """Adam with far less memory."""

    example: ClassVar = "Adafactor: {lr: 0.01}"

    lr: NonNegativeReal = 0.01
    beta2_decay: Annotated[float, Field(le=0), Expects("a number of at most 0")] = -0.8
    eps: Annotated[
        tuple[Annotated[float, Field(ge=0)] | None, Annotated[float, Field(ge=0)]],
        _AsTuple,
        Expects("a list of two numbers of at least 0"),
    ] = (None, 0.001)
    d: Annotated[float, Field(ge=1), Expects("a number of at least 1")] = 1.0
    weight_decay: NonNegativeReal = 0.0
    maximize: bool = False


class Adagrad(Optimizer):
    """Smaller steps where gradients have been large."""

    example: ClassVar = "Adagrad: {lr: 0.05}"
    fused: ClassVar = True

    lr: NonNegativeReal = 0.01
    lr_decay: NonNegativeReal = 0
    weight_decay: NonNegativeReal = 0
    initial_accumulator_value: NonNegativeReal = 0
    eps: NonNegativeReal = 1e-10
    maximize: bool = False


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


class ASGD(Optimizer):
    """SGD that averages the weights of its steps."""

    example: ClassVar = "ASGD: {lr: 0.1}"

    lr: NonNegativeReal = 0.01
    lambd: float = 0.0001
    alpha: float = 0.75
    t0: float = 1000000.0
    weight_decay: NonNegativeReal = 0
    maximize: bool = False


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
        tuple[float, float, float], _AsTuple, Expects("a list of three numbers")
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


class RMSprop(Optimizer):
    """Steps divided by the running size of the gradient."""

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
    """Steps by the sign of the gradient; for large batches."""

    example: ClassVar = "Rprop"

    lr: NonNegativeReal = 0.01
    etas: Annotated[
        tuple[
            Annotated[float, Field(gt=0, lt=1)],
            Annotated[float, Field(gt=1)],
        ],
        _AsTuple,
        Expects("a list of a number below 1 and one above 1"),
    ] = (0.5, 1.2)
    step_sizes: Annotated[
        tuple[float, float], _AsTuple, Expects("a list of two numbers")
    ] = (1e-06, 50)
    maximize: bool = False


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if asked for."""

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
        """Nesterov's step needs momentum, undamped."""
        if self.nesterov and (self.momentum <= 0 or self.dampening != 0):
            message = "`nesterov` needs a `momentum` above 0 and no `dampening`"
            return Problem("MG311", message, "nesterov")
        return None


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


NAMES = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "Adamax",
    "AdamW",
    "ASGD",
    "LBFGS",
    "Muon",
    "NAdam",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SGD",
    "SparseAdam",
]
REFUSED: dict[str, str] = {}
