"""Layers that resize images, or move values between channels and pixels."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, Strict

from mlpgen.catalogue.component import Expects, Positive, Structural
from mlpgen.layers.base import (
    Function,
    Layer,
    Shape,
    ShapeError,
    need_dims,
    shown,
    spread,
)
from mlpgen.symbols.sizes import scaled

_AsTuple = Strict(strict=False)
Factor = Annotated[float, Field(gt=0)]
Mode = Literal["nearest", "linear", "bilinear", "bicubic", "trilinear"]
_DIMS: dict[str, tuple[int, ...]] = {
    "nearest": (2, 3, 4),
    "linear": (2,),
    "bilinear": (3,),
    "bicubic": (3,),
    "trilinear": (4,),
}


class Upsample(Layer):
    """Resizes an image (a sequence, a volume), by a factor or to a size."""

    needs_batch: ClassVar = True
    example: ClassVar = "Upsample: {scale_factor: 2}"
    example_input: ClassVar = (3, 8, 8)
    rule: ClassVar = (
        "(N, C, *) → (N, C, *'), each `size`, or the size times `scale_factor`"
    )

    size: Annotated[
        Positive | Annotated[tuple[Positive, ...], _AsTuple] | None,
        Expects("a whole number of at least 1, or a list of them"),
    ] = None
    scale_factor: Annotated[
        Factor | Annotated[tuple[Factor, ...], _AsTuple] | None,
        Expects("a number above 0, or a list of them"),
    ] = None
    mode: Annotated[Mode, Structural()] = "nearest"
    align_corners: Annotated[bool | None, Structural(), Expects("true or false")] = None
    recompute_scale_factor: Annotated[
        bool | None, Structural(), Expects("true or false")
    ] = None

    def output(self, shape: Shape) -> Shape:
        """Use the size, or multiply each size by its factor and round down."""
        dims = _DIMS[self.mode]
        wanted = (
            "(N, C, *) of " + " or ".join(str(dim + 1) for dim in dims) + " dimensions"
        )
        need_dims(self, shape, f"{wanted} with `mode: {self.mode}`", *dims)
        self._check_arguments()
        count = len(shape) - 1
        asked = self.size if self.size is not None else self.scale_factor
        values = asked if isinstance(asked, tuple) else (asked,) * count
        if len(values) != count:
            raise ShapeError(
                "MG311",
                f"there are {len(values)} values, but {shown(shape)} has {count} sizes",
                argument="size" if self.size is not None else "scale_factor",
            )
        if self.size is not None:
            return (shape[0], *spread(self.size, count))
        return (
            shape[0],
            *(
                scaled(size, factor or 1.0)
                for size, factor in zip(shape[1:], values, strict=True)
            ),
        )

    def _check_arguments(self) -> None:
        if (self.size is None) == (self.scale_factor is None):
            message = f"`{self.title()}` expects either `size` or `scale_factor`"
            raise ShapeError("MG311", message)
        if self.align_corners is not None and self.mode == "nearest":
            message = "`align_corners` does not work with `mode: nearest`"
            raise ShapeError("MG311", message, argument="align_corners")
        if self.recompute_scale_factor and self.size is not None:
            message = "`recompute_scale_factor` requires `scale_factor`"
            raise ShapeError("MG311", message, argument="recompute_scale_factor")

    def function(self) -> Function:
        """Call `F.interpolate`."""
        return Function("F.interpolate", (), self.arguments())


class PixelShuffle(Layer):
    """Moves r × r channels to pixels: an image r times as large."""

    arranges: ClassVar = True
    example: ClassVar = "PixelShuffle: 2"
    example_input: ClassVar = (12, 8, 8)
    rule: ClassVar = "(N, C·r², H, W) → (N, C, H·r, W·r)"

    upscale_factor: Positive

    def output(self, shape: Shape) -> Shape:
        """Check that r × r divides the channels."""
        need_dims(self, shape, "(N, C, H, W)", 3)
        factor = self.upscale_factor
        if shape[0] % (factor * factor):
            message = f"{factor} × {factor} does not divide the {shape[0]} channels"
            raise ShapeError("MG304", message, argument="upscale_factor")
        channels = shape[0] // (factor * factor)
        return (channels, shape[1] * factor, shape[2] * factor)

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function("F.pixel_shuffle", (self.upscale_factor,))


class PixelUnshuffle(Layer):
    """Moves pixels to r × r channels: an image 1/r as large."""

    arranges: ClassVar = True
    example: ClassVar = "PixelUnshuffle: 2"
    example_input: ClassVar = (3, 8, 8)
    rule: ClassVar = "(N, C, H·r, W·r) → (N, C·r², H, W)"

    downscale_factor: Positive

    def output(self, shape: Shape) -> Shape:
        """Check that the factor divides both sizes."""
        need_dims(self, shape, "(N, C, H, W)", 3)
        factor = self.downscale_factor
        for size in shape[1:]:
            if size % factor:
                message = f"`downscale_factor` {factor} does not divide the size {size}"
                raise ShapeError("MG304", message, argument="downscale_factor")
        return (shape[0] * factor * factor, shape[1] // factor, shape[2] // factor)

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function("F.pixel_unshuffle", (self.downscale_factor,))


class ChannelShuffle(Layer):
    """Interleaves the channels of groups, for the next grouped convolution."""

    arranges: ClassVar = True
    example: ClassVar = "ChannelShuffle: 2"
    example_input: ClassVar = (6, 8, 8)
    rule: ClassVar = "(N, C, *) → (N, C, *)"

    groups: Positive

    def output(self, shape: Shape) -> Shape:
        """Check that `groups` divides the channels."""
        need_dims(self, shape, "(N, C, *)", 2, 3, 4)
        if shape[0] % self.groups:
            message = f"`groups` {self.groups} does not divide the {shape[0]} channels"
            raise ShapeError("MG304", message, argument="groups")
        return shape

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function("F.channel_shuffle", (self.groups,))
