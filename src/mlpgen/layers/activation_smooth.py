"""Smooth ReLU variants: ELU, GELU, SiLU and others."""

from typing import Annotated, ClassVar, Literal

from mlpgen.catalogue.component import Expects, Structural
from mlpgen.layers.activation_leaky import positive_in_place
from mlpgen.layers.base import Activation, Shape, ShapeError


class ELU(Activation):
    """x, or alpha · (exp(x) - 1) if x is negative."""

    saves_output: ClassVar = "in place"
    call: ClassVar = "F.elu"
    example: ClassVar = "ELU"
    alpha: float = 1.0
    inplace: bool = False

    def output(self, shape: Shape) -> Shape:
        """Refuse a negative alpha in place, which torch cannot differentiate."""
        positive_in_place(self, "alpha")
        return shape


class CELU(Activation):
    """A continuously differentiable ELU."""

    saves_output: ClassVar = "in place"
    call: ClassVar = "F.celu"
    example: ClassVar = "CELU"
    alpha: Annotated[float, Expects("a number other than 0")] = 1.0
    inplace: bool = False

    def output(self, shape: Shape) -> Shape:
        """Check that alpha is not 0."""
        if self.alpha == 0:
            raise ShapeError(
                "MG204", "`alpha` must not be 0: it is a divisor", argument="alpha"
            )
        positive_in_place(self, "alpha")
        return shape


class SELU(Activation):
    """A scaled ELU that keeps the mean at 0 and the variance at 1."""

    saves_output: ClassVar = "in place"
    call: ClassVar = "F.selu"
    example: ClassVar = "SELU"
    inplace: bool = False


class GELU(Activation):
    """x times the cumulative distribution function of the normal distribution."""

    call: ClassVar = "F.gelu"
    example: ClassVar = "GELU"
    approximate: Annotated[Literal["none", "tanh"], Structural()] = "none"


class SiLU(Activation):
    """x times its sigmoid, also called swish."""

    call: ClassVar = "F.silu"
    example: ClassVar = "SiLU"
    inplace: bool = False


class Mish(Activation):
    """x times the tanh of its softplus."""

    call: ClassVar = "F.mish"
    example: ClassVar = "Mish"
    inplace: bool = False
