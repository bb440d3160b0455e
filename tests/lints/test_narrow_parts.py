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


CODES = """
L64, ReLU, L2, ReLU, L64, ReLU, L16 | 542
L64, ReLU, L4, {Dropout: 0.1}, {relu: , name: code}, L64, ReLU, L16 | 542
{Sequential: [L64, ReLU, L3, ReLU]}, {Sequential: [L64, ReLU, L16]} | 542
L64, ReLU, L2, L64, ReLU, L16 |
L64, ReLU, L2, {LeakyReLU: 0.1}, L64, ReLU, L16 |
L64, ReLU, L8, ReLU, L64, ReLU, L16 |
L64, ReLU, L2, ReLU, L64, ReLU, L15 |
"""


@pytest.mark.parametrize("row", rows(CODES))
def test_a_code_of_an_autoencoder(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    assert in_spec(written(layers, "[16]"), only=(542,)) == [*map(int, codes.split())]


def test_a_code_that_is_returned_too() -> None:
    layers = "L64, ReLU, L2, {ReLU: , name: few}, L64, ReLU, {Linear: 16, name: all}"
    text = written(layers, "[16]", "outputs: [all, few]\n")
    assert in_spec(text, only=(542,)) == [542]


@pytest.mark.parametrize("row", rows(PARTS))
def test_parts(row: str) -> None:
    image, layers, codes = (each.strip() for each in row.split("|"))
    image = image.replace("TOKENS", "{tokens: {shape: [6], dtype: int64}}")
    assert in_spec(written(layers, image), only=(542,)) == [*map(int, codes.split())]
