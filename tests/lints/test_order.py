"""Attention to texts that does not know the order of their words."""

from __future__ import annotations

import pytest

from .finds import in_spec

TEXT = """
name: Net
input: {{tokens: {{shape: [16], dtype: int64}}}}
layers: [{{Embedding: {{num_embeddings: 9, embedding_dim: 16}}, name: words}}, {layers}]
training: {{data: {{{data}}}, loss: CrossEntropyLoss, optimizer: Adam}}
"""
CODER = "{TransformerEncoder: {nhead: 2, num_layers: 1}}"
BLIND = [
    f"{CODER}, {{mean: 1}}, {{Linear: 2}}",
    f"{{mul: 4}}, {CODER}, LayerNorm, {{select: {{dim: 1, index: 0}}}}, {{Linear: 2}}",
    "{MultiheadAttention: {num_heads: 2}, from: [words, words, words]}, {amax: 1}, "
    "{Linear: 2}",
]
PLACES = "{arange: 16}, {Embedding: {num_embeddings: 16, embedding_dim: 16}, name: at}"
SEEN = [
    f"{PLACES}, {{add: , from: [words, at]}}, {CODER}, {{mean: 1}}, {{Linear: 2}}",
    "{parameter: [16, 16], name: at}, {add: , from: [words, at]}, "
    f"{CODER}, {{mean: 1}}, {{Linear: 2}}",
    f"{{GRU: 16}}, {CODER}, {{mean: 1}}, {{Linear: 2}}",
    f"{CODER}, Flatten, {{Linear: 2}}",
    f"{CODER}, {{transpose: {{dim0: 1, dim1: 2}}}}, {{Linear: 4}}, {{mean: 1}}, "
    "{Linear: 2}",
    "{TransformerEncoder: {nhead: 2, num_layers: 1, is_causal: true}}, {mean: 1}, "
    "{Linear: 2}",
    "{mean: 1}, {Linear: 2}",
]


@pytest.mark.parametrize(
    ("layers", "codes"), [*((x, [529]) for x in BLIND), *((x, []) for x in SEEN)]
)
def test_places_of_words(layers: str, codes: list[int]) -> None:
    text = TEXT.format(layers=layers, data="text: moods, units: words")
    assert in_spec(text, hints=True, only=(529,)) == codes


def test_only_the_order_of_texts_is_known_to_matter() -> None:
    text = TEXT.format(layers=BLIND[0], data="npz: a.npz")
    assert in_spec(text, hints=True, only=(529,)) == []
