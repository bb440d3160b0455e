"""Padding of sequences, images and volumes."""

from typing import Annotated, Any, ClassVar

from pydantic import Strict

from mlpgen.catalogue.component import Expects
from mlpgen.layers.base import Function, Layer, Shape, ShapeError, need_dims

_AsTuple = Strict(strict=False)
Rim1 = Annotated[
    int | Annotated[tuple[int, int], _AsTuple],
    Expects("a whole number, or a list of two: left and right"),
]
Rim2 = Annotated[
    int | Annotated[tuple[int, int, int, int], _AsTuple],
    Expects("a whole number, or a list of four: left, right, top and bottom"),
]
Rim3 = Annotated[
    int | Annotated[tuple[int, int, int, int, int, int], _AsTuple],
    Expects("a whole number, or a list of six: left, right, top, bottom, front, back"),
]


class _Padding(Layer):
    """Base of padding: one width for all sides, or a width for each side."""

    mode: ClassVar[str]
    spatial: ClassVar[int]
    example_input: ClassVar[tuple[int, ...]] = (3, 8)
    rule: ClassVar = "(N, C, *) → (N, C, *'), each size + the padding on both its sides"

    def rim(self) -> tuple[int, ...]:
        """Return the widths of all sides, the last dimension first, like torch."""
        values: Any = self
        padding = values.padding
        return (
            padding if isinstance(padding, tuple) else (padding,) * (2 * self.spatial)
        )

    def output(self, shape: Shape) -> Shape:
        """Add the padding of both sides to each size."""
        wanted = ("(N, C, L)", "(N, C, H, W)", "(N, C, D, H, W)")[self.spatial - 1]
        need_dims(self, shape, wanted, self.spatial + 1)
        sides = self.rim()
        sizes = [
            padded(size, sides[-2 * axis - 2], sides[-2 * axis - 1], self.mode)
            for axis, size in enumerate(shape[1:])
        ]
        return (shape[0], *sizes)

    def function(self) -> Function:
        """Torch pads with one function."""
        given = {} if self.mode == "constant" else {"mode": self.mode}
        return Function("F.pad", (self.rim(),), given)


class _Constant(_Padding):
    mode: ClassVar = "constant"

    def function(self) -> Function:
        """Call `F.pad` with the value."""
        values: Any = self
        return Function("F.pad", (self.rim(),), {"value": values.value})


class ZeroPad1d(_Padding):
    """Pads a sequence with zeros."""

    mode: ClassVar = "constant"
    spatial: ClassVar = 1
    example: ClassVar = "ZeroPad1d: 2"

    padding: Rim1


class ZeroPad2d(_Padding):
    """Pads an image with zeros."""

    mode: ClassVar = "constant"
    spatial: ClassVar = 2
    example: ClassVar = "ZeroPad2d: [1, 1, 2, 2]"
    example_input: ClassVar[tuple[int, ...]] = (3, 8, 8)

    padding: Rim2


class ZeroPad3d(_Padding):
    """Pads a volume with zeros."""

    mode: ClassVar = "constant"
    spatial: ClassVar = 3
    example: ClassVar = "ZeroPad3d: 1"
    example_input: ClassVar[tuple[int, ...]] = (3, 4, 8, 8)

    padding: Rim3


class ConstantPad1d(_Constant):
    """Pads a sequence with a constant."""

    spatial: ClassVar = 1
    example: ClassVar = "ConstantPad1d: {padding: 2, value: 0.5}"

    padding: Rim1
    value: float


class ConstantPad2d(_Constant):
    """Pads an image with a constant."""

    spatial: ClassVar = 2
    example: ClassVar = "ConstantPad2d: {padding: 2, value: 0.5}"
    example_input: ClassVar[tuple[int, ...]] = (3, 8, 8)

    padding: Rim2
    value: float


class ConstantPad3d(_Constant):
    """Pads a volume with a constant."""

    spatial: ClassVar = 3
    example: ClassVar = "ConstantPad3d: {padding: 1, value: 0.5}"
    example_input: ClassVar[tuple[int, ...]] = (3, 4, 8, 8)

    padding: Rim3
    value: float


class ReflectionPad1d(_Padding):
    """Pads a sequence with its reflection."""

    mode: ClassVar = "reflect"
    spatial: ClassVar = 1
    example: ClassVar = "ReflectionPad1d: 2"

    padding: Rim1


class ReflectionPad2d(_Padding):
    """Pads an image with its reflection."""

    mode: ClassVar = "reflect"
    spatial: ClassVar = 2
    example: ClassVar = "ReflectionPad2d: 2"
    example_input: ClassVar[tuple[int, ...]] = (3, 8, 8)

    padding: Rim2


class ReflectionPad3d(_Padding):
    """Pads a volume with its reflection."""

    mode: ClassVar = "reflect"
    spatial: ClassVar = 3
    example: ClassVar = "ReflectionPad3d: 1"
    example_input: ClassVar[tuple[int, ...]] = (3, 4, 8, 8)

    padding: Rim3


class ReplicationPad1d(_Padding):
    """Pads a sequence by repeating its ends."""

    mode: ClassVar = "replicate"
    spatial: ClassVar = 1
    example: ClassVar = "ReplicationPad1d: 2"

    padding: Rim1


class ReplicationPad2d(_Padding):
    """Pads an image by repeating its edges."""

    mode: ClassVar = "replicate"
    spatial: ClassVar = 2
    example: ClassVar = "ReplicationPad2d: 2"
    example_input: ClassVar[tuple[int, ...]] = (3, 8, 8)

    padding: Rim2


class ReplicationPad3d(_Padding):
    """Pads a volume by repeating its faces."""

    mode: ClassVar = "replicate"
    spatial: ClassVar = 3
    example: ClassVar = "ReplicationPad3d: 1"
    example_input: ClassVar[tuple[int, ...]] = (3, 4, 8, 8)

    padding: Rim3


class CircularPad1d(_Padding):
    """Pads a sequence with values from its other end."""

    mode: ClassVar = "circular"
    spatial: ClassVar = 1
    example: ClassVar = "CircularPad1d: 2"

    padding: Rim1


class CircularPad2d(_Padding):
    """Pads an image with values from the opposite edge."""

    mode: ClassVar = "circular"
    spatial: ClassVar = 2
    example: ClassVar = "CircularPad2d: 2"
    example_input: ClassVar[tuple[int, ...]] = (3, 8, 8)

    padding: Rim2


class CircularPad3d(_Padding):
    """Pads a volume with values from the opposite face."""

    mode: ClassVar = "circular"
    spatial: ClassVar = 3
    example: ClassVar = "CircularPad3d: 1"
    example_input: ClassVar[tuple[int, ...]] = (3, 4, 8, 8)

    padding: Rim3


def padded(size: int, before: int, after: int, mode: str) -> int:
    """Return a size with its padding.

    Raises:
        ShapeError: MG303 and MG307: the padding leaves nothing, or is too wide.
    """
    kept = size + min(int(before), 0) + min(int(after), 0)
    if size + before + after < 1 or kept < 0:
        message = f"`padding` {before} and {after} leave nothing of the size {size}"
        raise ShapeError("MG303", message, argument="padding")
    if mode == "circular" and min(before, after) < 0:
        message = "circular `padding` must not be negative"
        raise ShapeError("MG307", message, argument="padding")
    most = max(before, after)
    if (mode == "reflect" and most >= size) or (mode == "circular" and most > size):
        message = f"`padding` {most} is too large for the size {size}"
        raise ShapeError("MG307", message, argument="padding")
    return size + before + after
