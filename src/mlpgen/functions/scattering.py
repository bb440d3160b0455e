"""Functions that put values at indices of a tensor."""

from typing import ClassVar

from mlpgen.functions.base import (
    NUMBERS,
    Dim,
    Number,
    Operation,
    axis_of,
    need_dtype,
    replaced,
    same_dtypes,
    with_number,
)
from mlpgen.functions.indexing import need_fitting, need_vector
from mlpgen.layers.base import Function, ShapeError, Value, Values
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.agreements import agree


class ScatterAdd(Operation):
    """Adds the third input to the first at the indices in the second, along `dim`."""

    arity: ClassVar[tuple[int, int]] = (3, 3)
    dtypes: ClassVar = NUMBERS
    example: ClassVar = "scatter_add: 1"
    example_inputs: ClassVar[Values] = (
        Value((16, 8)),
        Value((4, 8), "int64"),
        Value((4, 8)),
    )
    rule: ClassVar = "(N, A, *), (N, B, *), (N, B, *) → (N, A, *)"

    dim: Dim

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape; the index has the shape of what is put there."""
        value, index, *sources = values
        need_dtype(self.title(), "index", index, "int64")
        same_dtypes(self.title(), (value, *sources))
        need_fitting(self.title(), self.dim, value, index, "put {} into {}")
        for source in sources:
            if source.batched != index.batched or not agree(source.shape, index.shape):
                message = f"`{self.title()}` needs an index for each value, but got "
                message += f"{whole_shown(index)} for {whole_shown(source)}"
                raise ShapeError("MG313", message)
        return self.result(value, value.shape)

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(f".{self.title()}", (self.dim,), after=1)


class Scatter(ScatterAdd):
    """Writes the third input, or a number, into the first at the indices in the second.

    The indices are along `dim`.
    """

    arity: ClassVar = (2, 3)
    example: ClassVar = "scatter: {dim: 1, value: 1}"
    example_inputs: ClassVar = (Value((16, 8)), Value((4, 8), "int64"))

    dim: Dim
    value: Number | None = None

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape and the dtype."""
        if (len(values) == 3) == (self.value is not None):
            message = "`scatter` expects two tensors and an index, or a tensor, an "
            message += "index and `value`"
            raise ShapeError("MG314", message)
        dtype = values[0].dtype
        if self.value is not None and with_number(dtype, self.value) != dtype:
            message = f"`scatter` cannot write {self.value} into {dtype}"
            raise ShapeError("MG315", message, argument="value")
        return super().results(values)

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        number = {} if self.value is None else {"value": self.value}
        return super().function()._replace(keywords=number)


class IndexAdd(Operation):
    """Adds the third input to the indices of `dim` in the second, without a batch."""

    arity: ClassVar = (3, 3)
    dtypes: ClassVar = NUMBERS
    example: ClassVar = "index_add: 1"
    example_inputs: ClassVar = (
        Value((16, 8)),
        Value((4,), "int64", batched=False),
        Value((4, 8)),
    )
    rule: ClassVar = "(N, A, *), (B), (N, B, *) → (N, A, *)"

    dim: Dim

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape; the third input has an index for each of its rows."""
        value, index, source = values
        need_dtype("index_add", "index", index, "int64")
        same_dtypes("index_add", (value, source))
        at = axis_of("dim", self.dim, value)
        need_vector("index_add", index)
        wanted = replaced(value.shape, at, index.shape[0])
        if source.batched != value.batched or not agree(source.shape, wanted):
            needed = whole_shown(value._replace(shape=wanted))
            message = f"`index_add` along dimension {self.dim} adds {needed} here, but "
            raise ShapeError("MG313", message + f"got {whole_shown(source)}")
        return self.result(value, value.shape)

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".index_add", (self.dim,), after=1)
