"""Convolutions and transposed convolutions in one, two and three dimensions."""

from math import prod
from typing import Annotated, Any, ClassVar, Literal

from mlpgen.catalogue.component import (
    Expects,
    Inferred,
    Padding1,
    Padding2,
    Padding3,
    Positive,
    Size1,
    Size2,
    Size3,
    Structural,
)
from mlpgen.layers.base import Layer, Shape, ShapeError, affine, need_dims, spread

PaddingMode = Annotated[
    Literal["zeros", "reflect", "replicate", "circular"], Structural()
]
Same = Literal["same", "valid"]
_OR_SAME = ", `same` or `valid`"
ConvPadding1 = Annotated[
    Padding1 | Same, Expects("a whole number of at least 0" + _OR_SAME)
]
ConvPadding2 = Annotated[
    Padding2 | Same,
    Expects("a whole number of at least 0, a list of two" + _OR_SAME),
]
ConvPadding3 = Annotated[
    Padding3 | Same,
    Expects("a whole number of at least 0, a list of three" + _OR_SAME),
]


class _Convolution(Layer):
    """Base of convolutions; `spatial` is the number of their dimensions."""

    spatial: ClassVar[int]
    in_channels: Inferred = None
    out_channels: Positive

    def inferred(self, shape: Shape) -> dict[str, int]:
        """Infer the number of channels from the first dimension."""
        dims = ("(N, C, L)", "(N, C, H, W)", "(N, C, D, H, W)")[self.spatial - 1]
        need_dims(self, shape, dims, self.spatial + 1)
        return {"in_channels": shape[0]}

    def sizes(self, name: str) -> tuple[int, ...]:
        """Return an argument for each spatial dimension."""
        return spread(getattr(self, name), self.spatial)

    def _pairs(self) -> int:
        """Count the pairs of input and output channels that a kernel connects."""
        groups: int = getattr(self, "groups")
        return (self.in_channels or 0) * self.out_channels // groups

    def check_groups(self) -> None:
        """Check that `groups` divides both numbers of channels.

        Raises:
            ShapeError: MG304.
        """
        groups: int = getattr(self, "groups")
        for name in ("in_channels", "out_channels"):
            channels: int = getattr(self, name)
            if channels % groups:
                message = f"`groups` {groups} does not divide the {channels} `{name}`"
                raise ShapeError("MG304", message, argument="groups")

    def weights(self) -> dict[str, Shape]:
        """Return a kernel for each pair of channels of a group, and a bias."""
        weight = (*self._channels(), *self.sizes("kernel_size"))
        return affine(weight, getattr(self, "bias"), self.out_channels)

    def _channels(self) -> tuple[int, int]:
        """Return the first two sizes of the weight."""
        return (self.out_channels, (self.in_channels or 0) // getattr(self, "groups"))


class _Forward(_Convolution):
    rule: ClassVar = (
        "(N, in_channels, *) → (N, out_channels, *'), each size "
        "(size + 2·padding - dilation·(kernel_size - 1) - 1) // stride + 1"
    )

    def output(self, shape: Shape) -> Shape:
        """Count the positions of the kernel in each padded dimension."""
        self.check_groups()
        values: Any = self
        if values.padding == "same":
            self._check_same()
        padding = values.padding
        mode = values.padding_mode
        sizes = []
        for axis, size in enumerate(shape[1:]):
            kernel = self.sizes("kernel_size")[axis]
            reach = self.sizes("dilation")[axis] * (kernel - 1)
            if isinstance(padding, str):
                around = reach if padding == "same" else 0
            else:
                around = 2 * spread(padding, self.spatial)[axis]
            _check_mode(mode, (around + 1) // 2, size)
            if size + around < reach + 1:
                raise ShapeError(
                    "MG303",
                    f"the kernel spans {reach + 1}, but the padded input has only "
                    f"{size + around}",
                    argument="kernel_size",
                )
            stride = self.sizes("stride")[axis]
            sizes.append((size + around - reach - 1) // stride + 1)
        return (self.out_channels, *sizes)

    def _check_same(self) -> None:
        if any(stride != 1 for stride in self.sizes("stride")):
            raise ShapeError(
                "MG311",
                "`padding: same` requires a stride of 1",
                argument="stride",
                help="write the padding as a number",
            )

    def multiply_adds(self, shape: Shape, output: Shape) -> int:
        """Count one for each weight, at every position of the output."""
        del shape
        positions = prod(output[1:])
        return positions * self._pairs() * prod(self.sizes("kernel_size"))


def _check_mode(mode: str, padding: int, size: int) -> None:
    """Check that circular or reflected padding is not wider than the input.

    Raises:
        ShapeError: MG307.
    """
    if (mode == "reflect" and padding >= size) or (
        mode == "circular" and padding > size
    ):
        message = (
            f"`padding_mode: {mode}` of {padding} is too much for a size of {size}"
        )
        raise ShapeError("MG307", message, argument="padding")


class Conv1d(_Forward):
    """Slides a kernel along a sequence."""

    spatial: ClassVar = 1
    example: ClassVar = "Conv1d: {out_channels: 16, kernel_size: 3, padding: 1}"
    example_input: ClassVar = (8, 100)

    kernel_size: Size1
    stride: Size1 = 1
    padding: ConvPadding1 = 0
    dilation: Size1 = 1
    groups: Positive = 1
    bias: bool = True
    padding_mode: PaddingMode = "zeros"


class Conv2d(_Forward):
    """Slides a kernel over an image."""

    spatial: ClassVar = 2
    example: ClassVar = "Conv2d: {out_channels: 16, kernel_size: 3, padding: 1}"
    example_input: ClassVar = (3, 32, 32)

    kernel_size: Size2
    stride: Size2 = 1
    padding: ConvPadding2 = 0
    dilation: Size2 = 1
    groups: Positive = 1
    bias: bool = True
    padding_mode: PaddingMode = "zeros"


class Conv3d(_Forward):
    """Slides a kernel through a volume."""

    spatial: ClassVar = 3
    example: ClassVar = "Conv3d: {out_channels: 16, kernel_size: 3, padding: 1}"
    example_input: ClassVar = (1, 8, 16, 16)

    kernel_size: Size3
    stride: Size3 = 1
    padding: ConvPadding3 = 0
    dilation: Size3 = 1
    groups: Positive = 1
    bias: bool = True
    padding_mode: PaddingMode = "zeros"


class _Transposed(_Convolution):
    rule: ClassVar = (
        "(N, in_channels, *) → (N, out_channels, *'), each size (size - 1)·stride "
        "- 2·padding + dilation·(kernel_size - 1) + output_padding + 1"
    )

    def _channels(self) -> tuple[int, int]:
        return (self.in_channels or 0, self.out_channels // getattr(self, "groups"))

    def output(self, shape: Shape) -> Shape:
        """Invert the size rule of a convolution with the same arguments."""
        self.check_groups()
        sizes = []
        for axis, size in enumerate(shape[1:]):
            stride, dilation = self.sizes("stride")[axis], self.sizes("dilation")[axis]
            extra = self.sizes("output_padding")[axis]
            if extra >= stride and extra >= dilation:
                raise ShapeError(
                    "MG311",
                    f"`output_padding` {extra} must be smaller than `stride` {stride} "
                    f"or `dilation` {dilation}",
                    argument="output_padding",
                )
            reach = dilation * (self.sizes("kernel_size")[axis] - 1)
            padding = self.sizes("padding")[axis]
            new = (size - 1) * stride - 2 * padding + reach + extra + 1
            if new < 1:
                message = f"`padding` {padding} leaves nothing of the size {size}"
                raise ShapeError("MG303", message, argument="padding")
            sizes.append(new)
        return (self.out_channels, *sizes)

    def multiply_adds(self, shape: Shape, output: Shape) -> int:
        """Count one for each weight, at every position of the input."""
        del output
        positions = prod(shape[1:])
        return positions * self._pairs() * prod(self.sizes("kernel_size"))


class ConvTranspose1d(_Transposed):
    """The transpose of `Conv1d`: upsamples a sequence."""

    spatial: ClassVar = 1
    example: ClassVar = "ConvTranspose1d: {out_channels: 8, kernel_size: 2, stride: 2}"
    example_input: ClassVar = (16, 50)

    kernel_size: Size1
    stride: Size1 = 1
    padding: Padding1 = 0
    output_padding: Padding1 = 0
    groups: Positive = 1
    bias: bool = True
    dilation: Size1 = 1
    padding_mode: Literal["zeros"] = "zeros"


class ConvTranspose2d(_Transposed):
    """The transpose of `Conv2d`: upsamples an image."""

    spatial: ClassVar = 2
    example: ClassVar = "ConvTranspose2d: {out_channels: 8, kernel_size: 2, stride: 2}"
    example_input: ClassVar = (16, 14, 14)

    kernel_size: Size2
    stride: Size2 = 1
    padding: Padding2 = 0
    output_padding: Padding2 = 0
    groups: Positive = 1
    bias: bool = True
    dilation: Size2 = 1
    padding_mode: Literal["zeros"] = "zeros"


class ConvTranspose3d(_Transposed):
    """The transpose of `Conv3d`: upsamples a volume."""

    spatial: ClassVar = 3
    example: ClassVar = "ConvTranspose3d: {out_channels: 8, kernel_size: 2, stride: 2}"
    example_input: ClassVar = (16, 4, 8, 8)

    kernel_size: Size3
    stride: Size3 = 1
    padding: Padding3 = 0
    output_padding: Padding3 = 0
    groups: Positive = 1
    bias: bool = True
    dilation: Size3 = 1
    padding_mode: Literal["zeros"] = "zeros"
