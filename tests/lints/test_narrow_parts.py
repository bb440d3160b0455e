"""MG542: parts that are too narrow for what gets through them."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows, written
from .trained import text_of

HIDDEN = """
Flatten, {Linear: 64}, ReLU, {Linear: 2}, ReLU, {Linear: 10} | 542
Flatten, {Linear: 64}, ReLU, {Linear: 2}, {Dropout: 0.1}, relu, {Linear: 10} | 542
Flatten, {Linear: 64}, ReLU, {Linear: 4}, ReLU, {Linear: 10} |
Flatten, {Linear: 64}, ReLU, {Linear: 2}, Tanh, {Linear: 10} |
Flatten, {Linear: 64}, ReLU, {Linear: 2, name: code}, ReLU, {Linear: 10} |
Flatten, {Linear: 4}, ReLU, {Linear: 2}, ReLU, {Linear: 10} |
"""
PARTS = """
[6, 16] | {TransformerEncoderLayer: {nhead: 16, dim_feedforward: 64}} | 542
[6, 16] | {TransformerEncoderLayer: {nhead: 2, dim_feedforward: 4}} | 542
[6, 16] | {TransformerEncoderLayer: {nhead: 2, dim_feedforward: 32}} |
[6, 16] | {MultiheadAttention: 16} | 542
[6, 16] | {MultiheadAttention: 4} |
TOKENS | {Embedding: {num_embeddings: 900, embedding_dim: 1}}, Flatten, L8 | 542
TOKENS | {Embedding: {num_embeddings: 900, embedding_dim: 1}}, {LSTM: 8} | 542
TOKENS | {Embedding: {num_embeddings: 900, embedding_dim: 8}}, {LSTM: 8} |
TOKENS | {Embedding: {num_embeddings: 9, embedding_dim: 1}}, {LSTM: 8} |
# A linear model of words adds their numbers.
TOKENS | {Embedding: {num_embeddings: 900, embedding_dim: 1}}, {sum: 1} |
"""


@pytest.mark.parametrize("row", rows(HIDDEN))
def test_units_for_classes(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    text = text_of("", f"[{layers}]")
    assert in_spec(text, only=(542,)) == [*map(int, codes.split())]


@pytest.mark.parametrize("row", rows(PARTS))
def test_parts(row: str) -> None:
    image, layers, codes = (each.strip() for each in row.split("|"))
    image = image.replace("TOKENS", "{tokens: {shape: [6], dtype: int64}}")
    assert in_spec(written(layers, image), only=(542,)) == [*map(int, codes.split())]
