"""Transformers, from one layer of an encoder to the whole."""

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
from mlpgen.layers.base import Call, Layer, Shape, ShapeError, Value, Values, need_dims
from mlpgen.layers.batch_first import BatchFirst
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.agreements import agree
from mlpgen.symbols.sizes import is_symbolic

Activation = Annotated[Literal["relu", "gelu"], Structural()]
L = TypeVar("L", bound=Layer)


class _Block(HasMasks):
    """Attention, then two linear layers at every position, each with a shortcut."""

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
        """The last dimension of all inputs but masks."""
        return {"d_model": _features(self, self.unmasked(values))}

    def results(self, values: Values) -> dict[str, Value]:
        """The shape stays."""
        check_heads(self, "d_model", "nhead")
        self.check_masks(values)
        return {"": values[0]}

    def called(self, count: int) -> Call:
        """The masks by name."""
        return self.called_on(tuple(range(self.others(count))), count)

    def weights(self) -> dict[str, Shape]:
        """Those of the attentions, the linear layers and the normalizations."""
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
        own = {"weight": weight, "bias": weight[:1]}
        return {prefix + name: own[name] for name in own if self.bias or name != "bias"}

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """The attentions: the first to the input itself, the second to the memory."""
        del results
        length, size = values[0].shape
        sizes = (size, size, size)
        taken = self.unmasked(values)
        attended = sum(attention_work(length, each.shape[0], sizes) for each in taken)
        return attended + 2 * length * size * self.dim_feedforward


class TransformerEncoderLayer(_Block):
    """Self-attention, then two linear layers at every position."""

    arity: ClassVar = (1, 2)
    paddings: ClassVar = {"src_key_padding_mask": 0}
    causal: ClassVar = ("is_causal", "src_mask", 0)
    attentions: ClassVar = ("self_attn",)
    example: ClassVar = "TransformerEncoderLayer: {nhead: 4, dim_feedforward: 32}"
    rule: ClassVar = "(N, L, d_model), mask (N, L) → (N, L, d_model)"

    src_key_padding_mask: Flag = False
    is_causal: Flag = False


class TransformerDecoderLayer(_Block):
    """As an encoder's layer, with attention to the result of an encoder between."""

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
    """Layers of self-attention, one after the other; they begin with equal weights."""

    causal: ClassVar = ("is_causal", "mask", 0)
    example: ClassVar = (
        "TransformerEncoder: {nhead: 4, dim_feedforward: 32, num_layers: 2}"
    )

    num_layers: Positive

    def arguments(self) -> dict[str, Any]:
        """What the layer does not take.

        Torch warns where nested tensors cannot be; with a mask they would give zeros at
        what is padding in evaluation only, and torch.export does not take them.
        """
        given: dict[str, Any] = {"num_layers": self.num_layers}
        if self.src_key_padding_mask or not _always_nests(self):
            given["enable_nested_tensor"] = False
        return given

    def nested(self) -> TransformerEncoderLayer:
        """The layer that is copied."""
        return _inner(self, TransformerEncoderLayer)

    def weights(self) -> dict[str, Shape]:
        """Those of the layers."""
        return _repeated(super().weights(), "layers", self.num_layers)

    def parameters(self) -> int:
        """The layers are equal."""
        return self.num_layers * self.nested().parameters()

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """The layers are equal."""
        return self.num_layers * super().work(values, results)


class TransformerDecoder(TransformerDecoderLayer):
    """Decoder layers, one after the other; they begin with equal weights."""

    example: ClassVar = (
        "TransformerDecoder: {nhead: 4, dim_feedforward: 32, num_layers: 2}"
    )

    num_layers: Positive

    def arguments(self) -> dict[str, Any]:
        """What the layer does not take."""
        return {"num_layers": self.num_layers}

    def nested(self) -> TransformerDecoderLayer:
        """The layer that is copied."""
        return _inner(self, TransformerDecoderLayer)

    def weights(self) -> dict[str, Shape]:
        """Those of the layers."""
        return _repeated(super().weights(), "layers", self.num_layers)

    def parameters(self) -> int:
        """The layers are equal."""
        return self.num_layers * self.nested().parameters()

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """The layers are equal."""
        return self.num_layers * super().work(values, results)


class Transformer(HasMasks):
    """An encoder for one sequence, and a decoder for another that looks at it."""

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
        """The last dimension of both inputs."""
        return {"d_model": _features(self, values)}

    def results(self, values: Values) -> dict[str, Value]:
        """The shape of the target stays."""
        check_heads(self, "d_model", "nhead")
        return {"": values[1]}

    def called(self, count: int) -> Call:
        """Source, target, and the mask of the target."""
        return self.called_on((0, 1), count)

    def _parts(self) -> tuple[TransformerEncoder, TransformerDecoder]:
        encoder = _inner(self, TransformerEncoder, num_layers=self.num_encoder_layers)
        decoder = _inner(self, TransformerDecoder, num_layers=self.num_decoder_layers)
        return encoder, decoder

    def weights(self) -> dict[str, Shape]:
        """Those of encoder and decoder, each with a normalization at its end."""
        found: dict[str, Shape] = {}
        for name, part in zip(("encoder", "decoder"), self._parts(), strict=True):
            own = part.weights() | part._pair("norm.", (self.d_model or 0,))
            found |= {f"{name}.{each}": own[each] for each in own}
        return found

    def parameters(self) -> int:
        """Encoder, decoder, and the normalizations at their ends."""
        layers = sum(part.parameters() for part in self._parts())
        return layers + 2 * (self.d_model or 0) * (1 + self.bias)

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """The encoder reads the source, the decoder the target and what was read."""
        encoder, decoder = self._parts()
        source, target = values
        decoded = decoder.work((target, source), results)
        return encoder.work((source,), results) + decoded

    def caution(self, value: Value, spatial: int) -> ShapeError | None:
        """Torch warns of an optimization that these arguments switch off."""
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
    """Return the last size of all inputs.

    Raises:
        ShapeError: MG302 or MG313.
    """
    for value in values:
        need_dims(layer, value.shape, "(N, L, d_model)", 2)
    first, last = values[0], values[-1]
    if not agree(first.shape[1], last.shape[1]):
        message = (
            f"`{layer.title()}` needs inputs with equal features, and "
            f"{whole_shown(first)} and {whole_shown(last)} arrive"
        )
        raise ShapeError("MG313", message)
    return first.shape[1]


def _nests(layer: Layer) -> bool:
    """Tell whether torch accepts `enable_nested_tensor` without a warning."""
    values: Any = layer
    odd = int(values.nhead) % 2 == 1
    return not values.norm_first and values.bias and not odd


def _always_nests(layer: Layer) -> bool:
    """Tell whether torch does so whatever the parameters are."""
    values: Any = layer
    return _nests(layer) and not is_symbolic(values.nhead)


def _inner(layer: Layer, cls: type[L], **others: int) -> L:
    """Make a layer of the arguments that both know, whose sizes may be symbolic."""
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
