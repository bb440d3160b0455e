"""ReLU variants with a slope for negative values."""

from typing import ClassVar

from mlpgen.catalogue.component import Positive
from mlpgen.layers.base import (
    Activation,
    Function,
    Layer,
    Shape,
    ShapeError,
)


class LeakyReLU(Activation):
    """x, or `negative_slope` times x if x is negative."""

    saves_output: ClassVar = "in place"
    call: ClassVar = "F.leaky_relu"
    example: ClassVar = "LeakyReLU: 0.2"
    negative_slope: float = 0.01
    inplace: bool = False

    def output(self, shape: Shape) -> Shape:
        """Refuse a negative slope in place, which torch cannot differentiate."""
        positive_in_place(self, "negative_slope")
        return shape


class PReLU(Activation):
    """A leaky ReLU with a learned slope, one for all channels or one per channel."""

    example: ClassVar = "PReLU"
    num_parameters: Positive = 1
    init: float = 0.25

    def output(self, shape: Shape) -> Shape:
        """Check that there is one slope, or one per channel."""
        channels = shape[0] if shape else 1
        if self.num_parameters not in (1, channels):
            message = (
                f"`num_parameters` is {self.num_parameters}, but the input has "
                f"{channels} channels"
            )
            raise ShapeError("MG301", message, argument="num_parameters")
        return shape

    def weights(self) -> dict[str, Shape]:
        """Return the shape of the slopes."""
        return {"weight": (self.num_parameters,)}

    def function(self) -> None:
        """Return None: the slopes are parameters."""


class RReLU(Activation):
    """A leaky ReLU with a random slope in training, and their mean in evaluation."""

    saves_output: ClassVar = "in place"
    call: ClassVar = "F.rrelu"
    example: ClassVar = "RReLU"
    lower: float = 1 / 8
    upper: float = 1 / 3
    inplace: bool = False

    def output(self, shape: Shape) -> Shape:
        """Check that `lower` is not above `upper`."""
        if self.lower > self.upper:
            message = f"`lower` {self.lower:g} must not be above `upper` {self.upper:g}"
            raise ShapeError("MG311", message, argument="lower")
        return shape

    def function(self) -> Function | None:
        """Pass `training=self.training` to the function."""
        call = super().function()
        return call and call._replace(training=True)


def positive_in_place(layer: Layer, argument: str) -> None:
    """Refuse a negative factor together with `inplace`.

    Raises:
        ShapeError: MG311.
    """
    factor = getattr(layer, argument)
    if getattr(layer, "inplace", False) and factor < 0:
        message = f"`inplace` does not work with a negative `{argument}`, {factor}"
        raise ShapeError("MG311", message, argument=argument)
