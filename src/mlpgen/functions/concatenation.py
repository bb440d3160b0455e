"""cat and stack."""

from collections.abc import Sequence
from typing import ClassVar

from mlpgen.functions.base import Dim, Operation, axis_of, replaced
from mlpgen.layers.base import Function, Shape, ShapeError, Value, Values
from mlpgen.layers.shapes import promoted, whole_shown
from mlpgen.symbols.agreements import agree


class _Joining(Operation):
    arranges: ClassVar = True
    arity: ClassVar = (1, 64)
    lists_inputs: ClassVar = True

    dim: Dim = 1

    def aligned(self, values: Values) -> tuple[Value, list[Shape]]:
        """Return the first value with a batch, and all shapes as if they had one.

        A learned parameter among values with a batch is expanded over it: it has their
        dimensions, perhaps with a leading 1 for the batch.

        Raises:
            ShapeError: MG313: the numbers of dimensions differ.
        """
        first = next((value for value in values if value.batched), values[0])
        shapes = []
        for value in values:
            shape = value.shape
            ahead = len(shape) == len(first.shape) + 1 and shape[0] == 1
            if first.batched and not value.batched and ahead:
                shape = shape[1:]
            if len(shape) != len(first.shape):
                raise self.mismatch(first, value)
            shapes.append(shape)
        dtype = promoted([value.dtype for value in values])
        return first._replace(dtype=dtype), shapes

    def mismatch(self, first: Value, other: Value) -> ShapeError:
        """Return the error for two tensors that cannot be joined."""
        return ShapeError(
            "MG313",
            f"`{self.title()}` along dimension {self.dim} cannot join "
            f"{whole_shown(first)} and {whole_shown(other)}",
        )

    def function_on(self, values: Values) -> Function:
        """Call the torch function of the same name."""
        expands = len({value.batched for value in values}) > 1
        return self.function()._replace(expands=expands)

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function(f"torch.{self.title()}", (), {"dim": self.dim}, gathers=True)


class Cat(_Joining):
    """Concatenates tensors along an existing dimension."""

    example: ClassVar = "cat: {dim: 1}"
    example_inputs: ClassVar = (Value((8,)), Value((4,)))
    rule: ClassVar = "(N, A, *), (N, B, *) → (N, A + B, *)"

    def results(self, values: Values) -> dict[str, Value]:
        """Add up the sizes along the dimension; all others must be equal."""
        first, shapes = self.aligned(values)
        at = axis_of("dim", self.dim, first)
        for value, shape in zip(values[1:], shapes[1:], strict=True):
            if not agree(replaced(shape, at), replaced(shapes[0], at)):
                raise self.mismatch(values[0], value)
        return self._joined(first, shapes, at)

    def unchecked_results(self, values: Values) -> dict[str, Value]:
        """Add up the sizes along the dimension, whatever the others are."""
        try:
            first, shapes = self.aligned(values)
            return self._joined(first, shapes, axis_of("dim", self.dim, first))
        except ShapeError:
            return super().unchecked_results(values)

    def _joined(
        self, first: Value, shapes: Sequence[Shape], at: int
    ) -> dict[str, Value]:
        size = shapes[0][at]
        for shape in shapes[1:]:
            size = size + shape[at]
        return self.result(first, replaced(first.shape, at, size))


class Stack(_Joining):
    """Stacks tensors of equal shape along a new dimension."""

    example: ClassVar = "stack: {dim: 1}"
    example_inputs: ClassVar = (Value((8,)), Value((8,)))
    rule: ClassVar = "k times (N, *) → (N, k, *)"

    def results(self, values: Values) -> dict[str, Value]:
        """Insert a dimension with the number of tensors."""
        first, shapes = self.aligned(values)
        at = axis_of("dim", self.dim, first._replace(shape=(1, *first.shape)))
        for value, shape in zip(values, shapes, strict=True):
            if not agree(shape, shapes[0]):
                raise self.mismatch(values[0], value)
        return self.result(first, (*shapes[0][:at], len(values), *shapes[0][at:]))
