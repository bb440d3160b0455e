"""Linear, and layers that only reshape: Flatten, Unflatten, Identity."""

from math import prod
from typing import Annotated, ClassVar

from pydantic import Field, Strict

from mlpgen.catalogue.component import Expects, Inferred, Positive, Structural
from mlpgen.layers.base import Function, Layer, Shape, ShapeError, Values, affine, shown
from mlpgen.layers.shapes import example_axis
from mlpgen.symbols.agreements import agree


class Linear(Layer):
    """A linear map of the last dimension: `y = x Wᵀ + b`."""

    example: ClassVar = "Linear: 10"
    example_input: ClassVar = (784,)
    rule: ClassVar = "(N, *, in_features) → (N, *, out_features)"

    in_features: Inferred = None
    out_features: Positive
    bias: bool = True

    def inferred(self, shape: Shape) -> dict[str, int]:
        """Infer `in_features` from the last dimension."""
        if not shape:
            raise ShapeError(
                "MG302", "`Linear` expects (N, *, in_features), but got (N,)"
            )
        return {"in_features": shape[-1]}

    def output(self, shape: Shape) -> Shape:
        """Change the last dimension."""
        return (*shape[:-1], self.out_features)

    def weights(self) -> dict[str, Shape]:
        """Return a weight for each input and output feature, and a bias."""
        weight = (self.out_features, self.in_features or 0)
        return affine(weight, self.bias, self.out_features)

    def multiply_adds(self, shape: Shape, output: Shape) -> int:
        """Count one for each weight, at every position."""
        return prod(shape) * output[-1]

    def caution(self, values: Values, spatial: int) -> ShapeError | None:
        """Warn if only the rows of images or signals are mapped."""
        value = values[0]
        shape = value.shape
        images = spatial > 0 or (len(shape) > 2 and spatial == 0)
        if not value.batched or not images:
            return None
        return ShapeError(
            "MG306",
            f"`Linear` maps the last dimension only, {shape[-1]} of {shown(shape)}",
            help="put a `Flatten` before it to use the whole example, or write its "
            f"`in_features: {shape[-1]}` if you mean it",
        )


class Identity(Layer):
    """Returns its input."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "Identity"
    example_input: ClassVar = (8,)
    pointwise: ClassVar = True


class Flatten(Layer):
    """Flattens the dimensions `start_dim` to `end_dim` into one."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "Flatten"
    example_input: ClassVar = (1, 28, 28)
    rule: ClassVar = "(N, C, H, W) → (N, C·H·W)"

    start_dim: Annotated[int, Structural(), Expects("a whole number")] = 1
    end_dim: Annotated[int, Structural(), Expects("a whole number")] = -1

    def output(self, shape: Shape) -> Shape:
        """Multiply the sizes of the flattened dimensions; keep the batch."""
        start = example_axis("start_dim", self.start_dim, shape)
        end = example_axis("end_dim", self.end_dim, shape)
        if start > end:
            message = f"`start_dim` {self.start_dim} is after `end_dim` {self.end_dim}"
            raise ShapeError("MG308", message, argument="end_dim")
        return (*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :])

    def function(self) -> Function:
        """Call `x.flatten(1)`: the method's default would flatten the batch, too."""
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
        """Check that the new sizes multiply to the old one."""
        at = example_axis("dim", self.dim, shape)
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
        """Call the tensor method of the same name."""
        return Function("torch.unflatten", (self.dim, self.unflattened_size))
