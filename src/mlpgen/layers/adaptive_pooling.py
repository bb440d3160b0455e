"""Adaptive pooling: windows that follow from the output size."""

from typing import Annotated, Any, ClassVar

from pydantic import Strict

from mlpgen.catalogue.component import Expects, Positive, Size1
from mlpgen.layers.base import Function, Layer, Shape, need_dims, spread
from mlpgen.layers.return_indices import DIMS, Flag, ReturnsIndices

_AsTuple = Strict(strict=False)
Output1 = Size1
Output2 = Annotated[
    Positive | Annotated[tuple[Positive | None, Positive | None], _AsTuple],
    Expects("a whole number of at least 1, or a list of two"),
]
Output3 = Annotated[
    Positive
    | Annotated[tuple[Positive | None, Positive | None, Positive | None], _AsTuple],
    Expects("a whole number of at least 1, or a list of three"),
]


class _Adaptive(Layer):
    """Pooling to a given output size."""

    spatial: ClassVar[int]
    call: ClassVar[str]
    rule: ClassVar = "(N, C, *) → (N, C, *output_size)"

    def output(self, shape: Shape) -> Shape:
        """Use the output size; null keeps the size of a dimension."""
        need_dims(self, shape, DIMS[self.spatial - 1], self.spatial + 1)
        values: Any = self
        sizes = spread(values.output_size, self.spatial)
        new = (
            old if size is None else size
            for old, size in zip(shape[1:], sizes, strict=True)
        )
        return (shape[0], *new)

    def function(self) -> Function | None:
        """Call the torch function of the same name."""
        values: Any = self
        return Function(self.call, (values.output_size,))


class AdaptiveAvgPool1d(_Adaptive):
    """Averages a sequence down to a given length."""

    spatial: ClassVar = 1
    call: ClassVar = "F.adaptive_avg_pool1d"
    example: ClassVar = "AdaptiveAvgPool1d: 1"
    example_input: ClassVar = (16, 20)

    output_size: Output1


class AdaptiveAvgPool2d(_Adaptive):
    """Averages an image down to a given size."""

    spatial: ClassVar = 2
    call: ClassVar = "F.adaptive_avg_pool2d"
    example: ClassVar = "AdaptiveAvgPool2d: 1"
    example_input: ClassVar = (16, 8, 8)

    output_size: Output2


class AdaptiveAvgPool3d(_Adaptive):
    """Averages a volume down to a given size."""

    spatial: ClassVar = 3
    call: ClassVar = "F.adaptive_avg_pool3d"
    example: ClassVar = "AdaptiveAvgPool3d: 1"
    example_input: ClassVar = (16, 4, 8, 8)

    output_size: Output3


class AdaptiveMaxPool1d(ReturnsIndices, _Adaptive):
    """Takes maxima of a sequence, down to a given length."""

    spatial: ClassVar = 1
    call: ClassVar = "F.adaptive_max_pool1d"
    example: ClassVar = "AdaptiveMaxPool1d: 1"
    example_input: ClassVar = (16, 20)

    output_size: Output1
    return_indices: Flag = False


class AdaptiveMaxPool2d(ReturnsIndices, _Adaptive):
    """Takes maxima of an image, down to a given size."""

    spatial: ClassVar = 2
    call: ClassVar = "F.adaptive_max_pool2d"
    example: ClassVar = "AdaptiveMaxPool2d: 1"
    example_input: ClassVar = (16, 8, 8)

    output_size: Output2
    return_indices: Flag = False


class AdaptiveMaxPool3d(ReturnsIndices, _Adaptive):
    """Takes maxima of a volume, down to a given size."""

    spatial: ClassVar = 3
    call: ClassVar = "F.adaptive_max_pool3d"
    example: ClassVar = "AdaptiveMaxPool3d: 1"
    example_input: ClassVar = (16, 4, 8, 8)

    output_size: Output3
    return_indices: Flag = False
