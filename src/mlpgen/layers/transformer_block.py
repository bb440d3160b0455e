"""What Transformer layers and stacks of them have in common."""

from typing import Annotated, ClassVar, Literal

from mlpgen.catalogue.component import (
    Inferred,
    NonNegativeReal,
    Positive,
    Probability,
    Structural,
)
from mlpgen.layers.attention import attention_work, check_heads
from mlpgen.layers.attention_masks import Flag, HasMasks
from mlpgen.layers.base import (
    Call,
    Layer,
    Shape,
    ShapeError,
    Value,
    Values,
    affine,
    need_dims,
)
from mlpgen.layers.batch_first import BatchFirst
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.agreements import agree

Activation = Annotated[Literal["relu", "gelu"], Structural()]


class TransformerBlock(HasMasks):
    """Base of Transformer layers: attention and feed-forward, each with a residual."""

    attentions: ClassVar[tuple[str, ...]]
    example_input: ClassVar = (20, 16)

    d_model: Inferred = None
    nhead: Positive
    dim_feedforward: Positive = 2048
    dropout: Probability = 0.1
    activation: Activation = "relu"
    layer_norm_eps: NonNegativeReal = 1e-05
    batch_first: BatchFirst = True
    norm_first: Flag = False
    bias: Flag = True

    def inferred_from(self, values: Values) -> dict[str, int]:
        """Infer `d_model` from the last dimension of the inputs."""
        return {"d_model": features_of(self, self.unmasked(values))}

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape."""
        check_heads(self, "d_model", "nhead")
        self.check_masks(values)
        return {"": values[0]}

    def called(self, values: Values) -> Call:
        """Pass the masks by keyword."""
        return self.called_on(tuple(range(len(self.unmasked(values)))), values)

    def weights(self) -> dict[str, Shape]:
        """Return the weights of attention, feed-forward network and normalization."""
        size, inner = self.d_model or 0, self.dim_feedforward
        found: dict[str, Shape] = {}
        for name in self.attentions:
            found |= self.pair(f"{name}.in_proj_", (3 * size, size))
            found |= self.pair(f"{name}.out_proj.", (size, size))
        found |= self.pair("linear1.", (inner, size))
        found |= self.pair("linear2.", (size, inner))
        for index in range(len(self.attentions) + 1):
            found |= self.pair(f"norm{index + 1}.", (size,))
        return found

    def pair(self, prefix: str, weight: Shape) -> dict[str, Shape]:
        """Return a weight, and its bias if there is one, under names with a prefix."""
        shapes = affine(weight, self.bias, weight[0])
        return {prefix + name: shape for name, shape in shapes.items()}

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count attention to input and memory, and the feed-forward network."""
        del results
        length, size = values[0].shape
        sizes = (size, size, size)
        taken = self.unmasked(values)
        attended = sum(attention_work(length, each.shape[0], sizes) for each in taken)
        return attended + 2 * length * size * self.dim_feedforward


class EncoderBlock(TransformerBlock):
    """What an encoder layer and a stack of them have in common."""

    arity: ClassVar = (1, 3)
    attentions: ClassVar = ("self_attn",)
    rule: ClassVar = "(N, L, d_model), mask (L, L), padding (N, L) → (N, L, d_model)"


def features_of(layer: Layer, values: Values) -> int:
    """Return the last size, which all inputs share.

    Raises:
        ShapeError: MG302 or MG313.
    """
    for value in values:
        need_dims(layer, value.shape, "(N, L, d_model)", 2)
    first, last = values[0], values[-1]
    if not agree(first.shape[1], last.shape[1]):
        message = (
            f"the inputs of `{layer.title()}` must have equal features, but got "
            f"{whole_shown(first)} and {whole_shown(last)}"
        )
        raise ShapeError("MG313", message)
    return first.shape[1]
