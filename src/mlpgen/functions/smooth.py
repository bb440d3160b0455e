"""Functions of each element that have a derivative."""

from typing import ClassVar, Literal

from mlpgen.component import PositiveReal
from mlpgen.functions.base import FLOAT, Number, Pointwise
from mlpgen.layers.base import Function


class _Smooth(Pointwise):
    """Always gives floats."""

    gives: ClassVar = "float32"

    def function(self) -> Function:
        """The function of the same name."""
        return Function(f"torch.{self.title()}")


class Exp(_Smooth):
    """The exponential, eˣ."""

    saves_output: ClassVar = "always"
    example: ClassVar = "exp"


class Expm1(_Smooth):
    """The exponential less 1, exact near 0."""

    saves_output: ClassVar = "always"
    example: ClassVar = "expm1"


class Log(_Smooth):
    """The natural logarithm."""

    example: ClassVar = "log"


class Log1p(_Smooth):
    """The natural logarithm of 1 + x, exact near 0."""

    example: ClassVar = "log1p"


class Sqrt(_Smooth):
    """The square root."""

    saves_output: ClassVar = "always"
    example: ClassVar = "sqrt"


class Rsqrt(_Smooth):
    """One divided by the square root."""

    saves_output: ClassVar = "always"
    example: ClassVar = "rsqrt"


class Reciprocal(_Smooth):
    """One divided by x."""

    saves_output: ClassVar = "always"
    example: ClassVar = "reciprocal"


class Sin(_Smooth):
    """The sine, of radians."""

    example: ClassVar = "sin"


class Cos(_Smooth):
    """The cosine, of radians."""

    example: ClassVar = "cos"


class Erf(_Smooth):
    """The error function."""

    example: ClassVar = "erf"


class Tanh(_Smooth):
    """The hyperbolic tangent, from -1 to 1."""

    saves_output: ClassVar = "always"
    example: ClassVar = "tanh"


class Sigmoid(_Smooth):
    """The logistic function, from 0 to 1."""

    saves_output: ClassVar = "always"
    example: ClassVar = "sigmoid"


class Gelu(Pointwise):
    """The Gaussian error linear unit."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.gelu"
    page: ClassVar = "nn.functional.gelu"
    example: ClassVar = "gelu"

    approximate: Literal["none", "tanh"] = "none"


class Silu(Pointwise):
    """The sigmoid linear unit, x · sigmoid(x)."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.silu"
    page: ClassVar = "nn.functional.silu"
    example: ClassVar = "silu"


class Elu(Pointwise):
    """The exponential linear unit."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.elu"
    page: ClassVar = "nn.functional.elu"
    example: ClassVar = "elu"

    alpha: Number = 1.0


class Softplus(Pointwise):
    """The smooth rectifier, log(1 + eˣ)."""

    dtypes: ClassVar = FLOAT
    call: ClassVar = "F.softplus"
    page: ClassVar = "nn.functional.softplus"
    example: ClassVar = "softplus"

    beta: PositiveReal = 1.0
    threshold: Number = 20.0
