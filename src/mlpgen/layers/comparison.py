"""Layers that compare or combine two tensors: Bilinear, CosineSimilarity and others."""

from math import prod
from typing import Annotated, ClassVar

from mlpgen.catalogue.component import (
    Expects,
    Inferred,
    NonNegativeReal,
    Positive,
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
)
from mlpgen.layers.shapes import broadcast, example_axis, whole_shown
from mlpgen.symbols.agreements import agree

_PAIR = (Value((8,)), Value((8,)))


class Bilinear(Layer):
    """A bilinear form of two inputs: `x₁ᵀ W x₂ + b`.

    The multiply-adds are those of one product with the weight. torch's counter does not
    count this operation.
    """

    arity: ClassVar = (2, 2)
    example: ClassVar = "Bilinear: 10"
    example_input: ClassVar = (8,)
    example_inputs: ClassVar = (Value((8,)), Value((6,)))
    rule: ClassVar = "(N, *, in1_features), (N, *, in2_features) → (N, *, out_features)"

    in1_features: Inferred = None
    in2_features: Inferred = None
    out_features: Positive
    bias: bool = True

    def inferred_from(self, values: Values) -> dict[str, int]:
        """Infer the features from the last dimensions; the others must be equal."""
        left, right = values
        if (
            not left.shape
            or not right.shape
            or left.batched != right.batched
            or not agree(left.shape[:-1], right.shape[:-1])
        ):
            raise ShapeError(
                "MG313",
                "the inputs of `Bilinear` may differ in their last size only, but got "
                f"{whole_shown(left)} and {whole_shown(right)}",
            )
        return {"in1_features": left.shape[-1], "in2_features": right.shape[-1]}

    def output(self, shape: Shape) -> Shape:
        """Change the last dimension."""
        return (*shape[:-1], self.out_features)

    def weights(self) -> dict[str, Shape]:
        """Return a matrix for each output feature, and a bias."""
        matrix = (self.in1_features or 0, self.in2_features or 0)
        return affine((self.out_features, *matrix), self.bias, self.out_features)

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count one for each weight, at every position."""
        del results
        return prod(values[0].shape[:-1]) * prod(self.weights()["weight"])


class CosineSimilarity(Layer):
    """The cosine of the angle between two vectors."""

    arity: ClassVar = (2, 2)
    example: ClassVar = "CosineSimilarity"
    example_input: ClassVar = (8,)
    example_inputs: ClassVar = _PAIR
    rule: ClassVar = "(N, *, C, *), (N, *, C, *) → (N, *, *), without dimension `dim`"

    dim: Annotated[int, Structural(), Expects("a whole number")] = 1
    eps: NonNegativeReal = 1e-08

    def results(self, values: Values) -> dict[str, Value]:
        """Broadcast the inputs and remove dimension `dim`."""
        found = broadcast(self.title(), values)
        at = example_axis("dim", self.dim, found.shape)
        return {"": found._replace(shape=(*found.shape[:at], *found.shape[at + 1 :]))}

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function("F.cosine_similarity", (), self.arguments())


class PairwiseDistance(Layer):
    """The p-norm of the difference of two vectors."""

    arity: ClassVar = (2, 2)
    example: ClassVar = "PairwiseDistance"
    example_input: ClassVar = (8,)
    example_inputs: ClassVar = _PAIR
    rule: ClassVar = "(N, *, C), (N, *, C) → (N, *), or (N, *, 1) with `keepdim`"
    saves_output: ClassVar = "always"

    p: Annotated[float, Expects("a number")] = 2.0
    eps: Annotated[float, Expects("a number")] = 1e-06
    keepdim: Annotated[bool, Structural()] = False

    def results(self, values: Values) -> dict[str, Value]:
        """Remove the last dimension, or keep it with size 1."""
        found = broadcast(self.title(), values)
        if not found.shape:
            message = "`PairwiseDistance` expects (N, *, C), but got (N,)"
            raise ShapeError("MG302", message)
        last = (1,) if self.keepdim else ()
        return {"": found._replace(shape=(*found.shape[:-1], *last))}

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function("F.pairwise_distance", (), self.arguments())
