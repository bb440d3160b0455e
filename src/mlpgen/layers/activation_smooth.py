"""Rectifiers with a smooth slope, or a curved one below 0."""

from typing import Annotated, ClassVar, Literal

from mlpgen.catalogue.component import Expects, Structural
from mlpgen.layers.activation_leaky import positive_in_place
from mlpgen.layers.base import Activation, Shape, ShapeError


class ELU(Activation):
    """x, or alpha (exp(x) - 1) where x is negative."""

    saves_output: ClassVar = "in place"
    call: ClassVar = "F.elu"
    example: ClassVar = "ELU"
    alpha: float = 1.0
    inplace: bool = False

    def output(self, shape: Shape) -> Shape:
        """Torch cannot undo a negative slope in place."""
        positive_in_place(self, "alpha")
        return shape


class CELU(Activation):
    """ELU with a smooth slope for every alpha."""

    saves_output: ClassVar = "in place"
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
        positive_in_place(self, "alpha")
        return shape


class SELU(Activation):
    """ELU, scaled so that a deep network keeps mean 0 and variance 1."""

    saves_output: ClassVar = "in place"
    call: ClassVar = "F.selu"
    example: ClassVar = "SELU"
    inplace: bool = False


class GELU(Activation):
    """x times the normal distribution function of x."""

    call: ClassVar = "F.gelu"
    example: ClassVar = "GELU"
    approximate: Annotated[Literal["none", "tanh"], Structural()] = "none"


class SiLU(Activation):
    """x times its sigmoid, also called swish."""

    call: ClassVar = "F.silu"
    example: ClassVar = "SiLU"
    inplace: bool = False


class Mish(Activation):
    """x times the tanh of its Softplus."""

    call: ClassVar = "F.mish"
    example: ClassVar = "Mish"
    inplace: bool = False
