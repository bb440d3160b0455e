"""Pooling: reduces each window to one value."""

from typing import Annotated, Any, ClassVar

from pydantic import Strict

from mlpgen.catalogue.component import (
    Expects,
    Padding1,
    Padding2,
    Padding3,
    Positive,
    PositiveReal,
    Size1,
    Size2,
    Size3,
)
from mlpgen.layers.base import Function, Layer, Shape, ShapeError, need_dims, spread
from mlpgen.layers.return_indices import DIMS, Flag, ReturnsIndices
from mlpgen.symbols.sizes import minimum

_AsTuple = Strict(strict=False)
Stride1 = Annotated[
    Positive | Annotated[tuple[Positive], _AsTuple] | None,
    Expects("a whole number of at least 1"),
]
Stride2 = Annotated[
    Positive | Annotated[tuple[Positive, Positive], _AsTuple] | None,
    Expects("a whole number of at least 1, or a list of two"),
]
Stride3 = Annotated[
    Positive | Annotated[tuple[Positive, Positive, Positive], _AsTuple] | None,
    Expects("a whole number of at least 1, or a list of three"),
]
Divisor = Annotated[int | None, Expects("a whole number other than 0")]


class _Window(Layer):
    """Base of pooling: a window that slides over the input.

    With `ceil_mode`, torch lets it reach beyond the padding, except for `AvgPool3d`.
    """

    spatial: ClassVar[int]
    call: ClassVar[str]
    overlapping: ClassVar[bool] = True
    gaps: ClassVar[bool] = False
    rule: ClassVar = (
        "(N, C, *) → (N, C, *'), each size "
        "(size + 2·padding - dilation·(kernel_size - 1) - 1) // stride + 1"
    )

    def output(self, shape: Shape) -> Shape:
        """Count the positions of the window in each padded dimension."""
        need_dims(self, shape, DIMS[self.spatial - 1], self.spatial + 1)
        values: Any = self
        kernels = spread(values.kernel_size, self.spatial)
        strides = spread(values.stride or values.kernel_size, self.spatial)
        paddings = spread(getattr(self, "padding", 0), self.spatial)
        dilations = spread(getattr(self, "dilation", 1), self.spatial)
        sizes = [
            self._size(*each)
            for each in zip(
                shape[1:], kernels, strides, paddings, dilations, strict=True
            )
        ]
        return (shape[0], *sizes)

    def _size(
        self, size: int, kernel: int, stride: int, padding: int, dilation: int
    ) -> int:
        values: Any = self
        if 2 * padding > kernel:
            message = f"`padding` {padding} is more than half the kernel of {kernel}"
            raise ShapeError("MG307", message, argument="padding")
        reach = dilation * (kernel - 1) + 1
        padded = size + 2 * padding
        if values.ceil_mode:
            # torch drops a last window that would start in the padding on the right.
            windows = (padded - reach + stride - 1) // stride + 1
            count = minimum(windows, (size + padding - 1) // stride + 1)
        else:
            count = (padded - reach) // stride + 1
        if count < 1 or (size < kernel and not self.overlapping):
            message = (
                f"the kernel spans {reach}, but the padded input has only {padded}"
            )
            raise ShapeError("MG303", message, argument="kernel_size")
        if self.gaps and self._empty(size, stride, padding, dilation):
            message = f"with `dilation` {dilation}, a window contains only padding"
            raise ShapeError("MG303", message, argument="dilation")
        return count

    @staticmethod
    def _empty(size: int, stride: int, padding: int, dilation: int) -> bool:
        """Return whether a window that starts in the padding skips the input."""
        begins = range(-int(padding), 0, int(stride))
        return any(begin % int(dilation) >= size for begin in begins)

    def function(self) -> Function | None:
        """Call the torch function of the same name."""
        given = {
            key: value
            for key, value in self.arguments().items()
            if key != "kernel_size"
        }
        values: Any = self
        return Function(self.call, (values.kernel_size,), given)


class MaxPool1d(ReturnsIndices, _Window):
    """Takes the maximum of each window of a sequence."""

    gaps: ClassVar = True
    spatial: ClassVar = 1
    call: ClassVar = "F.max_pool1d"
    example: ClassVar = "MaxPool1d: 2"
    example_input: ClassVar = (16, 20)

    kernel_size: Size1
    stride: Stride1 = None
    padding: Padding1 = 0
    dilation: Size1 = 1
    return_indices: Flag = False
    ceil_mode: Flag = False


class MaxPool2d(ReturnsIndices, _Window):
    """Takes the maximum of each window of an image."""

    gaps: ClassVar = True
    spatial: ClassVar = 2
    call: ClassVar = "F.max_pool2d"
    example: ClassVar = "MaxPool2d: 2"
    example_input: ClassVar = (16, 8, 8)

    kernel_size: Size2
    stride: Stride2 = None
    padding: Padding2 = 0
    dilation: Size2 = 1
    return_indices: Flag = False
    ceil_mode: Flag = False


class MaxPool3d(ReturnsIndices, _Window):
    """Takes the maximum of each window of a volume."""

    gaps: ClassVar = True
    spatial: ClassVar = 3
    call: ClassVar = "F.max_pool3d"
    example: ClassVar = "MaxPool3d: 2"
    example_input: ClassVar = (16, 4, 8, 8)

    kernel_size: Size3
    stride: Stride3 = None
    padding: Padding3 = 0
    dilation: Size3 = 1
    return_indices: Flag = False
    ceil_mode: Flag = False


class AvgPool1d(_Window):
    """Takes the mean of each window of a sequence."""

    spatial: ClassVar = 1
    call: ClassVar = "F.avg_pool1d"
    example: ClassVar = "AvgPool1d: 2"
    example_input: ClassVar = (16, 20)

    kernel_size: Size1
    stride: Stride1 = None
    padding: Padding1 = 0
    ceil_mode: Flag = False
    count_include_pad: bool = True


class _Divided(_Window):
    def output(self, shape: Shape) -> Shape:
        """The divisor, where one is given, divides."""
        if getattr(self, "divisor_override") == 0:
            message = "`divisor_override` must not be 0: it is a divisor"
            raise ShapeError("MG204", message, argument="divisor_override")
        return super().output(shape)


class AvgPool2d(_Divided):
    """Takes the mean of each window of an image."""

    spatial: ClassVar = 2
    call: ClassVar = "F.avg_pool2d"
    example: ClassVar = "AvgPool2d: 2"
    example_input: ClassVar = (16, 8, 8)

    kernel_size: Size2
    stride: Stride2 = None
    padding: Padding2 = 0
    ceil_mode: Flag = False
    count_include_pad: bool = True
    divisor_override: Divisor = None


class AvgPool3d(_Divided):
    """Takes the mean of each window of a volume."""

    spatial: ClassVar = 3
    overlapping: ClassVar = False
    call: ClassVar = "F.avg_pool3d"
    example: ClassVar = "AvgPool3d: 2"
    example_input: ClassVar = (16, 4, 8, 8)

    kernel_size: Size3
    stride: Stride3 = None
    padding: Padding3 = 0
    ceil_mode: Flag = False
    count_include_pad: bool = True
    divisor_override: Divisor = None


class _Power(_Window):
    rule: ClassVar = (
        "(N, C, *) → (N, C, *'), each size (size - kernel_size) // stride + 1"
    )

    norm_type: PositiveReal

    def function(self) -> Function:
        """Call the torch function of the same name."""
        given = self.arguments()
        first = (given.pop("norm_type"), given.pop("kernel_size"))
        return Function(self.call, first, given)


class LPPool1d(_Power):
    """Takes the p-norm of each window of a sequence; p is `norm_type`."""

    spatial: ClassVar = 1
    call: ClassVar = "F.lp_pool1d"
    example: ClassVar = "LPPool1d: {norm_type: 2, kernel_size: 2}"
    example_input: ClassVar = (16, 20)

    kernel_size: Positive
    stride: Stride1 = None
    ceil_mode: Flag = False


class LPPool2d(_Power):
    """Takes the p-norm of each window of an image; p is `norm_type`."""

    spatial: ClassVar = 2
    call: ClassVar = "F.lp_pool2d"
    example: ClassVar = "LPPool2d: {norm_type: 2, kernel_size: 2}"
    example_input: ClassVar = (16, 8, 8)

    kernel_size: Size2
    stride: Stride2 = None
    ceil_mode: Flag = False


class LPPool3d(_Power):
    """Takes the p-norm of each window of a volume; p is `norm_type`."""

    spatial: ClassVar = 3
    overlapping: ClassVar = False
    call: ClassVar = "F.lp_pool3d"
    example: ClassVar = "LPPool3d: {norm_type: 2, kernel_size: 2}"
    example_input: ClassVar = (16, 4, 8, 8)

    kernel_size: Size3
    stride: Stride3 = None
    ceil_mode: Flag = False
