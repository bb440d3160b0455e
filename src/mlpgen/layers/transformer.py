"""Transformers: their layers, encoder, decoder, and the whole model."""

from typing import Annotated, Any, ClassVar, Literal, TypeVar

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
from mlpgen.symbols.sizes import is_symbolic

Activation = Annotated[Literal["relu", "gelu"], Structural()]
L = TypeVar("L", bound=Layer)


class _Block(HasMasks):
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
        return {"d_model": _features(self, self.unmasked(values))}

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape."""
        check_heads(self, "d_model", "nhead")
        self.check_masks(values)
        return {"": values[0]}

    def called(self, count: int) -> Call:
        """Pass the masks by keyword."""
        return self.called_on(tuple(range(self.others(count))), count)

    def weights(self) -> dict[str, Shape]:
        """Return the weights of attention, feed-forward network and normalization."""
        size, inner = self.d_model or 0, self.dim_feedforward
        found: dict[str, Shape] = {}
        for name in self.attentions:
            found |= self._pair(f"{name}.in_proj_", (3 * size, size))
            found |= self._pair(f"{name}.out_proj.", (size, size))
        found |= self._pair("linear1.", (inner, size))
        found |= self._pair("linear2.", (size, inner))
        for index in range(len(self.attentions) + 1):
            found |= self._pair(f"norm{index + 1}.", (size,))
        return found

    def _pair(self, prefix: str, weight: Shape) -> dict[str, Shape]:
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


class TransformerEncoderLayer(_Block):
    """Self-attention and a feed-forward network."""

    arity: ClassVar = (1, 2)
    paddings: ClassVar = {"src_key_padding_mask": 0}
    causal: ClassVar = ("is_causal", "src_mask", 0)
    attentions: ClassVar = ("self_attn",)
    example: ClassVar = "TransformerEncoderLayer: {nhead: 4, dim_feedforward: 32}"
    rule: ClassVar = "(N, L, d_model), mask (N, L) → (N, L, d_model)"

    src_key_padding_mask: Flag = False
    is_causal: Flag = False


class TransformerDecoderLayer(_Block):
    """Self-attention, attention to the encoder's output, and a feed-forward network."""

    arity: ClassVar = (2, 4)
    paddings: ClassVar = {"tgt_key_padding_mask": 0, "memory_key_padding_mask": 1}
    causal: ClassVar = ("tgt_is_causal", "tgt_mask", 0)
    attentions: ClassVar = ("self_attn", "multihead_attn")
    example: ClassVar = "TransformerDecoderLayer: {nhead: 4, dim_feedforward: 32}"
    example_inputs: ClassVar = (Value((20, 16)), Value((12, 16)))
    rule: ClassVar = (
        "target (N, T, d_model), memory (N, S, d_model), masks (N, T) and (N, S) → "
        "(N, T, d_model)"
    )

    tgt_key_padding_mask: Flag = False
    memory_key_padding_mask: Flag = False
    tgt_is_causal: Flag = False


class TransformerEncoder(TransformerEncoderLayer):
    """A stack of encoder layers, which start with equal weights."""

    causal: ClassVar = ("is_causal", "mask", 0)
    example: ClassVar = (
        "TransformerEncoder: {nhead: 4, dim_feedforward: 32, num_layers: 2}"
    )

    num_layers: Positive

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that the inner layer does not take.

        torch warns where it cannot use nested tensors. With a mask, they would give
        zeros at padding in evaluation only, and torch.export does not support them.
        """
        given: dict[str, Any] = {"num_layers": self.num_layers}
        if self.src_key_padding_mask or not _always_nests(self):
            given["enable_nested_tensor"] = False
        return given

    def nested(self) -> TransformerEncoderLayer:
        """Return the layer that is copied."""
        return _inner(self, TransformerEncoderLayer)

    def weights(self) -> dict[str, Shape]:
        """Return the weights of all layers."""
        return _repeated(super().weights(), "layers", self.num_layers)

    def parameters(self) -> int:
        """Count all layers, which are equal."""
        return self.num_layers * self.nested().parameters()

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count all layers, which are equal."""
        return self.num_layers * super().work(values, results)


class TransformerDecoder(TransformerDecoderLayer):
    """A stack of decoder layers, which start with equal weights."""

    example: ClassVar = (
        "TransformerDecoder: {nhead: 4, dim_feedforward: 32, num_layers: 2}"
    )

    num_layers: Positive

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that the inner layer does not take."""
        return {"num_layers": self.num_layers}

    def nested(self) -> TransformerDecoderLayer:
        """Return the layer that is copied."""
        return _inner(self, TransformerDecoderLayer)

    def weights(self) -> dict[str, Shape]:
        """Return the weights of all layers."""
        return _repeated(super().weights(), "layers", self.num_layers)

    def parameters(self) -> int:
        """Count all layers, which are equal."""
        return self.num_layers * self.nested().parameters()

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count all layers, which are equal."""
        return self.num_layers * super().work(values, results)


class Transformer(HasMasks):
    """An encoder for the source, and a decoder for the target that attends to it."""

    arity: ClassVar = (2, 2)
    causal: ClassVar = ("tgt_is_causal", "tgt_mask", 1)
    example: ClassVar = (
        "Transformer: {nhead: 4, num_encoder_layers: 2, num_decoder_layers: 2, "
        "dim_feedforward: 32}"
    )
    example_input: ClassVar = (20, 16)
    example_inputs: ClassVar = (Value((20, 16)), Value((12, 16)))
    rule: ClassVar = "source (N, S, d_model), target (N, T, d_model) → (N, T, d_model)"

    d_model: Inferred = None
    nhead: Positive = 8
    num_encoder_layers: Positive = 6
    num_decoder_layers: Positive = 6
    dim_feedforward: Positive = 2048
    dropout: Probability = 0.1
    activation: Activation = "relu"
    layer_norm_eps: NonNegativeReal = 1e-05
    batch_first: BatchFirst = True
    norm_first: Flag = False
    bias: Flag = True
    tgt_is_causal: Flag = False

    def inferred_from(self, values: Values) -> dict[str, int]:
        """Infer `d_model` from the last dimension of both inputs."""
        return {"d_model": _features(self, values)}

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape of the target."""
        check_heads(self, "d_model", "nhead")
        return {"": values[1]}

    def called(self, count: int) -> Call:
        """Pass source, target, and the mask of the target."""
        return self.called_on((0, 1), count)

    def _stacks(self) -> tuple[TransformerEncoder, TransformerDecoder]:
        encoder = _inner(self, TransformerEncoder, num_layers=self.num_encoder_layers)
        decoder = _inner(self, TransformerDecoder, num_layers=self.num_decoder_layers)
        return encoder, decoder

    def weights(self) -> dict[str, Shape]:
        """Return the weights of encoder and decoder, and of their final norms."""
        found: dict[str, Shape] = {}
        for name, stack in zip(("encoder", "decoder"), self._stacks(), strict=True):
            shapes = stack.weights() | stack._pair("norm.", (self.d_model or 0,))
            found |= {f"{name}.{each}": shapes[each] for each in shapes}
        return found

    def parameters(self) -> int:
        """Count encoder, decoder, and their final normalizations."""
        layers = sum(stack.parameters() for stack in self._stacks())
        return layers + 2 * (self.d_model or 0) * (1 + self.bias)

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count the encoder on the source, and the decoder on target and memory."""
        encoder, decoder = self._stacks()
        source, target = values
        decoded = decoder.work((target, source), results)
        return encoder.work((source,), results) + decoded

    def caution(self, value: Value, spatial: int) -> ShapeError | None:
        """Warn, as torch does, about an optimization that these arguments turn off."""
        del value, spatial
        if _nests(self):
            return None
        return ShapeError(
            "MG311",
            "torch warns that it cannot use nested tensors with `norm_first`, without "
            "`bias` or with an odd `nhead`",
            help="a `TransformerEncoder` and a `TransformerDecoder` do not warn",
        )


def _features(layer: Layer, values: Values) -> int:
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


def _nests(layer: Layer) -> bool:
    """Return whether torch accepts `enable_nested_tensor` without a warning."""
    values: Any = layer
    odd = int(values.nhead) % 2 == 1
    return not values.norm_first and values.bias and not odd


def _always_nests(layer: Layer) -> bool:
    """Return whether torch does so for all values of the parameters."""
    values: Any = layer
    return _nests(layer) and not is_symbolic(values.nhead)


def _inner(layer: Layer, cls: type[L], **others: int) -> L:
    """Create a layer from the arguments that both have; their sizes may be symbolic."""
    shared = {
        name: getattr(layer, name)
        for name in cls.model_fields
        if name in type(layer).model_fields
    }
    return cls.model_construct(None, **shared, **others)


def _repeated(weights: dict[str, Shape], name: str, count: int) -> dict[str, Shape]:
    return {
        f"{name}.{index}.{each}": weights[each]
        for index in range(count)
        for each in weights
    }
