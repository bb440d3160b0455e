"""Rectifiers with a slope where x is negative."""

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
    """x, or `negative_slope` times x where x is negative."""

    saves_output: ClassVar = "in place"
    call: ClassVar = "F.leaky_relu"
    example: ClassVar = "LeakyReLU: 0.2"
    negative_slope: float = 0.01
    inplace: bool = False

    def output(self, shape: Shape) -> Shape:
        """Torch cannot undo a negative slope in place."""
        positive_in_place(self, "negative_slope")
        return shape


class PReLU(Activation):
    """LeakyReLU with a slope that is learned, one or one for each channel."""

    example: ClassVar = "PReLU"
    num_parameters: Positive = 1
    init: float = 0.25

    def output(self, shape: Shape) -> Shape:
        """One slope, or as many as there are channels."""
        channels = shape[0] if shape else 1
        if self.num_parameters not in (1, channels):
            message = (
                f"`num_parameters` is {self.num_parameters}, but {channels} arrive"
            )
            raise ShapeError("MG301", message, argument="num_parameters")
        return shape

    def weights(self) -> dict[str, Shape]:
        """The slopes."""
        return {"weight": (self.num_parameters,)}

    def function(self) -> None:
        """The slopes are parameters."""


class RReLU(Activation):
    """LeakyReLU with a random slope in training, their mean afterwards."""

    saves_output: ClassVar = "in place"
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


def positive_in_place(layer: Layer, argument: str) -> None:
    """Refuse a negative factor together with `inplace`.

    Raises:
        ShapeError: MG311.
    """
    factor = getattr(layer, argument)
    if getattr(layer, "inplace", False) and factor < 0:
        message = f"`{argument}` {factor} does not go together with `inplace`"
        raise ShapeError("MG311", message, argument=argument)
