"""Joining tensors."""

from typing import Annotated, ClassVar

from mlpgen.component import Expects, Structural
from mlpgen.functions.base import Operation, whole_shown
from mlpgen.layers.base import Function, ShapeError, Value, Values
from mlpgen.layers.linear import position


class Cat(Operation):
    """Joins tensors along a dimension that is there."""

    arity: ClassVar = (2, 64)
    example: ClassVar = "cat: {dim: 1}"
    example_input: ClassVar = (8,)
    rule: ClassVar = "(N, A, *), (N, B, *) → (N, A + B, *)"

    dim: Annotated[int, Structural(), Expects("a whole number")] = 1

    def results(self, values: Values) -> dict[str, Value]:
        """The sizes along the dimension add up; all others are equal."""
        first = values[0]
        at = position("dim", self.dim, first.shape)
        for other in values[1:]:
            same = len(other.shape) == len(first.shape) and all(
                a == b
                for i, (a, b) in enumerate(zip(first.shape, other.shape, strict=True))
                if i != at
            )
            if not same:
                raise ShapeError(
                    "MG313",
                    f"`cat` along dimension {self.dim} cannot join "
                    f"{whole_shown(first)} and {whole_shown(other)}",
                )
        size = values[0].shape[at]
        for other in values[1:]:
            size = size + other.shape[at]
        shape = (*first.shape[:at], size, *first.shape[at + 1 :])
        return {"": first._replace(shape=shape)}

    def function(self) -> Function:
        """The function of the same name."""
        return Function("torch.cat", (), {"dim": self.dim}, gathers=True)


class Stack(Operation):
    """Joins tensors of one shape along a new dimension."""

    arity: ClassVar = (2, 64)
    example: ClassVar = "stack: {dim: 1}"
    example_input: ClassVar = (8,)
    rule: ClassVar = "k times (N, *) → (N, k, *)"

    dim: Annotated[int, Structural(), Expects("a whole number")] = 1

    def results(self, values: Values) -> dict[str, Value]:
        """As many as there are tensors, at the new dimension."""
        first = values[0]
        at = position("dim", self.dim, (1, *first.shape))
        for other in values[1:]:
            if other.shape != first.shape:
                message = (
                    f"`stack` cannot join {whole_shown(first)} and {whole_shown(other)}"
                )
                raise ShapeError("MG313", message)
        shape = (*first.shape[:at], len(values), *first.shape[at:])
        return {"": first._replace(shape=shape)}

    def function(self) -> Function:
        """The function of the same name."""
        return Function("torch.stack", (), {"dim": self.dim}, gathers=True)
