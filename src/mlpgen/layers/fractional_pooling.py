"""Fractional max pooling: random windows for a given output size."""

from typing import Annotated, Any, ClassVar

from pydantic import Field, Strict

from mlpgen.catalogue.component import Expects, Positive, Size2, Size3, Structural
from mlpgen.layers.base import Function, Layer, Shape, ShapeError, need_dims, spread
from mlpgen.layers.return_indices import DIMS, Flag, ReturnsIndices
from mlpgen.symbols.sizes import scaled

_AsTuple = Strict(strict=False)
Ratio = Annotated[float, Field(gt=0, lt=1)]
Ratio2 = Annotated[
    Ratio | Annotated[tuple[Ratio, Ratio], _AsTuple] | None,
    Structural(),
    Expects("a number between 0 and 1, or a list of two"),
]
Ratio3 = Annotated[
    Ratio | Annotated[tuple[Ratio, Ratio, Ratio], _AsTuple] | None,
    Structural(),
    Expects("a number between 0 and 1, or a list of three"),
]


class _Fractional(Layer):
    spatial: ClassVar[int]
    call: ClassVar[str]
    spare: ClassVar[int] = 0
    rule: ClassVar = (
        "(N, C, *) → (N, C, *output_size), or each size times `output_ratio`"
    )

    def output(self, shape: Shape) -> Shape:
        """Use the output size, and check that enough windows fit."""
        need_dims(self, shape, DIMS[self.spatial - 1], self.spatial + 1)
        kernels = spread(getattr(self, "kernel_size"), self.spatial)
        sizes = self._sizes(shape)
        for old, new, kernel in zip(shape[1:], sizes, kernels, strict=True):
            if new < 1:
                message = f"`output_ratio` leaves nothing of the size {old}"
                raise ShapeError("MG303", message, argument="output_ratio")
            if new + kernel - 1 + self.spare > old:
                message = f"{new} windows of {kernel} do not fit into the size {old}"
                raise ShapeError("MG303", message, argument="kernel_size")
        return (shape[0], *sizes)

    def _sizes(self, shape: Shape) -> Shape:
        values: Any = self
        size, ratio = values.output_size, values.output_ratio
        if (size is None) == (ratio is None):
            message = f"`{self.title()}` expects either `output_size` or `output_ratio`"
            raise ShapeError("MG311", message)
        if size is not None:
            return spread(size, self.spatial)
        ratios = ratio if isinstance(ratio, tuple) else (ratio,) * self.spatial
        return tuple(scaled(*each) for each in zip(shape[1:], ratios, strict=True))

    def function(self) -> Function | None:
        """Call the torch function of the same name."""
        given = self.arguments()
        if isinstance(given.get("output_ratio"), float):  # the module does this itself
            given["output_ratio"] = (given["output_ratio"],) * self.spatial
        return Function(self.call, (given.pop("kernel_size"),), given)


class FractionalMaxPool2d(ReturnsIndices, _Fractional):
    """Takes maxima of random windows of an image, for a given output size."""

    spatial: ClassVar = 2
    call: ClassVar = "F.fractional_max_pool2d"
    example: ClassVar = "FractionalMaxPool2d: {kernel_size: 2, output_ratio: 0.7}"
    example_input: ClassVar = (16, 8, 8)

    kernel_size: Size2
    output_size: Annotated[
        Positive | Annotated[tuple[Positive, Positive], _AsTuple] | None,
        Expects("a whole number of at least 1, or a list of two"),
    ] = None
    output_ratio: Ratio2 = None
    return_indices: Flag = False


class FractionalMaxPool3d(ReturnsIndices, _Fractional):
    """Takes maxima of random windows of a volume, for a given output size."""

    spatial: ClassVar = 3
    call: ClassVar = "F.fractional_max_pool3d"
    spare: ClassVar = 1
    example: ClassVar = "FractionalMaxPool3d: {kernel_size: 2, output_ratio: 0.7}"
    example_input: ClassVar = (16, 4, 8, 8)

    kernel_size: Size3
    output_size: Annotated[
        Positive | Annotated[tuple[Positive, Positive, Positive], _AsTuple] | None,
        Expects("a whole number of at least 1, or a list of three"),
    ] = None
    output_ratio: Ratio3 = None
    return_indices: Flag = False
