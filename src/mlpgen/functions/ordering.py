"""Functions that order values: the largest, sorted, and where they were."""

from typing import Any, ClassVar

from mlpgen.catalogue.component import Positive
from mlpgen.functions.base import NUMBERS, Dim, Flag, Operation, axis_of, replaced
from mlpgen.functions.splitting import Names, check_names
from mlpgen.layers.base import Function, Returned, Shape, ShapeError, Value, Values

VALUES_AND_INDICES = ("values", "indices")
"""Default names of both parts; torch has the same."""


class _Ordering(Operation):
    """Base of functions that return values, and their indices along `dim`."""

    example_input: ClassVar = (8,)

    dim: Dim
    names: Names = None

    def shape(self, shape: Shape, at: int) -> Shape:
        """Return the shape of both parts."""
        del at
        return shape

    def inferred_from(self, values: Values) -> dict[str, Any]:
        """Return default names of the parts, which `returned` needs."""
        del values
        return {} if self.names else {"names": VALUES_AND_INDICES}

    def results(self, values: Values) -> dict[str, Value]:
        """Return the values and their indices, by name."""
        value = values[0]
        shape = self.shape(value.shape, axis_of("dim", self.dim, value))
        names = self.names or VALUES_AND_INDICES
        check_names(self.title(), names, 2)
        found = (value._replace(shape=shape), Value(shape, "int64", value.batched))
        return dict(zip(names, found, strict=True))

    def returned(self) -> Returned:
        """Return a tuple of both parts."""
        return self.names or VALUES_AND_INDICES


class Topk(_Ordering):
    """The `k` largest values along a dimension, in descending order, and where."""

    dtypes: ClassVar = NUMBERS
    example: ClassVar = "topk: {k: 2, dim: -1}"
    rule: ClassVar = "(N, *, A, *) → 2 times (N, *, k, *)"

    k: Positive
    dim: Dim = -1
    largest: Flag = True
    names: Names = None

    def shape(self, shape: Shape, at: int) -> Shape:
        """Set the size of the dimension to `k`, which it must have."""
        if self.k > shape[at]:
            message = f"`topk` selects {int(self.k)} values, but dimension {self.dim} "
            message += f"has size {int(shape[at])}"
            raise ShapeError("MG303", message, argument="k")
        return replaced(shape, at, self.k)

    def function(self) -> Function:
        """Call the torch function of the same name."""
        largest = {} if self.largest else {"largest": False}
        return Function("torch.topk", (self.k,), {"dim": self.dim} | largest)


class Sort(_Ordering):
    """Sorts values along a dimension, and says where they were."""

    example: ClassVar = "sort: {dim: -1, descending: true}"
    rule: ClassVar = "(N, *) → 2 times (N, *)"

    dim: Dim = -1
    descending: Flag = False
    names: Names = None

    def function(self) -> Function:
        """Call the torch function of the same name."""
        descending = {"descending": True} if self.descending else {}
        return Function("torch.sort", (), {"dim": self.dim} | descending)


class Max(_Ordering):
    """The maximum along a dimension and its index; `amax` returns only the maximum."""

    example: ClassVar = "max: -1"
    rule: ClassVar = "(N, *, A, *) → 2 times (N, *), without the dimension `dim`"

    dim: Dim
    keepdim: Flag = False
    names: Names = None

    def shape(self, shape: Shape, at: int) -> Shape:
        """Remove the dimension, or keep it with size 1."""
        return replaced(shape, at, *([1] if self.keepdim else []))

    def function(self) -> Function:
        """Call the torch function of the same name."""
        keepdim = {"keepdim": True} if self.keepdim else {}
        return Function(f"torch.{self.title()}", (), {"dim": self.dim} | keepdim)


class Min(Max):
    """The minimum along a dimension and its index; `amin` returns only the minimum."""

    example: ClassVar = "min: -1"


class Argsort(Operation):
    """The indices that sort values along a dimension."""

    gives: ClassVar = "int64"
    example: ClassVar = "argsort: -1"
    example_input: ClassVar = (8,)

    dim: Dim = -1
    descending: Flag = False

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape."""
        axis_of("dim", self.dim, values[0])
        return self.result(values[0], values[0].shape)

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        descending = {"descending": True} if self.descending else {}
        return Function(".argsort", (), {"dim": self.dim} | descending)
