"""Layers of Transformers: encoder and decoder."""

from typing import ClassVar

from mlpgen.layers.attention_masks import Flag
from mlpgen.layers.base import Value
from mlpgen.layers.transformer_block import EncoderBlock, TransformerBlock


class TransformerEncoderLayer(EncoderBlock):
    """Self-attention and a feed-forward network."""

    masks: ClassVar = {"src_mask": (0, 0), "src_key_padding_mask": (0,)}
    causal: ClassVar = {"is_causal": "src_mask"}
    example: ClassVar = "TransformerEncoderLayer: {nhead: 4, dim_feedforward: 32}"

    src_mask: Flag = False
    src_key_padding_mask: Flag = False
    is_causal: Flag = False


class TransformerDecoderLayer(TransformerBlock):
    """Self-attention, attention to the encoder's output, and a feed-forward network."""

    arity: ClassVar = (2, 6)
    masks: ClassVar = {
        "tgt_mask": (0, 0),
        "memory_mask": (0, 1),
        "tgt_key_padding_mask": (0,),
        "memory_key_padding_mask": (1,),
    }
    causal: ClassVar = {"tgt_is_causal": "tgt_mask"}
    attentions: ClassVar = ("self_attn", "multihead_attn")
    example: ClassVar = "TransformerDecoderLayer: {nhead: 4, dim_feedforward: 32}"
    example_inputs: ClassVar = (Value((20, 16)), Value((12, 16)))
    rule: ClassVar = (
        "target (N, T, d_model), memory (N, S, d_model), masks (T, T) and (T, S), "
        "paddings (N, T) and (N, S) → (N, T, d_model)"
    )

    tgt_mask: Flag = False
    memory_mask: Flag = False
    tgt_key_padding_mask: Flag = False
    memory_key_padding_mask: Flag = False
    tgt_is_causal: Flag = False
