"""Linear layers, and those that only arrange: Flatten, Unflatten, Identity."""

from math import prod
from typing import Annotated, ClassVar

from pydantic import Field, Strict

from mlpgen.catalogue.component import Expects, Inferred, Positive, Structural
from mlpgen.layers.base import (
    Function,
    Layer,
    Shape,
    ShapeError,
    Value,
    affine,
    has_batch,
    shown,
)
from mlpgen.symbols.agreements import agree


class Linear(Layer):
    """Every output is a weighted sum of all inputs: `y = x Wᵀ + b`."""

    example: ClassVar = "Linear: 10"
    example_input: ClassVar = (784,)
    rule: ClassVar = "(N, *, in_features) → (N, *, out_features)"

    in_features: Inferred = None
    out_features: Positive
    bias: bool = True

    def inferred(self, shape: Shape) -> dict[str, int]:
        """The last dimension is what a linear layer sums over."""
        if not shape:
            raise ShapeError("MG302", "`Linear` takes (N, *), but (N,) arrives")
        return {"in_features": shape[-1]}

    def output(self, shape: Shape) -> Shape:
        """Only the last dimension changes."""
        return (*shape[:-1], self.out_features)

    def weights(self) -> dict[str, Shape]:
        """One weight for each input and output, one bias for each output."""
        weight = (self.out_features, self.in_features or 0)
        return affine(weight, self.bias, self.out_features)

    def multiply_adds(self, shape: Shape, output: Shape) -> int:
        """One for each weight, at every position."""
        return prod(shape) * output[-1]

    def caution(self, value: Value, spatial: int) -> ShapeError | None:
        """On images and signals, only the rows are summed over."""
        shape = value.shape
        if not value.batched or (len(shape) < 3 and not spatial):
            return None
        return ShapeError(
            "MG306",
            f"`Linear` works on the last size only, {shape[-1]} of {shown(shape)}",
            help="put a `Flatten` before it to use the whole example, or write its "
            f"`in_features: {shape[-1]}` if you mean it",
        )


class Identity(Layer):
    """Passes its input through."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "Identity"
    example_input: ClassVar = (8,)
    pointwise: ClassVar = True


class Flatten(Layer):
    """Joins the dimensions from `start_dim` to `end_dim` into one."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "Flatten"
    example_input: ClassVar = (1, 28, 28)
    rule: ClassVar = "(N, C, H, W) → (N, C·H·W)"

    start_dim: Annotated[int, Structural(), Expects("a whole number")] = 1
    end_dim: Annotated[int, Structural(), Expects("a whole number")] = -1

    def output(self, shape: Shape) -> Shape:
        """The joined dimensions multiply; the batch stays."""
        start = position("start_dim", self.start_dim, shape)
        end = position("end_dim", self.end_dim, shape)
        if start > end:
            message = (
                f"`start_dim` {self.start_dim} comes after `end_dim` {self.end_dim}"
            )
            raise ShapeError("MG308", message, argument="end_dim")
        return (*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :])

    def function(self) -> Function:
        """`x.flatten(1)`: the method's own default would join the batch too."""
        if self.end_dim == -1:
            return Function(".flatten", (self.start_dim,))
        return Function(".flatten", (self.start_dim, self.end_dim))


class Unflatten(Layer):
    """Splits the dimension `dim` into several."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "Unflatten: {dim: 1, unflattened_size: [1, 28, 28]}"
    example_input: ClassVar = (784,)
    rule: ClassVar = "(N, C·H·W) → (N, C, H, W)"

    dim: Annotated[int, Structural(), Expects("a whole number")]
    unflattened_size: Annotated[
        tuple[Positive, ...],
        Strict(strict=False),
        Field(min_length=1),
        Expects("a list of whole numbers of at least 1"),
    ]

    def output(self, shape: Shape) -> Shape:
        """The new dimensions multiply to the old one."""
        at = position("dim", self.dim, shape)
        new = prod(self.unflattened_size)
        if not agree(new, shape[at]):
            sizes = " × ".join(str(int(size)) for size in self.unflattened_size)
            raise ShapeError(
                "MG309",
                f"{sizes} is {int(new)}, but dimension {self.dim} has {int(shape[at])}",
                argument="unflattened_size",
            )
        return (*shape[:at], *self.unflattened_size, *shape[at + 1 :])

    def function(self) -> Function:
        """The method of the same name."""
        return Function("torch.unflatten", (self.dim, self.unflattened_size))


def position(argument: str, dim: int, shape: Shape) -> int:
    """Turn torch's `dim`, which counts the batch, into an index of `shape`.

    Raises:
        ShapeError: MG308, for the batch dimension and for one that is not there.
    """
    before = 1 if has_batch() else 0
    count = len(shape) + before
    index = dim + count if dim < 0 else dim
    if not 0 <= index < count:
        noun = "dimension" if count == 1 else "dimensions"
        message = f"`{argument}` is {dim}, but {shown(shape)} has {count} {noun}"
        raise ShapeError("MG308", message, argument=argument)
    if index < before:
        raise ShapeError(
            "MG308",
            f"`{argument}` is {dim}, the batch dimension of {shown(shape)}",
            argument=argument,
            help="dimension 1 is the first of an example",
        )
    return index - before
