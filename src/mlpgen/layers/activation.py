"""Activations: functions of each value by itself."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mlpgen.component import Expects, Positive, Structural
from mlpgen.layers.base import Function, Layer, Shape, ShapeError
from mlpgen.layers.linear import position


class _Activation(Layer):
    """What activations share: the shape stays, and a function does the same."""

    call: ClassVar[str] = ""
    example_input: ClassVar[tuple[int, ...]] = (8,)
    pointwise: ClassVar = True

    def function(self) -> Function | None:
        """The function of the same name, with what differs from torch's defaults."""
        arguments = self.arguments()
        given = tuple(value for name, value in arguments.items() if self.required(name))
        by_name = {
            key: value for key, value in arguments.items() if not self.required(key)
        }
        return Function(self.call, given, by_name)


class ReLU(_Activation):
    """max(0, x)."""

    call: ClassVar = "F.relu"
    example: ClassVar = "ReLU"
    inplace: bool = False


class ReLU6(_Activation):
    """min(max(0, x), 6)."""

    call: ClassVar = "F.relu6"
    example: ClassVar = "ReLU6"
    inplace: bool = False


class LeakyReLU(_Activation):
    """x, or `negative_slope` times x where x is negative."""

    call: ClassVar = "F.leaky_relu"
    example: ClassVar = "LeakyReLU: 0.2"
    negative_slope: float = 0.01
    inplace: bool = False


class PReLU(_Activation):
    """LeakyReLU with a slope that is learned, one or one for each channel."""

    example: ClassVar = "PReLU"
    num_parameters: Positive = 1
    init: float = 0.25

    def output(self, shape: Shape) -> Shape:
        """One slope, or as many as there are channels."""
        if self.num_parameters not in (1, shape[0]):
            message = (
                f"`num_parameters` is {self.num_parameters}, but {shape[0]} arrive"
            )
            raise ShapeError("MG301", message, argument="num_parameters")
        return shape

    def parameters(self) -> int:
        """The slopes."""
        return self.num_parameters

    def function(self) -> None:
        """The slopes are parameters."""


class RReLU(_Activation):
    """LeakyReLU with a random slope in training, their mean afterwards."""

    call: ClassVar = "F.rrelu"
    example: ClassVar = "RReLU"
    lower: float = 1 / 8
    upper: float = 1 / 3
    inplace: bool = False

    def output(self, shape: Shape) -> Shape:
        """The slopes are drawn between two bounds."""
        if self.lower > self.upper:
            message = f"`lower` {self.lower:g} is above `upper` {self.upper:g}"
            raise ShapeError("MG311", message, argument="lower")
        return shape

    def function(self) -> Function | None:
        """The function must know whether the model is training."""
        call = super().function()
        return call and call._replace(training=True)


class ELU(_Activation):
    """x, or alpha (exp(x) - 1) where x is negative."""

    call: ClassVar = "F.elu"
    example: ClassVar = "ELU"
    alpha: float = 1.0
    inplace: bool = False


class CELU(_Activation):
    """ELU with a smooth slope for every alpha."""

    call: ClassVar = "F.celu"
    example: ClassVar = "CELU"
    alpha: Annotated[float, Expects("a number other than 0")] = 1.0
    inplace: bool = False

    def output(self, shape: Shape) -> Shape:
        """Alpha divides."""
        if self.alpha == 0:
            raise ShapeError(
                "MG204", "`alpha` cannot be 0: it divides", argument="alpha"
            )
        return shape


class SELU(_Activation):
    """ELU, scaled so that a deep network keeps mean 0 and variance 1."""

    call: ClassVar = "F.selu"
    example: ClassVar = "SELU"
    inplace: bool = False


class GELU(_Activation):
    """x times the normal distribution function of x."""

    call: ClassVar = "F.gelu"
    example: ClassVar = "GELU"
    approximate: Annotated[Literal["none", "tanh"], Structural()] = "none"


class Sigmoid(_Activation):
    """1 / (1 + exp(-x))."""

    call: ClassVar = "torch.sigmoid"
    example: ClassVar = "Sigmoid"


class LogSigmoid(_Activation):
    """The logarithm of the sigmoid."""

    call: ClassVar = "F.logsigmoid"
    example: ClassVar = "LogSigmoid"


class Hardsigmoid(_Activation):
    """A sigmoid of three straight lines."""

    call: ClassVar = "F.hardsigmoid"
    example: ClassVar = "Hardsigmoid"
    inplace: bool = False


class Tanh(_Activation):
    """The hyperbolic tangent."""

    call: ClassVar = "torch.tanh"
    example: ClassVar = "Tanh"


class Hardtanh(_Activation):
    """x, cut off at `min_val` and `max_val`."""

    call: ClassVar = "F.hardtanh"
    example: ClassVar = "Hardtanh: {min_val: -2, max_val: 2}"
    min_val: float = -1.0
    max_val: float = 1.0
    inplace: bool = False

    def output(self, shape: Shape) -> Shape:
        """There must be room between the two."""
        if self.min_val >= self.max_val:
            message = (
                f"`min_val` {self.min_val:g} is not below `max_val` {self.max_val:g}"
            )
            raise ShapeError("MG311", message, argument="min_val")
        return shape


class Tanhshrink(_Activation):
    """x - tanh(x)."""

    call: ClassVar = "F.tanhshrink"
    example: ClassVar = "Tanhshrink"


class Hardshrink(_Activation):
    """x, or 0 between -lambd and lambd."""

    call: ClassVar = "F.hardshrink"
    example: ClassVar = "Hardshrink"
    lambd: float = 0.5


class Softshrink(_Activation):
    """x moved towards 0 by lambd, and 0 nearer than that."""

    call: ClassVar = "F.softshrink"
    example: ClassVar = "Softshrink"
    lambd: Annotated[float, Field(ge=0), Expects("a number of at least 0")] = 0.5


class Hardswish(_Activation):
    """x times its Hardsigmoid."""

    call: ClassVar = "F.hardswish"
    example: ClassVar = "Hardswish"
    inplace: bool = False


class SiLU(_Activation):
    """x times its sigmoid, also called swish."""

    call: ClassVar = "F.silu"
    example: ClassVar = "SiLU"
    inplace: bool = False


class Mish(_Activation):
    """x times the tanh of its Softplus."""

    call: ClassVar = "F.mish"
    example: ClassVar = "Mish"
    inplace: bool = False


class Softplus(_Activation):
    """log(1 + exp(beta x)) / beta, a smooth ReLU."""

    call: ClassVar = "F.softplus"
    example: ClassVar = "Softplus"
    beta: float = 1.0
    threshold: float = 20.0


class Softsign(_Activation):
    """x / (1 + |x|)."""

    call: ClassVar = "F.softsign"
    example: ClassVar = "Softsign"


class Threshold(_Activation):
    """x where it is above `threshold`, else `value`."""

    call: ClassVar = "F.threshold"
    example: ClassVar = "Threshold: {threshold: 0.1, value: 0}"
    threshold: float
    value: float
    inplace: bool = False


class GLU(Layer):
    """The first half of a dimension times the sigmoid of the second."""

    example: ClassVar = "GLU: {dim: 1}"
    example_input: ClassVar[tuple[int, ...]] = (8,)
    rule: ClassVar = "(N, *, 2·M, *) → (N, *, M, *)"
    dim: Annotated[int, Structural(), Expects("a whole number")] = -1

    def output(self, shape: Shape) -> Shape:
        """The dimension is halved."""
        at = position("dim", self.dim, shape)
        if shape[at] % 2:
            message = f"`GLU` halves dimension {self.dim}, but {shape[at]} is odd"
            raise ShapeError("MG304", message, argument="dim")
        return (*shape[:at], shape[at] // 2, *shape[at + 1 :])

    def function(self) -> Function:
        """The function of the same name."""
        return Function("F.glu", (), {} if self.dim == -1 else {"dim": self.dim})
