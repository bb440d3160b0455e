"""Transformers: stacks of layers, with an encoder, a decoder, or both."""

from math import prod
from typing import Any, ClassVar, TypeVar

from mlpgen.catalogue.component import Inferred, NonNegativeReal, Positive, Probability
from mlpgen.layers.attention import check_heads
from mlpgen.layers.attention_masks import Flag, HasMasks
from mlpgen.layers.base import Call, Layer, Shape, ShapeError, Value, Values
from mlpgen.layers.batch_first import BatchFirst
from mlpgen.layers.normalization import LayerNorm
from mlpgen.layers.transformer_block import (
    Activation,
    EncoderBlock,
    TransformerBlock,
    features_of,
)
from mlpgen.layers.transformer_layers import (
    TransformerDecoderLayer,
    TransformerEncoderLayer,
)
from mlpgen.symbols.sizes import is_symbolic
from mlpgen.symbols.work_limit import STEPS_OF_A_LAYER, spend

L = TypeVar("L", bound=Layer)


class _Stack(TransformerBlock):
    """Several equal layers, and perhaps a normalization after them."""

    num_layers: Positive
    norm: Flag = False

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that the inner layer does not take."""
        return {"num_layers": self.num_layers}

    def nested(self) -> dict[str, Layer]:
        """Return the layer that is copied, and the normalization."""
        return {"": self.layer()} | ({"norm": self._norm()} if self.norm else {})

    def layer(self) -> Layer:
        """Return the layer that is copied."""
        raise NotImplementedError

    def _norm(self) -> LayerNorm:
        """Return the normalization, which is like those in the layers."""
        return LayerNorm.model_construct(
            None,
            normalized_shape=self.d_model,
            eps=self.layer_norm_eps,
            bias=self.bias,
        )

    def weights(self) -> dict[str, Shape]:
        """Return the weights of all layers, then those of the normalization."""
        found = _repeated(super().weights(), "layers", self.num_layers)
        return found | self._norm_weights()

    def _norm_weights(self) -> dict[str, Shape]:
        return self.pair("norm.", (self.d_model or 0,)) if self.norm else {}

    def parameters(self) -> int:
        """Count all layers, which are equal, and the normalization."""
        last = sum(prod(shape) for shape in self._norm_weights().values())
        return self.num_layers * self.layer().parameters() + last

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count all layers, which are equal."""
        return self.num_layers * super().work(values, results)


class TransformerEncoder(_Stack, EncoderBlock):
    """A stack of encoder layers, which start with equal weights.

    With `norm: true`, a `LayerNorm` follows the last one.
    """

    masks: ClassVar = {"mask": (0, 0), "src_key_padding_mask": (0,)}
    causal: ClassVar = {"is_causal": "mask"}
    example: ClassVar = (
        "TransformerEncoder: {nhead: 4, dim_feedforward: 32, num_layers: 2}"
    )

    mask: Flag = False
    src_key_padding_mask: Flag = False
    is_causal: Flag = False

    def arguments(self) -> dict[str, Any]:
        """Return the arguments that the inner layer does not take.

        torch warns where it cannot use nested tensors. With a mask, they would give
        zeros at padding in evaluation only, and torch.export does not support them.
        """
        given = super().arguments()
        if self.src_key_padding_mask or not _always_nests(self):
            given["enable_nested_tensor"] = False
        return given

    def layer(self) -> TransformerEncoderLayer:
        """Return the layer that is copied."""
        return _inner(self, TransformerEncoderLayer)


class TransformerDecoder(_Stack, TransformerDecoderLayer):
    """A stack of decoder layers, which start with equal weights.

    With `norm: true`, a `LayerNorm` follows the last one.
    """

    example: ClassVar = (
        "TransformerDecoder: {nhead: 4, dim_feedforward: 32, num_layers: 2}"
    )

    def layer(self) -> TransformerDecoderLayer:
        """Return the layer that is copied."""
        return _inner(self, TransformerDecoderLayer)


class Transformer(HasMasks):
    """An encoder for the source, and a decoder for the target that attends to it."""

    arity: ClassVar = (2, 8)
    masks: ClassVar = {
        "src_mask": (0, 0),
        "tgt_mask": (1, 1),
        "memory_mask": (1, 0),
        "src_key_padding_mask": (0,),
        "tgt_key_padding_mask": (1,),
        "memory_key_padding_mask": (0,),
    }
    causal: ClassVar = {"src_is_causal": "src_mask", "tgt_is_causal": "tgt_mask"}
    example: ClassVar = (
        "Transformer: {nhead: 4, num_encoder_layers: 2, num_decoder_layers: 2, "
        "dim_feedforward: 32}"
    )
    example_input: ClassVar = (20, 16)
    example_inputs: ClassVar = (Value((20, 16)), Value((12, 16)))
    rule: ClassVar = (
        "source (N, S, d_model), target (N, T, d_model), masks (S, S), (T, T) and "
        "(T, S), paddings (N, S), (N, T) and (N, S) → (N, T, d_model)"
    )

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
    src_mask: Flag = False
    tgt_mask: Flag = False
    memory_mask: Flag = False
    src_key_padding_mask: Flag = False
    tgt_key_padding_mask: Flag = False
    memory_key_padding_mask: Flag = False
    src_is_causal: Flag = False
    tgt_is_causal: Flag = False

    def inferred_from(self, values: Values) -> dict[str, int]:
        """Infer `d_model` from the last dimension of both inputs."""
        return {"d_model": features_of(self, self.unmasked(values))}

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape of the target."""
        check_heads(self, "d_model", "nhead")
        self.check_masks(values)
        return {"": values[1]}

    def called(self, values: Values) -> Call:
        """Pass source and target, and the masks by keyword."""
        return self.called_on((0, 1), values)

    def _stacks(self) -> tuple[TransformerEncoder, TransformerDecoder]:
        first, second = self.num_encoder_layers, self.num_decoder_layers
        encoder = _inner(self, TransformerEncoder, num_layers=first, norm=True)
        decoder = _inner(self, TransformerDecoder, num_layers=second, norm=True)
        return encoder, decoder

    def weights(self) -> dict[str, Shape]:
        """Return the weights of encoder and decoder, and of their final norms."""
        found: dict[str, Shape] = {}
        for name, stack in zip(("encoder", "decoder"), self._stacks(), strict=True):
            found |= {f"{name}.{key}": each for key, each in stack.weights().items()}
        return found

    def parameters(self) -> int:
        """Count encoder and decoder, with their final normalizations."""
        return sum(stack.parameters() for stack in self._stacks())

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count the encoder on the source, and the decoder on target and memory."""
        encoder, decoder = self._stacks()
        source, target = self.unmasked(values)
        decoded = decoder.work((target, source), results)
        return encoder.work((source,), results) + decoded

    def caution(self, values: Values, spatial: int) -> ShapeError | None:
        """Warn, as torch does, about an optimization that these arguments turn off."""
        if not _nests(self):
            return ShapeError(
                "MG311",
                "torch warns that it cannot use nested tensors with `norm_first`, "
                "without `bias` or with an odd `nhead`",
                help="a `TransformerEncoder` and a `TransformerDecoder` do not warn",
            )
        return super().caution(values, spatial) or self._attends_to_padding()

    def _attends_to_padding(self) -> ShapeError | None:
        """Warn about padding that only the encoder ignores."""
        if not self.src_key_padding_mask or self.memory_key_padding_mask:
            return None
        return ShapeError(
            "MG324",
            "the decoder attends to the padding of the source, for which torch has "
            "zeros in evaluation only",
            argument="src_key_padding_mask",
            help="add `memory_key_padding_mask: true`, with the same mask",
        )


def _nests(layer: Layer) -> bool:
    """Return whether torch accepts `enable_nested_tensor` without a warning."""
    values: Any = layer
    odd = int(values.nhead) % 2 == 1
    return not values.norm_first and values.bias and not odd


def _always_nests(layer: Layer) -> bool:
    """Return whether torch does so for all values of the parameters."""
    values: Any = layer
    return _nests(layer) and not is_symbolic(values.nhead)


def _inner(layer: Layer, cls: type[L], **others: Any) -> L:
    """Create a layer from the arguments that both have; their sizes may be symbolic."""
    shared = {
        name: getattr(layer, name)
        for name in type(layer).model_fields
        if name in cls.model_fields and name not in type(layer).of_call()
    }
    return cls.model_construct(None, **shared, **others)


def _repeated(weights: dict[str, Shape], name: str, count: int) -> dict[str, Shape]:
    spend(int(count) * STEPS_OF_A_LAYER)
    return {
        f"{name}.{index}.{each}": weights[each]
        for index in range(count)
        for each in weights
    }
