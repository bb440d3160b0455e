"""Max unpooling: puts maxima back at their indices."""

from typing import Any, ClassVar

from mlpgen.catalogue.component import Padding1, Padding2, Padding3, Size1, Size2, Size3
from mlpgen.layers.base import (
    Layer,
    Shape,
    ShapeError,
    Value,
    Values,
    need_dims,
    spread,
)
from mlpgen.layers.pooling import Stride1, Stride2, Stride3
from mlpgen.layers.return_indices import DIMS
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.agreements import agree


class _Unpool(Layer):
    """The partial inverse of `MaxPool`, given its indices."""

    spatial: ClassVar[int]
    arity: ClassVar = (2, 2)
    rule: ClassVar = (
        "values and indices (N, C, *) → (N, C, *'), each size "
        "(size - 1)·stride - 2·padding + kernel_size"
    )

    def check_inputs(self, values: Values) -> None:
        """Check that the inputs are values and indices.

        Raises:
            ShapeError: MG315.
        """
        for value, wanted in zip(values, ("float32", "int64"), strict=False):
            if value.dtype != wanted:
                message = (
                    f"`{self.title()}` expects float32 values and int64 indices, but "
                    f"got {value.dtype} instead of {wanted}"
                )
                raise ShapeError("MG315", message)

    def results(self, values: Values) -> dict[str, Value]:
        """Check that there is an index for each value."""
        value, indices = values
        if not agree(value.shape, indices.shape):
            raise ShapeError(
                "MG313",
                f"values and indices must have the same shape, but got "
                f"{whole_shown(value)} and {whole_shown(indices)}",
            )
        return super().results(values)

    def output(self, shape: Shape) -> Shape:
        """Invert the size rule of pooling with the same arguments."""
        need_dims(self, shape, DIMS[self.spatial - 1], self.spatial + 1)
        values: Any = self
        kernels = spread(values.kernel_size, self.spatial)
        strides = spread(values.stride or values.kernel_size, self.spatial)
        paddings = spread(values.padding, self.spatial)
        sizes = []
        for axis, size in enumerate(shape[1:]):
            padding = paddings[axis]
            new = (size - 1) * strides[axis] - 2 * padding + kernels[axis]
            if new < 1:
                message = f"`padding` {padding} leaves nothing of the size {size}"
                raise ShapeError("MG303", message, argument="padding")
            sizes.append(new)
        return (shape[0], *sizes)


class MaxUnpool1d(_Unpool):
    """Puts values of a `MaxPool1d` back at their indices, with zeros elsewhere."""

    spatial: ClassVar = 1
    example: ClassVar = "MaxUnpool1d: 2"
    example_input: ClassVar = (16, 10)
    example_inputs: ClassVar = (Value((16, 10)), Value((16, 10), "int64"))

    kernel_size: Size1
    stride: Stride1 = None
    padding: Padding1 = 0


class MaxUnpool2d(_Unpool):
    """Puts values of a `MaxPool2d` back at their indices, with zeros elsewhere."""

    spatial: ClassVar = 2
    example: ClassVar = "MaxUnpool2d: 2"
    example_input: ClassVar = (16, 4, 4)
    example_inputs: ClassVar = (Value((16, 4, 4)), Value((16, 4, 4), "int64"))

    kernel_size: Size2
    stride: Stride2 = None
    padding: Padding2 = 0


class MaxUnpool3d(_Unpool):
    """Puts values of a `MaxPool3d` back at their indices, with zeros elsewhere."""

    spatial: ClassVar = 3
    example: ClassVar = "MaxUnpool3d: 2"
    example_input: ClassVar = (16, 2, 4, 4)
    example_inputs: ClassVar = (Value((16, 2, 4, 4)), Value((16, 2, 4, 4), "int64"))

    kernel_size: Size3
    stride: Stride3 = None
    padding: Padding3 = 0
