"""Indexing and selection of parts of tensors."""

from typing import Annotated, ClassVar

from mlpgen.catalogue.component import Expects, Positive
from mlpgen.functions.base import Dim, Operation, axis_of, need_dtype, replaced
from mlpgen.layers.base import Function, ShapeError, Value, Values
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols import operands
from mlpgen.symbols.expressions import Expression, is_whole
from mlpgen.symbols.sizes import Size, either, is_symbolic, minimum, sum_of

Index = Annotated[int, Expects("a whole number")]
OptionalIndex = Annotated[int | None, Expects("a whole number")]


class Select(Operation):
    """Selects one index of a dimension and removes the dimension: `x[:, 0]`."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "select: {dim: 1, index: 0}"
    example_input: ClassVar = (16, 8)
    rule: ClassVar = "(N, A, *) → (N, *)"

    dim: Dim
    index: Index

    def results(self, values: Values) -> dict[str, Value]:
        """Remove the dimension."""
        value = values[0]
        at = axis_of("dim", self.dim, value)
        size = value.shape[at]
        if not -size <= self.index < size:
            message = f"`index` is {self.index}, but dimension {self.dim} has size "
            raise ShapeError("MG303", f"{message}{int(size)}", argument="index")
        return self.result(value, replaced(value.shape, at))

    def function(self) -> Function:
        """Index the tensor."""
        return Function(_index(self.dim, "{}"), (self.index,))


class Slice(Operation):
    """Selects the indices of a dimension from `start` to before `end`: `x[:, 1:-1]`."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    page: ClassVar = "Tensor.narrow"
    example: ClassVar = "slice: {dim: 1, start: 1}"
    example_input: ClassVar = (16, 8)
    rule: ClassVar = "(N, A, *) → (N, end - start, *)"

    dim: Dim
    start: OptionalIndex = None
    end: OptionalIndex = None
    step: Positive = 1

    def results(self, values: Values) -> dict[str, Value]:
        """Clip what is out of range, like Python."""
        value = values[0]
        at = axis_of("dim", self.dim, value)
        size = value.shape[at]
        start = _bound(self.start, size) if self.start else 0
        end = size if self.end is None else _bound(self.end, size, ends=True)
        if end - start < 1:
            message = (
                f"the slice of dimension {self.dim}, of size {int(size)}, is empty"
            )
            at_fault = "start" if self.end is None else "end"
            raise ShapeError("MG303", message, argument=at_fault)
        count = (end - start + (self.step - 1)) // self.step
        return self.result(value, replaced(value.shape, at, count))

    def function(self) -> Function:
        """Slice the tensor."""
        given = (self.start, self.end, None if _is_one(self.step) else self.step)
        numbers = tuple(each for each in given if each is not None)
        start, end, step = ("" if each is None else "{}" for each in given)
        if is_symbolic(numbers):  # ruff puts spaces around `:` here
            start, end = start and f"{start} ", end and f" {end}"
            step = step and (f" : {step}" if end else f": {step}")
        else:
            step = step and f":{step}"
        return Function(_index(self.dim, f"{start}:{end}{step}"), numbers)


class Narrow(Operation):
    """Selects `length` indices of a dimension, beginning at `start`."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "narrow: {dim: 1, start: 0, length: 4}"
    example_input: ClassVar = (16, 8)
    rule: ClassVar = "(N, A, *) → (N, length, *)"

    dim: Dim
    start: int
    length: Positive

    def results(self, values: Values) -> dict[str, Value]:
        """Check that the range is inside the dimension."""
        value = values[0]
        at = axis_of("dim", self.dim, value)
        size = value.shape[at]
        start = self.start + size if self.start < 0 else self.start
        if start < 0 or start + self.length > size:
            message = (
                f"`narrow` selects {self.length} indices from {self.start} on, but "
            )
            message += f"dimension {self.dim} has size {int(size)}"
            raise ShapeError("MG303", message, argument="length")
        return self.result(value, replaced(value.shape, at, self.length))

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".narrow", (self.dim, self.start, self.length))


class Gather(Operation):
    """Takes the values of the first input at the indices in the second, along `dim`."""

    arranges: ClassVar = True
    arity: ClassVar = (2, 2)
    example: ClassVar = "gather: 1"
    example_inputs: ClassVar = (Value((16, 8)), Value((4, 8), "int64"))
    rule: ClassVar = "(N, A, *), (N, B, *) → (N, B, *)"

    dim: Dim

    def results(self, values: Values) -> dict[str, Value]:
        """Return the shape of the index, with the dtype of the first input."""
        value, index = values
        need_dtype("gather", "index", index, "int64")
        need_fitting("gather", self.dim, value, index, "take {} from {}")
        return self.result(value, index.shape)

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".gather", (self.dim,), names=("", "index"))


class IndexSelect(Operation):
    """Selects the indices of `dim` in the second input, which has no batch."""

    arranges: ClassVar = True
    arity: ClassVar = (2, 2)
    example: ClassVar = "index_select: 1"
    example_inputs: ClassVar = (Value((16, 8)), Value((4,), "int64", batched=False))
    rule: ClassVar = "(N, A, *), (B) → (N, B, *)"

    dim: Dim

    def results(self, values: Values) -> dict[str, Value]:
        """Set the size of the dimension to that of the index."""
        value, index = values
        need_dtype("index_select", "index", index, "int64")
        at = axis_of("dim", self.dim, value)
        need_vector("index_select", index)
        return self.result(value, replaced(value.shape, at, index.shape[0]))

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".index_select", (self.dim,), names=("", "index"))


class OneHot(Operation):
    """Adds a last dimension with a 1 at the index given by each number."""

    dtypes: ClassVar = ("int64",)
    page: ClassVar = "nn.functional.one_hot"
    example: ClassVar = "one_hot: 10"
    example_inputs: ClassVar = (Value((8,), "int64"),)
    rule: ClassVar = "(N, *) → (N, *, num_classes)"

    num_classes: Positive

    def results(self, values: Values) -> dict[str, Value]:
        """Add a dimension; keep int64."""
        return self.result(values[0], (*values[0].shape, self.num_classes))

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function("F.one_hot", (), {"num_classes": self.num_classes})


def need_fitting(name: str, dim: int, value: Value, index: Value, what: str) -> None:
    """Check that an index is nowhere larger than a tensor, except along `dim`.

    Args:
        name: The function.
        dim: The dimension.
        value: The tensor.
        index: The index, which has as many dimensions.
        what: What the function cannot do if not: `take {} from {}`.

    Raises:
        ShapeError: MG308 or MG313.
    """
    at = axis_of("dim", dim, value)
    fits = value.batched == index.batched and len(value.shape) == len(index.shape)
    if not fits or any(
        index.shape[i] > size for i, size in enumerate(value.shape) if i != at
    ):
        message = what.format(whole_shown(index), whole_shown(value))
        raise ShapeError("MG313", f"`{name}` along dimension {dim} cannot {message}")


def need_vector(name: str, index: Value) -> None:
    """Check that an index is a vector without a batch.

    Raises:
        ShapeError: MG313.
    """
    if index.batched or len(index.shape) != 1:
        message = f"the index of `{name}` must have one dimension and no batch, "
        raise ShapeError("MG313", f"{message}but got {whole_shown(index)}")


def _bound(index: int, size: int, *, ends: bool = False) -> int:
    """Clip the start or end of a slice, which counts from the end if it is negative.

    The code is right for indices of either sign, if parameters can change that. An end
    of 0 leaves nothing, so one that is below 0 for usual parameters always is.
    """
    from mlpgen.symbols.expression_functions import called
    from mlpgen.symbols.sum_functions import is_positive, is_positive_from_one

    if index >= 0 and is_positive(sum_of(index)):
        return minimum(index, size)
    is_below = is_positive_from_one if ends else is_positive
    if index < 0 and is_below(sum_of(-index)):
        return size - minimum(-index, size)
    assert isinstance(index, Size)
    from_end = called("max", [Expression(size + index), Expression(0)]).value
    assert is_whole(from_end)
    code = operands.infix(">=", index.operand, operands.number(0))
    return either(Expression(index >= 0, code), minimum(index, size), from_end)


def _is_one(step: int) -> bool:
    return step == 1 and not is_symbolic(step)


def _index(dim: int, text: str) -> str:
    """Format the index of one dimension: `[:, {}]`, or `[..., {}]` from the end."""
    if dim < 0:
        return f"[..., {text}{', :' * (-dim - 1)}]"
    return f"[{':, ' * dim}{text}]"
