"""Activation functions."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from mlpgen.catalogue.component import PositiveReal
from mlpgen.functions.base import FLOAT, NUMBERS, Module, Number, Pointwise
from mlpgen.functions.elementwise import Smooth
from mlpgen.layers.base import Value


class Relu(Pointwise):
    """The rectified linear unit, max(0, x)."""

    dtypes: ClassVar = NUMBERS
    saves_output: ClassVar = "always"
    call: ClassVar = "F.relu"
    page: ClassVar = "nn.functional.relu"
    example: ClassVar = "relu"


class LeakyRelu(Pointwise):
    """The leaky ReLU: x, or `negative_slope` times x if x is negative."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.leaky_relu"
    page: ClassVar = "nn.functional.leaky_relu"
    example: ClassVar = "leaky_relu: 0.2"

    negative_slope: Number = 0.01


class Elu(Pointwise):
    """The exponential linear unit."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.elu"
    page: ClassVar = "nn.functional.elu"
    example: ClassVar = "elu"

    alpha: Number = 1.0


class Gelu(Pointwise):
    """The Gaussian error linear unit."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.gelu"
    page: ClassVar = "nn.functional.gelu"
    example: ClassVar = "gelu"

    approximate: Literal["none", "tanh"] = "none"


class Silu(Pointwise):
    """The sigmoid linear unit, x times its sigmoid."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.silu"
    page: ClassVar = "nn.functional.silu"
    example: ClassVar = "silu"


class Softplus(Pointwise):
    """log(1 + exp(x)), a smooth approximation of ReLU."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.softplus"
    page: ClassVar = "nn.functional.softplus"
    example: ClassVar = "softplus"

    beta: PositiveReal = 1.0
    threshold: Number = 20.0


class Sigmoid(Smooth):
    """The logistic function, from 0 to 1."""

    saves_output: ClassVar = "always"
    example: ClassVar = "sigmoid"


class Tanh(Smooth):
    """The hyperbolic tangent, from -1 to 1."""

    saves_output: ClassVar = "always"
    example: ClassVar = "tanh"


class Relu6(Pointwise):
    """The ReLU, at most 6: min(max(0, x), 6)."""

    dtypes: ClassVar = NUMBERS
    call: ClassVar = "F.relu6"
    page: ClassVar = "nn.functional.relu6"
    example: ClassVar = "relu6"


class Selu(Pointwise):
    """The scaled exponential linear unit."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.selu"
    page: ClassVar = "nn.functional.selu"
    example: ClassVar = "selu"


class Mish(Pointwise):
    """x times the hyperbolic tangent of its softplus."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.mish"
    page: ClassVar = "nn.functional.mish"
    example: ClassVar = "mish"


class Hardswish(Pointwise):
    """A piecewise quadratic approximation of `silu`."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.hardswish"
    page: ClassVar = "nn.functional.hardswish"
    example: ClassVar = "hardswish"


class Hardsigmoid(Pointwise):
    """A piecewise linear approximation of `sigmoid`."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.hardsigmoid"
    page: ClassVar = "nn.functional.hardsigmoid"
    example: ClassVar = "hardsigmoid"


class Logsigmoid(Pointwise):
    """The logarithm of the logistic function."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.logsigmoid"
    page: ClassVar = "nn.functional.logsigmoid"
    example: ClassVar = "logsigmoid"

    @classmethod
    def module(cls, arguments: Mapping[str, Any], value: Value) -> Module | None:
        """Return `LogSigmoid`, as torch calls the layer."""
        del value
        return Module("LogSigmoid", arguments)


class Softsign(Pointwise):
    """x / (1 + |x|)."""

    dtypes: ClassVar = NUMBERS
    gives: ClassVar = "float32"
    call: ClassVar = "F.softsign"
    page: ClassVar = "nn.functional.softsign"
    example: ClassVar = "softsign"
