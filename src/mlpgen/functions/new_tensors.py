"""Functions without inputs, which make a tensor that has no batch."""

from abc import abstractmethod
from typing import Any, ClassVar, Literal

from mlpgen.catalogue.component import Positive
from mlpgen.functions.base import InfiniteNumber, Operation, with_number
from mlpgen.layers.base import Function, Shape, ShapeError, Value, Values
from mlpgen.layers.forward_call import NewTensor
from mlpgen.layers.tensors import WholeShape, WithoutInputs

Dtype = Literal["float32", "int64", "bool"] | None


class _New(WithoutInputs, Operation):
    """Base of functions that take no tensor; `dtype` is torch's, without `torch.`.

    Class attributes:
        usual: The dtype without `dtype`.
    """

    rule: ClassVar = "→ size, without a batch"
    pointwise: ClassVar = True
    usual: ClassVar[Literal["float32", "int64"]] = "float32"

    @classmethod
    def examples(cls) -> Values:
        """Return nothing: there are no inputs."""
        return ()

    @abstractmethod
    def shape(self) -> Shape:
        """Return the shape of the tensor."""

    @abstractmethod
    def given(self) -> tuple[Any, ...]:
        """Return the arguments of the call."""

    def usual_dtype(self) -> str:
        """Return the dtype that torch chooses for these arguments."""
        return self.usual

    def wanted_dtype(self) -> str:
        """Return the dtype that the spec says, else the usual one."""
        asked: str | None = getattr(self, "dtype", None)
        return asked or self.usual_dtype()

    def results(self, values: Values) -> dict[str, Value]:
        """Return the tensor, which has no batch."""
        del values
        return {"": Value(self.shape(), self.wanted_dtype(), batched=False)}

    def function(self) -> Function:
        """Call the torch function of the same name."""
        new = NewTensor(self.wanted_dtype(), self.usual_dtype())
        return Function(f"torch.{self.title()}", self.given(), new=new)


class Arange(_New):
    """The whole numbers from `start` to before `end`."""

    usual: ClassVar = "int64"
    example: ClassVar = "arange: {end: 16, step: 2}"
    rule: ClassVar = "→ (end - start,), without a batch"

    start: int = 0
    end: int
    step: Positive = 1
    dtype: Literal["float32", "int64"] | None = None

    def shape(self) -> Shape:
        """Return how many numbers there are."""
        return ((self.end - self.start + (self.step - 1)) // self.step,)

    def given(self) -> tuple[Any, ...]:
        """Leave out `start` and `step` where they are the default."""
        if "step" in self.arguments():
            return (self.start, self.end, self.step)
        return (self.start, self.end) if "start" in self.arguments() else (self.end,)


class Linspace(_New):
    """`steps` numbers from `start` to `end`, both included, at equal distances."""

    example: ClassVar = "linspace: {start: 0, end: 1, steps: 8}"
    rule: ClassVar = "→ (steps,), without a batch"

    start: float
    end: float
    steps: Positive
    dtype: Literal["float32"] | None = None

    def shape(self) -> Shape:
        """Return how many numbers there are."""
        return (self.steps,)

    def given(self) -> tuple[Any, ...]:
        """Return all three."""
        return (self.start, self.end, self.steps)


class Zeros(_New):
    """Zeros."""

    example: ClassVar = "zeros: [4, 8]"

    size: WholeShape
    dtype: Dtype = None

    def shape(self) -> Shape:
        """Return the size."""
        return self.size

    def given(self) -> tuple[Any, ...]:
        """Return the sizes one by one."""
        return self.size


class Ones(Zeros):
    """Ones."""

    example: ClassVar = "ones: {size: [4, 8], dtype: bool}"


class Rand(Zeros):
    """Random numbers from 0 to 1, in eval mode too."""

    random: ClassVar = True
    example: ClassVar = "rand: [4, 8]"

    dtype: Literal["float32"] | None = None


class Randn(Zeros):
    """Normally distributed random numbers, in eval mode too."""

    random: ClassVar = True
    example: ClassVar = "randn: [4, 8]"

    dtype: Literal["float32"] | None = None


class Full(_New):
    """One number everywhere; a whole number gives int64."""

    example: ClassVar = "full: {size: [4, 8], fill_value: 0.5}"

    size: WholeShape
    fill_value: InfiniteNumber
    dtype: Dtype = None

    def usual_dtype(self) -> str:
        """Return the dtype of the number."""
        return with_number("bool", self.fill_value)

    def results(self, values: Values) -> dict[str, Value]:
        """Refuse a number that the dtype cannot hold."""
        found = super().results(values)
        dtype = found[""].dtype
        if dtype == "bool" or with_number(dtype, self.fill_value) != dtype:
            message = f"`full` cannot write {self.fill_value} into {dtype}"
            raise ShapeError("MG315", message, argument="dtype")
        return found

    def shape(self) -> Shape:
        """Return the size."""
        return self.size

    def given(self) -> tuple[Any, ...]:
        """Return the sizes as a tuple, and the number."""
        return (self.size, self.fill_value)


class Eye(_New):
    """An identity matrix, of `n` rows and `m` columns."""

    example: ClassVar = "eye: 8"
    rule: ClassVar = "→ (n, m), without a batch"

    n: Positive
    m: Positive | None = None
    dtype: Dtype = None

    def shape(self) -> Shape:
        """Return rows and columns; without `m` there are as many."""
        return (self.n, self.n if self.m is None else self.m)

    def given(self) -> tuple[Any, ...]:
        """Return the numbers of rows and columns that are given."""
        return (self.n,) if self.m is None else (self.n, self.m)
