"""Softmax, normalization, and cosine similarity of vectors."""

from typing import ClassVar

from mlpgen.catalogue.component import NonNegativeReal
from mlpgen.functions.base import (
    FLOAT,
    Dim,
    Dims,
    Operation,
    axes_of,
    axis_of,
    replaced,
)
from mlpgen.layers.base import Function, Value, Values
from mlpgen.layers.shapes import broadcast


class _Along(Operation):
    dtypes: ClassVar = FLOAT
    example_input: ClassVar = (8,)

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function(f"F.{self.title()}", (), self.arguments())


class Softmax(_Along):
    """Normalizes values along a dimension to probabilities."""

    pointwise: ClassVar = True
    saves_output: ClassVar = "always"
    page: ClassVar = "nn.functional.softmax"
    example: ClassVar = "softmax: -1"

    dim: Dim

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape."""
        axis_of("dim", self.dim, values[0])
        return self.result(values[0], values[0].shape)


class LogSoftmax(Softmax):
    """The logarithm of the softmax, in one numerically stable step."""

    page: ClassVar = "nn.functional.log_softmax"
    example: ClassVar = "log_softmax: -1"


class Normalize(_Along):
    """Divides vectors by their norm."""

    page: ClassVar = "nn.functional.normalize"
    example: ClassVar = "normalize"

    p: float = 2.0
    dim: Dims = 1
    eps: NonNegativeReal = 1e-12

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape."""
        axes_of("dim", self.dim, values[0])
        return self.result(values[0], values[0].shape)


class CosineSimilarity(_Along):
    """The cosine of the angle between the vectors of two tensors."""

    arity: ClassVar = (2, 2)
    page: ClassVar = "nn.functional.cosine_similarity"
    example: ClassVar = "cosine_similarity: {dim: -1}"
    example_inputs: ClassVar = (Value((4, 8)), Value((4, 8)))
    rule: ClassVar = "(N, *, A), (N, *, A) → (N, *)"

    dim: Dim = 1
    eps: NonNegativeReal = 1e-8

    def results(self, values: Values) -> dict[str, Value]:
        """Broadcast the inputs and remove the dimension."""
        found = broadcast(self.title(), values)
        at = axis_of("dim", self.dim, found)
        return self.result(found, replaced(found.shape, at))
