"""Attention as people write it equals modules that are written by hand."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .handwritten import assert_as_written

GROUPED = """
name: Grouped
parameters: {rate: 0.3}
input: {q: [4, 6, 8], k: [2, 5, 8], v: [2, 5, 3], mask: {shape: [6, 5], dtype: bool}}
layers:
  - unsqueeze: 1
    from: mask
    name: for_all
  - scaled_dot_product_attention: {dropout_p: "${rate}", scale: 0.5, enable_gqa: true}
    from: [q, k, v, for_all]
"""


class Grouped(nn.Module):
    """Four heads of queries on two of keys; a mask of each example."""

    def __init__(self, rate: float = 0.3) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
        k, v = (each.repeat_interleave(2, dim=1) for each in (k, v))
        products = (q @ k.transpose(2, 3) * 0.5).masked_fill(~mask[:, None], -torch.inf)
        weights = F.dropout(products.softmax(3), self.rate, self.training)
        return weights @ v


def test_scaled_dot_product_attention() -> None:
    mask = torch.arange(3 * 30).reshape(3, 6, 5) % 4 > 0
    sizes = [(3, 4, 6, 8), (3, 2, 5, 8), (3, 2, 5, 3)]
    inputs = [*map(torch.randn, sizes), mask]
    assert_as_written(GROUPED, Grouped, inputs)
    assert_as_written(GROUPED, Grouped, inputs, rate=0.0)


WEIGHED = """
name: Weighed
input: {x: [5, 8], memory: [6, 8], padding: {shape: [6], dtype: bool}}
layers:
  - buffer: {shape: [5, 6], init: {normal_: {std: 2.0}}}
    name: bias
  - MultiheadAttention: {num_heads: 4, dropout: 0.2, need_weights: true,
                         attn_mask: true}
    from: [x, memory, bias]
    name: mean
  - gt: 0.3
    from: bias
    name: hidden
  - MultiheadAttention: {num_heads: 2, dropout: 0.2, need_weights: true,
                         average_attn_weights: false, key_padding_mask: true,
                         attn_mask: true}
    from: [mean, memory, padding, hidden]
    name: each
outputs: [each, mean.weights, each.weights]
"""


class Weighed(nn.Module):
    """Weights of attention: a mean of the heads, and of each head."""

    bias: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("bias", torch.zeros(5, 6))
        self.mean = nn.MultiheadAttention(8, 4, dropout=0.2, batch_first=True)
        self.each = nn.MultiheadAttention(8, 2, dropout=0.2, batch_first=True)

    def forward(self, x: Tensor, memory: Tensor, padding: Tensor) -> tuple[Tensor, ...]:
        x, mean = self.mean(x, memory, memory, attn_mask=self.bias)
        x, each = self.each(
            x,
            memory,
            memory,
            key_padding_mask=padding,
            attn_mask=self.bias > 0.3,
            average_attn_weights=False,
        )
        return x, mean, each


def test_weights_of_attention() -> None:
    padding = torch.arange(6) > torch.tensor([[5], [4], [6]])
    inputs = [torch.randn(3, 5, 8), torch.randn(3, 6, 8), padding]
    assert_as_written(WEIGHED, Weighed, inputs)


TRANSLATOR = """
name: Translator
parameters: {width: 8, depth: 2}
input:
  source: [6, 8]
  target: [5, 8]
  near: {shape: [2, 6, 6], dtype: bool}
  padding: {shape: [6], dtype: bool}
  missing: {shape: [5], dtype: bool}
layers:
  - buffer: {shape: [5, 6], init: {normal_: {std: 1.0}}}
    name: bias
  - TransformerEncoder: {nhead: 2, dim_feedforward: "${2 * width}", dropout: 0.2,
                         layer_norm_eps: 0.1, num_layers: "${depth}", norm: true,
                         mask: true, src_key_padding_mask: true}
    from: [source, near, padding]
    name: encoder
  - TransformerDecoder: {nhead: 2, dim_feedforward: "${width}", dropout: 0.2,
                         bias: false, num_layers: "${depth}", norm: true,
                         memory_mask: true, tgt_key_padding_mask: true,
                         tgt_is_causal: true}
    from: [target, encoder, bias, missing]
    name: decoder
  - Transformer: {nhead: 2, num_encoder_layers: 1, num_decoder_layers: 1,
                  dim_feedforward: "${width}", dropout: 0.2,
                  src_key_padding_mask: true, tgt_key_padding_mask: true,
                  memory_key_padding_mask: true, tgt_is_causal: true}
    from: [encoder, decoder, padding, missing, padding]
    name: whole
outputs: [whole, encoder]
"""


class Translator(nn.Module):
    """A mask for each head, a bias of positions, padding, and final norms."""

    bias: Tensor

    def __init__(self, width: int = 8, depth: int = 2) -> None:
        super().__init__()
        self.register_buffer("bias", torch.zeros(5, 6))
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(
                8, 2, 2 * width, 0.2, layer_norm_eps=0.1, batch_first=True
            ),
            depth,
            nn.LayerNorm(8, eps=0.1),
            enable_nested_tensor=False,
        )
        self.decoder = nn.TransformerDecoder(
            nn.TransformerDecoderLayer(8, 2, width, 0.2, batch_first=True, bias=False),
            depth,
            nn.LayerNorm(8, bias=False),
        )
        self.whole = nn.Transformer(8, 2, 1, 1, width, 0.2, batch_first=True)

    def forward(
        self,
        source: Tensor,
        target: Tensor,
        near: Tensor,
        padding: Tensor,
        missing: Tensor,
    ) -> tuple[Tensor, Tensor]:
        later = torch.ones(5, 5, dtype=torch.bool).triu(1)
        source = self.encoder(source, near.flatten(0, 1), padding)
        target = self.decoder(target, source, later, self.bias, missing)
        target = self.whole(
            source,
            target,
            tgt_mask=later,
            src_key_padding_mask=padding,
            tgt_key_padding_mask=missing,
            memory_key_padding_mask=padding,
        )
        return target, source


def test_masks_and_norms_of_transformers() -> None:
    near = torch.arange(3 * 72).reshape(3, 2, 6, 6) % 5 > 2
    padding = torch.arange(6) > torch.tensor([[5], [4], [3]])
    missing = torch.arange(5) > torch.tensor([[4], [3], [5]])
    inputs = [torch.randn(3, 6, 8), torch.randn(3, 5, 8), near, padding, missing]
    assert_as_written(TRANSLATOR, Translator, inputs)
    assert_as_written(TRANSLATOR, Translator, inputs, width=4, depth=1)
