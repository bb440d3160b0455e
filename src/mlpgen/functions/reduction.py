"""Reductions of dimensions, and cumsum."""

from math import prod
from typing import ClassVar

from mlpgen.catalogue.component import NonNegative
from mlpgen.functions.base import (
    FLOAT,
    NUMBERS,
    Dim,
    Dims,
    Flag,
    Operation,
    axes_of,
    axis_of,
)
from mlpgen.layers.base import Function, ShapeError, Value, Values
from mlpgen.layers.shapes import promoted


class _Reduction(Operation):
    """Base of reductions; `dim` is required, though torch would reduce all."""

    rule: ClassVar = "(N, *, A, *) → (N, *), without the dimensions `dim`"
    example_input: ClassVar = (16, 8)

    dim: Dims
    keepdim: Flag = False

    def results(self, values: Values) -> dict[str, Value]:
        """Remove the dimensions, or keep them with size 1."""
        value = values[0]
        gone = axes_of("dim", self.dim, value)
        shape = tuple(
            1 if index in gone else size
            for index, size in enumerate(value.shape)
            if self.keepdim or index not in gone
        )
        return self.result(value, shape)

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(f".{self.title()}", (), self.arguments())


class _Single(_Reduction):
    """Base of reductions of one dimension."""

    dim: Dim


class Mean(_Reduction):
    """The mean."""

    dtypes: ClassVar = FLOAT
    example: ClassVar = "mean: 1"


class Sum(_Reduction):
    """The sum; of bool, the number of true values."""

    example: ClassVar = "sum: -1"

    def results(self, values: Values) -> dict[str, Value]:
        """Convert bool to int64."""
        return {"": _counted(super().results(values)[""])}


class Prod(_Single):
    """The product."""

    saves_output: ClassVar = "always"
    example: ClassVar = "prod: -1"

    def results(self, values: Values) -> dict[str, Value]:
        """Convert bool to int64."""
        return {"": _counted(super().results(values)[""])}


class Amax(_Reduction):
    """The maximum."""

    saves_output: ClassVar = "always"
    example: ClassVar = "amax: [1, 2]"


class Amin(_Reduction):
    """The minimum."""

    saves_output: ClassVar = "always"
    example: ClassVar = "amin: [1, 2]"


class Argmax(_Single):
    """The index of the maximum."""

    dtypes: ClassVar = NUMBERS
    gives: ClassVar = "int64"
    example: ClassVar = "argmax: -1"


class Argmin(_Single):
    """The index of the minimum."""

    dtypes: ClassVar = NUMBERS
    gives: ClassVar = "int64"
    example: ClassVar = "argmin: -1"


class Any(_Single):
    """True where at least one value is true; 0 is false."""

    gives: ClassVar = "bool"
    example: ClassVar = "any: -1"


class All(_Single):
    """True where all values are true; 0 is false."""

    gives: ClassVar = "bool"
    example: ClassVar = "all: -1"


class Logsumexp(_Reduction):
    """The logarithm of the sum of exponentials, in one numerically stable step."""

    gives: ClassVar = "float32"
    saves_output: ClassVar = "always"
    example: ClassVar = "logsumexp: -1"


class Var(_Reduction):
    """The variance."""

    dtypes: ClassVar = FLOAT
    example: ClassVar = "var: -1"

    dim: Dims
    correction: NonNegative = 1
    keepdim: Flag = False

    def results(self, values: Values) -> dict[str, Value]:
        """Check that there are more values than `correction`."""
        value = values[0]
        count = prod(value.shape[at] for at in axes_of("dim", self.dim, value))
        if count <= self.correction:
            message = f"`{self.title()}` with `correction` {self.correction} needs "
            message += f"more than {int(count)} values"
            raise ShapeError("MG310", message, argument="dim")
        return super().results(values)


class Std(Var):
    """The standard deviation."""

    saves_output: ClassVar = "always"
    example: ClassVar = "std: -1"


class VectorNorm(_Reduction):
    """The norm of vectors, by default the Euclidean norm."""

    dtypes: ClassVar = FLOAT
    saves_output: ClassVar = "always"
    page: ClassVar = "linalg.vector_norm"
    example: ClassVar = "vector_norm: {dim: -1}"

    ord: float = 2.0
    dim: Dims
    keepdim: Flag = False

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function("torch.linalg.vector_norm", (), self.arguments())


class Cumsum(Operation):
    """The cumulative sum."""

    rule: ClassVar = "(N, *) → (N, *)"
    example: ClassVar = "cumsum: -1"
    example_input: ClassVar = (8,)

    dim: Dim

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape; convert bool to int64."""
        axis_of("dim", self.dim, values[0])
        return {"": _counted(values[0])}

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(f".{self.title()}", (), {"dim": self.dim})


class Cumprod(Cumsum):
    """The cumulative product."""

    saves_output: ClassVar = "always"
    example: ClassVar = "cumprod: -1"


class Logcumsumexp(Cumsum):
    """The logarithm of the cumulative sum of exponentials."""

    dtypes: ClassVar = FLOAT
    saves_output: ClassVar = "always"
    example: ClassVar = "logcumsumexp: -1"


def _counted(value: Value) -> Value:
    return value._replace(dtype=promoted([value.dtype, "int64"]))
