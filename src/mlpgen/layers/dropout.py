"""Dropout: sets values to zero at random in training."""

from typing import ClassVar

from mlpgen.catalogue.component import Probability
from mlpgen.layers.base import Function, Layer, Shape, need_dims


class _Dropout(Layer):
    call: ClassVar[str]
    takes: ClassVar[tuple[str, int]] = ("", 0)
    example_input: ClassVar[tuple[int, ...]] = (8,)
    pointwise: ClassVar = True
    returns_input: ClassVar = "in evaluation"

    p: Probability = 0.5
    inplace: bool = False

    def output(self, shape: Shape) -> Shape:
        """Check that there are channels, if channels are dropped."""
        wanted, dims = self.takes
        if dims:
            need_dims(self, shape, wanted, dims)
        return shape

    def function(self) -> Function:
        """Pass `training=self.training` to the function."""
        arguments = self.arguments()
        if self.ignores_inplace:
            arguments.pop("inplace", None)
        return Function(self.call, (), arguments, training=True)


class Dropout(_Dropout):
    """Sets each value to zero with probability `p`."""

    call: ClassVar = "F.dropout"
    example: ClassVar = "Dropout: 0.5"


class Dropout1d(_Dropout):
    """Drops whole channels of a sequence."""

    call: ClassVar = "F.dropout1d"
    takes: ClassVar = ("(N, C, L)", 2)
    example: ClassVar = "Dropout1d: 0.5"
    example_input: ClassVar[tuple[int, ...]] = (8, 20)


class Dropout2d(_Dropout):
    """Drops whole channels of an image."""

    call: ClassVar = "F.dropout2d"
    takes: ClassVar = ("(N, C, H, W)", 3)
    example: ClassVar = "Dropout2d: 0.5"
    example_input: ClassVar[tuple[int, ...]] = (8, 7, 7)


class Dropout3d(_Dropout):
    """Drops whole channels of a volume."""

    call: ClassVar = "F.dropout3d"
    takes: ClassVar = ("(N, C, D, H, W)", 4)
    example: ClassVar = "Dropout3d: 0.5"
    example_input: ClassVar[tuple[int, ...]] = (8, 3, 7, 7)


class AlphaDropout(_Dropout):
    """Dropout that keeps mean and variance, for networks with SELU."""

    ignores_inplace: ClassVar = True
    call: ClassVar = "F.alpha_dropout"
    example: ClassVar = "AlphaDropout: 0.1"


class FeatureAlphaDropout(_Dropout):
    """Alpha dropout of whole channels."""

    ignores_inplace: ClassVar = True
    call: ClassVar = "F.feature_alpha_dropout"
    example: ClassVar = "FeatureAlphaDropout: 0.1"
    example_input: ClassVar[tuple[int, ...]] = (8, 7, 7)

    def output(self, shape: Shape) -> Shape:
        """Check that there are channels."""
        if not shape:
            need_dims(self, shape, "(N, C, *)", 1)
        return shape
