"""Unfold and Fold: extract patches of images, and put them back."""

from math import prod
from typing import Any, ClassVar

from mlpgen.catalogue.component import Padding2, Size2
from mlpgen.layers.base import Function, Layer, Shape, ShapeError, need_dims, spread
from mlpgen.symbols.agreements import agree


class _Patches(Layer):
    def _kernel(self) -> tuple[int, ...]:
        return spread(getattr(self, "kernel_size"), 2)

    def _counts(self, sizes: Shape) -> tuple[int, ...]:
        """Count the patches along each dimension of an image.

        Raises:
            ShapeError: MG303.
        """
        values: Any = self
        counts = []
        for axis, size in enumerate(sizes):
            reach = spread(values.dilation, 2)[axis] * (self._kernel()[axis] - 1) + 1
            padded = size + 2 * spread(values.padding, 2)[axis]
            if padded < reach:
                message = (
                    f"a patch spans {reach}, but the padded image has only {padded}"
                )
                raise ShapeError("MG303", message, argument="kernel_size")
            counts.append((padded - reach) // spread(values.stride, 2)[axis] + 1)
        return tuple(counts)


class Unfold(_Patches):
    """Extracts patches of an image as columns."""

    example: ClassVar = "Unfold: {kernel_size: 2, stride: 2}"
    example_input: ClassVar = (3, 8, 8)
    rule: ClassVar = "(N, C, H, W) → (N, C·kernel_size², L), L patches"

    kernel_size: Size2
    dilation: Size2 = 1
    padding: Padding2 = 0
    stride: Size2 = 1

    def output(self, shape: Shape) -> Shape:
        """Return a column for each position of the kernel."""
        need_dims(self, shape, "(N, C, H, W)", 3)
        return (shape[0] * prod(self._kernel()), prod(self._counts(shape[1:])))

    def function(self) -> Function:
        """Call the torch function of the same name."""
        given = self.arguments()
        return Function("F.unfold", (given.pop("kernel_size"),), given)


class Fold(_Patches):
    """Combines patches into an image, and adds them up where they overlap."""

    example: ClassVar = "Fold: {output_size: 8, kernel_size: 2, stride: 2}"
    example_input: ClassVar = (12, 16)
    rule: ClassVar = "(N, C·kernel_size², L) → (N, C, *output_size)"

    output_size: Size2
    kernel_size: Size2
    dilation: Size2 = 1
    padding: Padding2 = 0
    stride: Size2 = 1

    def output(self, shape: Shape) -> Shape:
        """Check the number of patches for the size of the image."""
        need_dims(self, shape, "(N, C·kernel_size², L)", 2)
        sizes = spread(self.output_size, 2)
        values = prod(self._kernel())
        if shape[0] % values:
            message = (
                f"the {values} values of a kernel do not divide the size {shape[0]}"
            )
            raise ShapeError("MG304", message, argument="kernel_size")
        count = prod(self._counts(sizes))
        if not agree(count, shape[1]):
            message = f"`output_size` needs {count} patches, but got {shape[1]}"
            raise ShapeError("MG301", message, argument="output_size")
        return (shape[0] // values, *sizes)

    def function(self) -> Function:
        """Call the torch function of the same name."""
        given = self.arguments()
        first = (given.pop("output_size"), given.pop("kernel_size"))
        return Function("F.fold", first, given)
