"""Layers that see the next step, where it should be predicted."""

from __future__ import annotations

import pytest

from mlpgen import api
from mlpgen.source.edited import edited

from ..networks import network_of
from .finds import in_spec

TEXT = """\
name: Net
input: {tokens: {shape: [32], dtype: int64}}
layers:
  - Embedding: {num_embeddings: 64, embedding_dim: 16}
    name: x
%s
  - Linear: %s
training:
  data: %s
  loss: CrossEntropyLoss
  optimizer: {Adam: {lr: 0.001}}
"""
LATER = "buffer: {layers: [{ones: [32, 32]}, {triu: 1}, bool]}\n    name: later"
TURN = "transpose: {dim0: 1, dim1: 2}"


def found(*layers: str) -> list[int]:
    listed = "\n".join(f"  - {each}" for each in layers)
    return in_spec(TEXT % (listed, 64, "{text: book.txt}"), only=(513,))


@pytest.mark.parametrize(
    "layers",
    [
        ["MultiheadAttention: 2"],
        ["MultiheadAttention: 2\n    from: [x, x]"],
        ["TransformerEncoderLayer: {nhead: 2}"],
        ["TransformerEncoder: {nhead: 2, num_layers: 2}"],
        ["TransformerDecoderLayer: {nhead: 2}\n    from: [x, x]"],
        ["TransformerDecoderLayer: {nhead: 2, tgt_is_causal: true}\n    from: [x, x]"],
        ["scaled_dot_product_attention:\n    from: [x, x, x]"],
        [f"{TURN}\n    name: turned", "matmul:\n    from: [x, turned]", "div: 4.0",
         "softmax: -1", "dropout: 0.1", "matmul:\n    from: [dropout_1, x]"],
        ["GRU: {hidden_size: 8, bidirectional: true}"],
        [TURN, "Conv1d: {out_channels: 16, kernel_size: 3, padding: 1}", TURN],
        [TURN, "Conv1d: {out_channels: 16, kernel_size: 3, padding: same}", TURN],
        ["Sequential: [LayerNorm, {TransformerEncoderLayer: 2}]\n    repeat: 2"],
        ["TransformerEncoderLayer: 2\n    repeat: 3"],
        [TURN, "Linear: 32", TURN],
        ["permute: [0, 2, 1]", "Dropout: 0.1", "Linear: 32", "GELU", TURN],
    ],
)  # fmt: skip
def test_what_sees_the_next_step(layers: list[str]) -> None:
    assert found(*layers) == [513]


@pytest.mark.parametrize(
    "layers",
    [
        ["MultiheadAttention: {num_heads: 2, is_causal: true}"],
        ["TransformerEncoderLayer: {nhead: 2, is_causal: true}"],
        ["TransformerEncoder: {nhead: 2, num_layers: 2, is_causal: true}"],
        ["scaled_dot_product_attention: {is_causal: true}\n    from: [x, x, x]"],
        [LATER,
         "scaled_dot_product_attention:\n    from: [x, x, x, later]"],
        [LATER,
         "MultiheadAttention: {num_heads: 2, attn_mask: true}\n    from: [x, later]"],
        [LATER,
         f"{TURN}\n    from: x\n    name: turned", "matmul:\n    from: [x, turned]",
         "masked_fill: -.inf\n    from: [matmul_1, later]", "softmax: -1",
         "matmul:\n    from: [softmax_1, x]"],
        ["GRU: 8"],
        ["LSTM: {hidden_size: 8, num_layers: 2}"],
        # Padded on the left, or cut on the right.
        [TURN, "ZeroPad1d: [2, 0]", "Conv1d: {out_channels: 16, kernel_size: 3}", TURN],
        [TURN, "Conv1d: {out_channels: 16, kernel_size: 3, padding: 2}",
         "slice: {dim: 2, end: 32}", TURN],
        [TURN, "Conv1d: {out_channels: 16, kernel_size: 1}", TURN],
        # Between the features of each step.
        ["unflatten: {dim: 2, sizes: [2, 8]}\n    name: heads",
         "scaled_dot_product_attention:\n    from: [heads, heads, heads]",
         "flatten: 2"],
    ],
)  # fmt: skip
def test_what_sees_earlier_steps_only(layers: list[str]) -> None:
    assert found(*layers) == []


def test_texts_of_classes_are_seen_at_once() -> None:
    text = TEXT % ("  - MultiheadAttention: 2\n  - mean: 1", 3, "{text: books}")
    assert in_spec(text, only=(513,)) == []


def test_the_fix_of_each_attention() -> None:
    layers = ["TransformerEncoderLayer: 2", "MultiheadAttention: {num_heads: 2}"]
    text = TEXT % ("\n".join(f"  - {each}" for each in layers), 64, "{text: book.txt}")
    edits = [
        x for each in api.lint(network_of(text)) if each.fix for x in each.fix.edits
    ]
    mended = edited(text.encode(), edits).decode()
    assert "TransformerEncoderLayer: {nhead: 2, is_causal: true}" in mended
    assert "MultiheadAttention: {num_heads: 2, is_causal: true}" in mended
    assert in_spec(mended, only=(513,)) == []
