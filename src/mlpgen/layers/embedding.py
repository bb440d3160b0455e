"""Embeddings: a learned vector for each index."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mlpgen.catalogue.component import Expects, Positive, PositiveReal, Structural
from mlpgen.layers.base import Layer, Shape, ShapeError, Value, Values, need_dims

MaxNorm = Annotated[float | None, Field(gt=0), Expects("a number above 0")]
PaddingIndex = Annotated[int | None, Expects("a whole number")]


class _Table(Layer):
    """Base of embeddings: a table with a learned vector for each index."""

    dtypes: ClassVar = ("int64",)

    num_embeddings: Positive
    embedding_dim: Positive

    def results(self, values: Values) -> dict[str, Value]:
        """Turn int64 into float32."""
        padding: int | None = getattr(self, "padding_idx")
        count = self.num_embeddings
        if padding is not None and (padding >= count or padding < -count):
            message = f"`padding_idx` {padding} is out of range for {count} embeddings"
            raise ShapeError("MG311", message, argument="padding_idx")
        value = values[0]
        shape = self.output(value.shape)
        return {"": value._replace(shape=shape, dtype="float32")}

    def weights(self) -> dict[str, Shape]:
        """Return a row for each index."""
        return {"weight": (self.num_embeddings, self.embedding_dim)}


class Embedding(_Table):
    """Looks up a learned vector for each index."""

    example: ClassVar = "Embedding: {num_embeddings: 1000, embedding_dim: 16}"
    example_input: ClassVar = (20,)
    example_inputs: ClassVar = (Value((20,), "int64"),)
    rule: ClassVar = "(N, *) of int64 → (N, *, embedding_dim)"

    padding_idx: PaddingIndex = None
    max_norm: MaxNorm = None
    norm_type: PositiveReal = 2.0
    scale_grad_by_freq: bool = False
    sparse: bool = False

    def output(self, shape: Shape) -> Shape:
        """Add a dimension for the vectors."""
        return (*shape, self.embedding_dim)


class EmbeddingBag(_Table):
    """Looks up vectors and reduces those of each example to one."""

    needs_batch: ClassVar = True
    example: ClassVar = "EmbeddingBag: {num_embeddings: 1000, embedding_dim: 16}"
    example_input: ClassVar = (20,)
    example_inputs: ClassVar = (Value((20,), "int64"),)
    rule: ClassVar = "(N, B) of int64 → (N, embedding_dim)"

    max_norm: MaxNorm = None
    norm_type: PositiveReal = 2.0
    scale_grad_by_freq: bool = False
    mode: Annotated[Literal["sum", "mean", "max"], Structural()] = "mean"
    sparse: bool = False
    padding_idx: PaddingIndex = None

    def output(self, shape: Shape) -> Shape:
        """Return one vector for each example."""
        need_dims(self, shape, "(N, B)", 1)
        for name in ("scale_grad_by_freq", "sparse"):
            if self.mode == "max" and getattr(self, name):
                message = f"`{name}` does not work with `mode: max`"
                raise ShapeError("MG311", message, argument=name)
        return (self.embedding_dim,)
