"""Element-wise activations other than the ReLU family."""

from typing import Annotated, ClassVar

from pydantic import Field

from mlpgen.catalogue.component import Expects, Structural
from mlpgen.layers.base import Activation, Function, Layer, Shape, ShapeError
from mlpgen.layers.shapes import example_axis


class Sigmoid(Activation):
    """The logistic function, 1 / (1 + exp(-x))."""

    saves_output: ClassVar = "always"
    call: ClassVar = "torch.sigmoid"
    example: ClassVar = "Sigmoid"


class LogSigmoid(Activation):
    """The logarithm of the sigmoid."""

    call: ClassVar = "F.logsigmoid"
    example: ClassVar = "LogSigmoid"


class Hardsigmoid(Activation):
    """A piecewise linear approximation of the sigmoid."""

    call: ClassVar = "F.hardsigmoid"
    example: ClassVar = "Hardsigmoid"
    inplace: bool = False


class Tanh(Activation):
    """The hyperbolic tangent."""

    saves_output: ClassVar = "always"
    call: ClassVar = "torch.tanh"
    example: ClassVar = "Tanh"


class Hardtanh(Activation):
    """Clamps x to the range from `min_val` to `max_val`."""

    call: ClassVar = "F.hardtanh"
    example: ClassVar = "Hardtanh: {min_val: -2, max_val: 2}"
    min_val: float = -1.0
    max_val: float = 1.0
    inplace: bool = False

    def output(self, shape: Shape) -> Shape:
        """Check that `min_val` is below `max_val`."""
        if self.min_val >= self.max_val:
            message = (
                f"`min_val` {self.min_val:g} must be below `max_val` {self.max_val:g}"
            )
            raise ShapeError("MG311", message, argument="min_val")
        return shape


class Tanhshrink(Activation):
    """x - tanh(x)."""

    call: ClassVar = "F.tanhshrink"
    example: ClassVar = "Tanhshrink"


class Hardshrink(Activation):
    """x, or 0 if |x| is at most `lambd`."""

    call: ClassVar = "F.hardshrink"
    example: ClassVar = "Hardshrink"
    lambd: float = 0.5


class Softshrink(Activation):
    """Moves x towards 0 by `lambd`, and sets it to 0 if |x| is at most `lambd`."""

    call: ClassVar = "F.softshrink"
    example: ClassVar = "Softshrink"
    lambd: Annotated[float, Field(ge=0), Expects("a number of at least 0")] = 0.5


class Hardswish(Activation):
    """x times its hard sigmoid."""

    call: ClassVar = "F.hardswish"
    example: ClassVar = "Hardswish"
    inplace: bool = False


class Softplus(Activation):
    """log(1 + exp(beta · x)) / beta, a smooth approximation of ReLU."""

    call: ClassVar = "F.softplus"
    example: ClassVar = "Softplus"
    beta: float = 1.0
    threshold: float = 20.0


class Softsign(Activation):
    """x / (1 + |x|)."""

    call: ClassVar = "F.softsign"
    example: ClassVar = "Softsign"


class Threshold(Activation):
    """x if it is above `threshold`, else `value`."""

    call: ClassVar = "F.threshold"
    example: ClassVar = "Threshold: {threshold: 0.1, value: 0}"
    threshold: float
    value: float
    inplace: bool = False


class GLU(Layer):
    """The first half of a dimension times the sigmoid of the second half."""

    example: ClassVar = "GLU: {dim: 1}"
    example_input: ClassVar[tuple[int, ...]] = (8,)
    rule: ClassVar = "(N, *, 2·M, *) → (N, *, M, *)"
    dim: Annotated[int, Structural(), Expects("a whole number")] = -1

    def output(self, shape: Shape) -> Shape:
        """Halve the dimension."""
        at = example_axis("dim", self.dim, shape)
        if shape[at] % 2:
            message = (
                f"`GLU` halves dimension {self.dim}, but its size {shape[at]} is odd"
            )
            raise ShapeError("MG304", message, argument="dim")
        return (*shape[:at], shape[at] // 2, *shape[at + 1 :])

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function("F.glu", (), {} if self.dim == -1 else {"dim": self.dim})
