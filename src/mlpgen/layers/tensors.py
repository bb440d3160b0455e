"""Tensors of the model: learned parameters and buffers."""

from math import prod
from typing import Annotated, Any, ClassVar

from pydantic import Field, Strict

from mlpgen.catalogue.component import Expects, Positive, Structural
from mlpgen.layers.base import TORCH_PAGE, Layer, Shape, ShapeError, Value, Values
from mlpgen.symbols.agreements import agree

SIZES = "a list of whole numbers of at least 1"
WholeShape = Annotated[
    tuple[Positive, ...],
    Strict(strict=False),
    Field(min_length=1),
    Expects(SIZES),
]
TensorShape = Annotated[
    tuple[Positive, ...],
    Strict(strict=False),
    Expects(SIZES),
]


Numbers = Annotated[
    tuple[int | float, ...],
    Strict(strict=False),
    Field(min_length=1),
    Expects("a list of numbers"),
]
Init = Annotated[Any, Expects("a function of torch.nn.init")]


class WithoutInputs(Layer):
    """Base of what takes no tensor."""

    arity: ClassVar = (0, 0)

    def inferred_from(self, values: Values) -> dict[str, int]:
        """Return nothing: there are no inputs."""
        del values
        return {}

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Return 0."""
        del values, results
        return 0


class _Tensor(WithoutInputs):
    rule: ClassVar = "→ shape, without a batch"

    @classmethod
    def title(cls) -> str:
        """Return the name in a spec, in lower case."""
        return cls.__name__.lower()


class Parameter(_Tensor):
    """A learned tensor; `init` is a function of torch.nn.init, zeros by default."""

    page: ClassVar = TORCH_PAGE.format("parameter.Parameter")
    example: ClassVar = "parameter: {shape: [1, 16], init: {normal_: {std: 0.02}}}"

    shape: TensorShape
    init: Init = None

    def results(self, values: Values) -> dict[str, Value]:
        """Return the tensor, which has no batch."""
        del values
        return {"": Value(self.shape, "float32", batched=False)}

    def weights(self) -> dict[str, Shape]:
        """Return the shape of the tensor."""
        return {"": self.shape}

    def parameters(self) -> int:
        """Count all values."""
        return prod(self.shape)


class Buffer(_Tensor):
    """A tensor that is not learned: filled by `init`, `values` or `layers`, or zeros.

    `layers` are functions that compute it once; they are children of the entry, so this
    class never sees them. Unless `persistent` is false, it is saved with the model.
    """

    page: ClassVar = TORCH_PAGE.format("parameter.Buffer")
    example: ClassVar = "buffer: {shape: [3, 1, 1], values: [0.485, 0.456, 0.406]}"

    shape: TensorShape | None = None
    init: Init = None
    values: Numbers | None = None
    layers: Annotated[Any, Expects("a list of functions")] = None
    persistent: Annotated[bool, Structural()] = True

    def results(self, values: Values) -> dict[str, Value]:
        """Return the tensor, which has no batch."""
        del values
        if self.values is None and self.shape is None:
            message = "`buffer` expects `shape`, `values` or `layers`"
            raise ShapeError("MG202", message)
        if self.values is None or self.shape is None:
            shape = (len(self.values or ()),) if self.shape is None else self.shape
            return {"": Value(shape, self._dtype(), batched=False)}
        if not agree(prod(self.shape), len(self.values)):
            sizes = ", ".join(str(int(size)) for size in self.shape)
            message = f"{len(self.values)} values do not fill the shape [{sizes}]"
            raise ShapeError("MG309", message, argument="values")
        return {"": Value(self.shape, self._dtype(), batched=False)}

    def check_number(self, count: int) -> None:
        """Refuse two ways to fill it."""
        del count
        if self.values is not None and self.init is not None:
            message = "`init` cannot be combined with `values`"
            raise ShapeError("MG311", message, argument="init")

    def _dtype(self) -> str:
        """Return the dtype that torch.tensor chooses for the values."""
        if self.values is None or any(isinstance(each, float) for each in self.values):
            return "float32"
        return "int64"
