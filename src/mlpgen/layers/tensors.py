"""Tensors of the model: learned parameters and buffers."""

from math import prod
from typing import Annotated, Any, ClassVar

from pydantic import Field, Strict

from mlpgen.catalogue.component import Expects, Positive
from mlpgen.layers.base import TORCH_PAGE, Layer, Shape, Value, Values

WholeShape = Annotated[
    tuple[Positive, ...],
    Strict(strict=False),
    Field(min_length=1),
    Expects("a list of whole numbers of at least 1"),
]


class _Tensor(Layer):
    arity: ClassVar = (0, 0)
    rule: ClassVar = "→ shape, without a batch"

    shape: WholeShape
    init: Annotated[Any, Expects("a function of torch.nn.init")] = None

    @classmethod
    def title(cls) -> str:
        """Return the name in a spec, in lower case."""
        return cls.__name__.lower()

    def inferred_from(self, values: Values) -> dict[str, int]:
        """Return nothing: there are no inputs."""
        del values
        return {}

    def results(self, values: Values) -> dict[str, Value]:
        """Return the tensor, which has no batch."""
        del values
        return {"": Value(self.shape, "float32", batched=False)}

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Return 0."""
        del values, results
        return 0


class Parameter(_Tensor):
    """A learned tensor; `init` is a function of torch.nn.init, zeros by default."""

    page: ClassVar = TORCH_PAGE.format("parameter.Parameter")
    example: ClassVar = "parameter: {shape: [1, 16], init: {normal_: {std: 0.02}}}"

    def weights(self) -> dict[str, Shape]:
        """Return the shape of the tensor."""
        return {"": self.shape}

    def parameters(self) -> int:
        """Count all values."""
        return prod(self.shape)


class Buffer(_Tensor):
    """A tensor that is saved but not learned, zeros by default."""

    page: ClassVar = TORCH_PAGE.format("parameter.Buffer")
    example: ClassVar = "buffer: {shape: [1, 16], init: ones_}"
