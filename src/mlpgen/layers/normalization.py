"""Normalization over batches, channels or features."""

from math import prod
from typing import Annotated, ClassVar

from pydantic import Field, Strict

from mlpgen.catalogue.component import (
    Expects,
    Follows,
    Inferred,
    NonNegativeReal,
    Positive,
    PositiveReal,
    Structural,
)
from mlpgen.layers.base import (
    Function,
    Layer,
    Shape,
    ShapeError,
    Value,
    Values,
    affine,
    need_dims,
    shown,
)
from mlpgen.symbols.agreements import agree

Momentum = Annotated[float | None, Field(ge=0, le=1), Expects("a number from 0 to 1")]
NormalizedShape = Annotated[
    Positive
    | Annotated[tuple[Positive, ...], Strict(strict=False), Field(min_length=1)]
    | None,
    Follows(),
    Structural(),
    Expects("a whole number of at least 1, or a list of them"),
]


class _PerChannel(Layer):
    """Base of normalization per channel; weight and bias are learned if `affine`."""

    needs_batch: ClassVar = True
    takes: ClassVar[tuple[str, tuple[int, ...]]]
    pointwise: ClassVar = True

    num_features: Inferred = None
    eps: PositiveReal = 1e-05
    momentum: Momentum = 0.1
    affine: bool = True
    track_running_stats: bool = True
    bias: bool = True

    def inferred(self, shape: Shape) -> dict[str, int]:
        """Infer the number of channels from the first dimension."""
        wanted, dims = self.takes
        need_dims(self, shape, wanted, *dims)
        return {"num_features": shape[0]}

    def weights(self) -> dict[str, Shape]:
        """Return a weight and a bias for each channel, if they are learned."""
        channels = self.num_features or 0
        return affine((channels,), self.bias, channels) if self.affine else {}

    def buffers(self) -> dict[str, Value]:
        """Return the running statistics, if they are tracked."""
        if not self.track_running_stats:
            return {}
        each = Value((self.num_features or 0,), batched=False)
        count = Value((), "int64", batched=False)
        return {
            "running_mean": each,
            "running_var": each,
            "num_batches_tracked": count,
        }


class BatchNorm1d(_PerChannel):
    """Normalizes each feature over the batch (and over a sequence)."""

    takes: ClassVar = ("(N, C) or (N, C, L)", (1, 2))
    example: ClassVar = "BatchNorm1d"
    example_input: ClassVar = (16,)
    rule: ClassVar = "(N, num_features) or (N, num_features, L) → the same"


class BatchNorm2d(_PerChannel):
    """Normalizes each channel over the images of a batch."""

    takes: ClassVar = ("(N, C, H, W)", (3,))
    example: ClassVar = "BatchNorm2d"
    example_input: ClassVar = (16, 8, 8)
    rule: ClassVar = "(N, num_features, H, W) → the same"


class BatchNorm3d(_PerChannel):
    """Normalizes each channel over the volumes of a batch."""

    takes: ClassVar = ("(N, C, D, H, W)", (4,))
    example: ClassVar = "BatchNorm3d"
    example_input: ClassVar = (16, 4, 8, 8)
    rule: ClassVar = "(N, num_features, D, H, W) → the same"


class SyncBatchNorm(_PerChannel):
    """Normalizes each channel over the batches of all training processes."""

    takes: ClassVar = ("(N, C, *)", (1, 2, 3, 4))
    example: ClassVar = "SyncBatchNorm"
    example_input: ClassVar = (16, 8, 8)
    rule: ClassVar = "(N, num_features, *) → the same"


class _Instance(_PerChannel):
    affine: bool = False
    track_running_stats: bool = False

    def output(self, shape: Shape) -> Shape:
        """In training each channel of an example needs several values."""
        if prod(shape[1:]) == 1:
            raise ShapeError(
                "MG310",
                f"`{type(self).__name__}` needs several values a channel to train, "
                f"and {shown(shape)} has one",
            )
        return shape

    def function(self) -> Function | None:
        """Return the equivalent function, if there are no weights and statistics."""
        if self.affine or self.track_running_stats:
            return None
        given = {"eps": self.eps} if self.eps != 1e-05 else {}
        return Function("F.instance_norm", (), given)


class InstanceNorm1d(_Instance):
    """Normalizes each channel of each sequence."""

    takes: ClassVar = ("(N, C, L)", (2,))
    example: ClassVar = "InstanceNorm1d"
    example_input: ClassVar = (16, 20)
    rule: ClassVar = "(N, num_features, L) → the same"


class InstanceNorm2d(_Instance):
    """Normalizes each channel of each image."""

    takes: ClassVar = ("(N, C, H, W)", (3,))
    example: ClassVar = "InstanceNorm2d"
    example_input: ClassVar = (16, 8, 8)
    rule: ClassVar = "(N, num_features, H, W) → the same"


class InstanceNorm3d(_Instance):
    """Normalizes each channel of each volume."""

    takes: ClassVar = ("(N, C, D, H, W)", (4,))
    example: ClassVar = "InstanceNorm3d"
    example_input: ClassVar = (16, 4, 8, 8)
    rule: ClassVar = "(N, num_features, D, H, W) → the same"


class _OverShape(Layer):
    """Base of normalization over the last dimensions of each example."""

    pointwise: ClassVar = True
    example_input: ClassVar = (20, 16)
    rule: ClassVar = "(N, *, normalized_shape) → the same"

    normalized_shape: NormalizedShape = None

    def inferred(self, shape: Shape) -> dict[str, int]:
        """Use the last dimension by default."""
        if not shape:
            message = f"`{self.title()}` expects (N, *, features), but got (N,)"
            raise ShapeError("MG302", message)
        if self.normalized_shape is None:
            return {"normalized_shape": shape[-1]}
        sizes = self._sizes()
        if not agree(sizes, shape[-len(sizes) :]):
            raise ShapeError(
                "MG301",
                f"`normalized_shape` is {list(sizes)}, but the input is {shown(shape)}",
                argument="normalized_shape",
                help="it must be the last sizes of the input",
            )
        return {}

    def _sizes(self) -> Shape:
        sizes = self.normalized_shape or ()
        return sizes if isinstance(sizes, tuple) else (sizes,)


class LayerNorm(_OverShape):
    """Normalizes the features of each example, at every position."""

    example: ClassVar = "LayerNorm"

    eps: NonNegativeReal = 1e-05
    elementwise_affine: bool = True
    bias: bool = True

    def weights(self) -> dict[str, Shape]:
        """Return a weight and a bias for each feature, if they are learned."""
        if not self.elementwise_affine:
            return {}
        sizes = self._sizes()
        return {"weight": sizes, "bias": sizes} if self.bias else {"weight": sizes}

    def function(self) -> Function | None:
        """Return the equivalent function, if there are no weights."""
        if self.elementwise_affine:
            return None
        given = {"eps": self.eps} if self.eps != 1e-05 else {}
        return Function("F.layer_norm", (self._sizes(),), given)


class RMSNorm(_OverShape):
    """Divides the features of each example by their root mean square."""

    example: ClassVar = "RMSNorm"

    eps: Annotated[float | None, Field(ge=0), Expects("a number of at least 0")] = None
    elementwise_affine: bool = True

    def weights(self) -> dict[str, Shape]:
        """Return a weight for each feature."""
        return {"weight": self._sizes()} if self.elementwise_affine else {}


class GroupNorm(Layer):
    """Normalizes groups of channels of each example."""

    needs_batch: ClassVar = True
    example: ClassVar = "GroupNorm: 4"
    example_input: ClassVar = (16, 8, 8)
    rule: ClassVar = "(N, num_channels, *) → the same"
    pointwise: ClassVar = True

    num_groups: Positive
    num_channels: Inferred = None
    eps: NonNegativeReal = 1e-05
    affine: bool = True
    bias: bool = True

    def inferred(self, shape: Shape) -> dict[str, int]:
        """Infer the number of channels from the first dimension."""
        if not shape:
            raise ShapeError("MG302", "`GroupNorm` expects (N, C, *), but got (N,)")
        return {"num_channels": shape[0]}

    def output(self, shape: Shape) -> Shape:
        """Check that `num_groups` divides the channels."""
        if shape[0] % self.num_groups:
            message = (
                f"`num_groups` {self.num_groups} does not divide the "
                f"{shape[0]} channels"
            )
            raise ShapeError("MG304", message, argument="num_groups")
        return shape

    def caution(self, values: Values, spatial: int) -> ShapeError | None:
        """Warn about groups of one value; torch refuses them for a single example."""
        del spatial
        shape = values[0].shape
        if prod(map(int, shape)) != self.num_groups:
            return None
        return ShapeError(
            "MG310",
            f"`GroupNorm` needs several values per group, but {shown(shape)} has "
            f"{int(self.num_groups)} in {int(self.num_groups)} groups",
            argument="num_groups",
            help="normalizing one value leaves only the bias",
        )

    def weights(self) -> dict[str, Shape]:
        """Return a weight and a bias for each channel, if they are learned."""
        channels = self.num_channels or 0
        return affine((channels,), self.bias, channels) if self.affine else {}


class LocalResponseNorm(Layer):
    """Divides each value by a norm over the neighboring channels."""

    needs_batch: ClassVar = True
    example: ClassVar = "LocalResponseNorm: 5"
    example_input: ClassVar = (16, 8, 8)
    rule: ClassVar = "(N, C, *) → the same"
    pointwise: ClassVar = True

    size: Positive
    alpha: float = 0.0001
    beta: float = 0.75
    k: PositiveReal = 1.0

    def output(self, shape: Shape) -> Shape:
        """Check that there are dimensions after the channels."""
        if len(shape) < 2:
            message = f"`LocalResponseNorm` expects (N, C, *), but got {shown(shape)}"
            raise ShapeError("MG302", message)
        return shape

    def function(self) -> Function:
        """Call the torch function of the same name."""
        given = {key: value for key, value in self.arguments().items() if key != "size"}
        return Function("F.local_response_norm", (self.size,), given)
