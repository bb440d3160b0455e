"""Multi-head attention."""

from typing import ClassVar

from mlpgen.catalogue.component import Inferred, Positive, Probability
from mlpgen.layers.attention_masks import Flag, HasMasks
from mlpgen.layers.base import (
    Call,
    Layer,
    Returned,
    Shape,
    ShapeError,
    Value,
    Values,
    need_dims,
)
from mlpgen.layers.batch_first import BatchFirst
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.agreements import agree
from mlpgen.symbols.equality import same


class MultiheadAttention(HasMasks):
    """Multi-head attention of a query over keys and values.

    With one input, it is query, key and value; with two, the second is key and value.
    With `need_weights` the part `weights` says how much each query attends to each key.
    The multiply-adds are those of the matrix products. torch counts the same, except
    where a fused kernel does the attention.
    """

    arity: ClassVar = (1, 5)
    masks: ClassVar = {"key_padding_mask": (1,), "attn_mask": (0, 1)}
    causal: ClassVar = {"is_causal": "attn_mask"}
    heads: ClassVar = "num_heads"
    asked: ClassVar = {"weights": "need_weights"}
    example: ClassVar = "MultiheadAttention: 4"
    example_input: ClassVar = (20, 16)
    example_inputs: ClassVar = (Value((20, 16)), Value((12, 8)), Value((12, 6)))
    rule: ClassVar = (
        "query (N, L, embed_dim), key (N, S, kdim), value (N, S, vdim), padding "
        "(N, S), mask (L, S) → output (N, L, embed_dim), weights (N, L, S)"
    )

    embed_dim: Inferred = None
    num_heads: Positive
    dropout: Probability = 0.0
    bias: bool = True
    add_bias_kv: bool = False
    add_zero_attn: bool = False
    kdim: Positive | None = None
    vdim: Positive | None = None
    batch_first: BatchFirst = True
    key_padding_mask: Flag = False
    need_weights: Flag = False
    attn_mask: Flag = False
    average_attn_weights: Flag = True
    is_causal: Flag = False

    @classmethod
    def of_call(cls) -> tuple[str, ...]:
        """Add what decides about the weights of attention."""
        return (*super().of_call(), "need_weights", "average_attn_weights")

    def inferred_from(self, values: Values) -> dict[str, int]:
        """Infer `embed_dim`, and `kdim` and `vdim` if they differ from it."""
        taken = self.unmasked(values)
        for value in taken:
            need_dims(self, value.shape, "(N, L, E)", 2)
        size, *others = (taken[index].shape[1] for index in _order(len(taken)))
        needed = {
            name: other
            for name, other in zip(("kdim", "vdim"), others, strict=True)
            if getattr(self, name) is not None or not same(other, size)
        }
        return {"embed_dim": size, **needed}

    def results(self, values: Values) -> dict[str, Value]:
        """Return an output with the shape of the query, and perhaps the weights.

        Raises:
            ShapeError: MG304, MG311 or MG313.
        """
        check_heads(self, "embed_dim", "num_heads")
        taken = self.unmasked(values)
        query, key, value = (taken[index] for index in _order(len(taken)))
        if not agree(key.shape[0], value.shape[0]):
            raise ShapeError(
                "MG313",
                f"key and value must have the same length, but they are "
                f"{whole_shown(key)} and {whole_shown(value)}",
            )
        if self.is_causal and not agree(query.shape[0], key.shape[0]):
            raise ShapeError(
                "MG313",
                f"with `is_causal`, query and key must have the same length, but they "
                f"are {whole_shown(query)} and {whole_shown(key)}",
                argument="is_causal",
            )
        self.check_masks(values)
        if self.need_weights:
            return {"output": query, "weights": self._weights(query, key)}
        if not self.average_attn_weights:
            raise ShapeError(
                "MG311",
                "`average_attn_weights` is about weights that are not returned",
                argument="average_attn_weights",
                help="add `need_weights: true`",
            )
        return {"output": query}

    def _weights(self, query: Value, key: Value) -> Value:
        """Return the weights: a mean of all heads, or those of each."""
        shape = (query.shape[0], key.shape[0] + self._added())
        each = () if self.average_attn_weights else (self.num_heads,)
        return query._replace(shape=(*each, *shape))

    def _added(self) -> int:
        """Count the keys that the layer itself adds."""
        return int(self.add_bias_kv) + int(self.add_zero_attn)

    def returned(self) -> Returned:
        """Return output and attention weights, as the call does."""
        return ("output", "weights")

    def called(self, values: Values) -> Call:
        """Call without the attention weights, so that torch can use faster kernels."""
        order = _order(len(self.unmasked(values)))
        keywords = {"need_weights": self.need_weights}
        if not self.average_attn_weights:
            keywords["average_attn_weights"] = False
        call = self.called_on(order, values, **keywords)
        if self._added():
            # With `is_causal`, torch may drop the mask, and with it the added keys.
            return call._replace(keywords=keywords)
        return call

    def weights(self) -> dict[str, Shape]:
        """Return one input projection, or three if the sizes differ."""
        size = self.embed_dim or 0
        key, value = self.kdim or size, self.vdim or size
        found: dict[str, Shape] = {"in_proj_weight": (3 * size, size)}
        if not key == value == size:
            sizes = {"q": size, "k": key, "v": value}
            found = {f"{name}_proj_weight": (size, sizes[name]) for name in sizes}
        if self.bias:
            found["in_proj_bias"] = (3 * size,)
        if self.add_bias_kv:
            found |= {"bias_k": (1, 1, size), "bias_v": (1, 1, size)}
        found["out_proj.weight"] = (size, size)
        if self.bias:
            found["out_proj.bias"] = (size,)
        return found

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count the four projections, and two products for each query and key."""
        del results
        taken = self.unmasked(values)
        query, key, value = (taken[index].shape for index in _order(len(taken)))
        sizes = (query[1], key[1], value[1])
        return attention_work(query[0], key[0], sizes, self._added())


def _order(count: int) -> tuple[int, ...]:
    """Return the indices of the inputs that are query, key and value."""
    return (0, min(1, count - 1), count - 1)


def attention_work(
    queries: int, keys: int, sizes: tuple[int, int, int], extra: int = 0
) -> int:
    """Count the multiply-adds of an attention layer.

    Args:
        queries: Number of query positions.
        keys: Number of key positions.
        sizes: Features of query, key and value.
        extra: Additional key positions that have no projections.
    """
    size, key, value = sizes
    projections = 2 * queries * size + keys * (key + value)
    return size * (projections + 2 * queries * (keys + extra))


def check_heads(layer: Layer, size: str, heads: str) -> None:
    """Check that the number of heads divides the features.

    Raises:
        ShapeError: MG304.
    """
    count: int = getattr(layer, heads)
    features: int = getattr(layer, size)
    if features % count:
        message = f"`{heads}` {count} does not divide the {features} features"
        raise ShapeError("MG304", message, argument=heads)
