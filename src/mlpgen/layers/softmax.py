"""Softmax and its variants: functions along a dimension."""

from typing import Annotated, ClassVar

from mlpgen.catalogue.component import Expects, Structural
from mlpgen.layers.base import (
    Function,
    Layer,
    Shape,
    ShapeError,
    has_batch,
    need_dims,
    shown,
)
from mlpgen.layers.shapes import example_axis


class _Softmax(Layer):
    call: ClassVar[str]
    example_input: ClassVar[tuple[int, ...]] = (10,)
    pointwise: ClassVar = True
    saves_output: ClassVar = "always"

    dim: Annotated[
        int | None, Structural(), Expects("a whole number, such as 1 or -1")
    ] = None

    def inferred(self, shape: Shape) -> dict[str, int]:
        """Infer `dim` if an example has one dimension."""
        if self.dim is not None:
            return {}
        if len(shape) != 1:
            raise ShapeError(
                "MG311",
                f"`{type(self).__name__}` needs a `dim`: {shown(shape)} has several "
                "dimensions",
                help="`{dim: 1}` for channels or classes, `{dim: -1}` for the last one",
            )
        return {"dim": 1 if has_batch() else 0}

    def output(self, shape: Shape) -> Shape:
        """Check that the dimension exists."""
        if self.dim is not None:
            example_axis("dim", self.dim, shape)
        return shape

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function(self.call, (), {"dim": self.dim})


class Softmax(_Softmax):
    """Normalizes values along a dimension to probabilities."""

    call: ClassVar = "F.softmax"
    example: ClassVar = "Softmax: {dim: 1}"


class Softmin(_Softmax):
    """The softmax of -x."""

    call: ClassVar = "F.softmin"
    example: ClassVar = "Softmin: {dim: 1}"


class LogSoftmax(_Softmax):
    """The logarithm of the softmax, in one numerically stable step."""

    call: ClassVar = "F.log_softmax"
    example: ClassVar = "LogSoftmax: {dim: 1}"


class Softmax2d(Layer):
    """The softmax over the channels of each pixel."""

    saves_output: ClassVar = "always"
    example: ClassVar = "Softmax2d"
    example_input: ClassVar[tuple[int, ...]] = (3, 8, 8)
    rule: ClassVar = "(N, C, H, W) → (N, C, H, W)"
    pointwise: ClassVar = True

    def output(self, shape: Shape) -> Shape:
        """Check that the input is an image."""
        need_dims(self, shape, "(N, C, H, W)", 3)
        return shape

    def function(self) -> Function:
        """Call softmax along the channels."""
        return Function("F.softmax", (), {"dim": -3})
