"""Functions that reorder dimensions or values."""

from typing import Annotated, ClassVar

from mlpgen.catalogue.component import Expects, Structural
from mlpgen.functions.base import Dim, Dims, Ints, Operation, as_tuple, axes_of, axis_of
from mlpgen.layers.base import Function, ShapeError, Value, Values
from mlpgen.layers.shapes import whole, whole_shown


class Permute(Operation):
    """Reorders the dimensions; `dims` begins with 0, the batch."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "permute: [0, 2, 3, 1]"
    example_input: ClassVar = (3, 8, 6)
    rule: ClassVar = "(N, A, B, C) → (N, B, C, A)"

    dims: Annotated[Ints, Structural(), Expects("a list of whole numbers")]

    def results(self, values: Values) -> dict[str, Value]:
        """Check that each dimension occurs once, and that the batch stays first."""
        value = values[0]
        sizes = whole(value)
        order = [dim + len(sizes) if dim < 0 else dim for dim in self.dims]
        if sorted(order) != list(range(len(sizes))):
            message = f"`dims` must contain each dimension of {whole_shown(value)} once"
            raise ShapeError("MG308", message, argument="dims")
        if value.batched and order[0] != 0:
            message = f"`dims` must begin with 0, the batch of {whole_shown(value)}"
            raise ShapeError("MG308", message, argument="dims")
        return self.result(value, tuple(sizes[i] for i in order[value.batched :]))

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".permute", self.dims)


class Transpose(Operation):
    """Swaps two dimensions."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "transpose: {dim0: 1, dim1: 2}"
    example_input: ClassVar = (3, 8)
    rule: ClassVar = "(N, A, B) → (N, B, A)"

    dim0: Dim
    dim1: Dim

    def results(self, values: Values) -> dict[str, Value]:
        """Swap the two sizes."""
        value = values[0]
        first, second = (
            axis_of("dim0", self.dim0, value),
            axis_of("dim1", self.dim1, value),
        )
        sizes = list(value.shape)
        sizes[first], sizes[second] = sizes[second], sizes[first]
        return self.result(value, tuple(sizes))

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".transpose", (self.dim0, self.dim1))


class Movedim(Operation):
    """Moves dimensions; the others keep their order."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "movedim: {source: 1, destination: -1}"
    example_input: ClassVar = (3, 8, 6)
    rule: ClassVar = "(N, A, B, C) → (N, B, C, A)"

    source: Dims
    destination: Dims

    def results(self, values: Values) -> dict[str, Value]:
        """Put each dimension at its destination, and the others around them."""
        value = values[0]
        old = axes_of("source", self.source, value)
        new = axes_of("destination", self.destination, value)
        if len(old) != len(new):
            message = (
                f"`source` has {len(old)} dimensions, but `destination` has {len(new)}"
            )
            raise ShapeError("MG311", message, argument="destination")
        moved = dict(zip(new, old, strict=True))
        others = iter(i for i in range(len(value.shape)) if i not in old)
        order = [
            moved[i] if i in moved else next(others) for i in range(len(value.shape))
        ]
        return self.result(value, tuple(value.shape[i] for i in order))

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".movedim", (self.source, self.destination))


class Squeeze(Operation):
    """Removes dimensions of size 1; like torch, ignores dimensions of other sizes."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "squeeze: -1"
    example_input: ClassVar = (8, 1)
    rule: ClassVar = "(N, *, 1, *) → (N, *)"

    dim: Dims

    def results(self, values: Values) -> dict[str, Value]:
        """Remove the dimensions."""
        value = values[0]
        gone = axes_of("dim", self.dim, value)
        kept = [x for i, x in enumerate(value.shape) if i not in gone or x != 1]
        return self.result(value, tuple(kept))

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".squeeze", (self.dim,))


class Unsqueeze(Operation):
    """Inserts a dimension of size 1."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    example: ClassVar = "unsqueeze: 1"
    example_input: ClassVar = (8,)
    rule: ClassVar = "(N, *) → (N, 1, *)"

    dim: Dim

    def results(self, values: Values) -> dict[str, Value]:
        """Insert the dimension."""
        value = values[0]
        at = axis_of("dim", self.dim, value._replace(shape=(1, *value.shape)))
        return self.result(value, (*value.shape[:at], 1, *value.shape[at:]))

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".unsqueeze", (self.dim,))


class Flip(Operation):
    """Reverses the order of the values along dimensions."""

    arranges: ClassVar = True
    example: ClassVar = "flip: -1"
    example_input: ClassVar = (8,)

    dims: Dims

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape."""
        axes_of("dims", self.dims, values[0])
        return self.result(values[0], values[0].shape)

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".flip", (self.dims,))


class Roll(Operation):
    """Shifts values along dimensions, and wraps them around."""

    arranges: ClassVar = True
    example: ClassVar = "roll: {shifts: 1, dims: -1}"
    example_input: ClassVar = (8,)

    shifts: Annotated[int | Ints, Expects("a whole number, or a list of them")]
    dims: Dims

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape; check that there is one shift for each dimension."""
        dims = as_tuple(self.dims)
        for dim in dims:
            axis_of("dims", dim, values[0])
        count = len(as_tuple(self.shifts))
        if count != len(dims) or not count:
            message = f"`shifts` has {count} numbers, but `dims` has {len(dims)}"
            raise ShapeError("MG311", message, argument="shifts")
        return self.result(values[0], values[0].shape)

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".roll", (self.shifts, self.dims))


class _Triangle(Operation):
    example_input: ClassVar = (8, 8)
    rule: ClassVar = "(N, *, A, B) → (N, *, A, B)"

    diagonal: int = 0

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape; check that there are two dimensions for a matrix."""
        if len(values[0].shape) < 2:
            message = f"`{self.title()}` expects (N, *, A, B), but got "
            raise ShapeError("MG302", message + f"{whole_shown(values[0])}")
        return self.result(values[0], values[0].shape)


class Tril(_Triangle):
    """Keeps the lower triangle of matrices and sets the rest to 0."""

    example: ClassVar = "tril"


class Triu(_Triangle):
    """Keeps the upper triangle of matrices and sets the rest to 0."""

    example: ClassVar = "triu: 1"
