"""Embeddings that have fewer rows than they are asked for."""

from __future__ import annotations

import pytest

from .finds import finds, in_spec

WORDS = "{tokens: {shape: [32], dtype: int64}}"
TABLE = "Embedding: {num_embeddings: 50, embedding_dim: 8}\n    name: words"
ADD = "add:\n    from: [words, places]"


def places(rows: int) -> str:
    return f"Embedding: {{num_embeddings: {rows}, embedding_dim: 8}}\n    name: places"


@pytest.mark.parametrize(
    ("numbers", "rows"),
    [
        (["arange: 32"], 32),
        (["arange: {start: 1, end: 33}"], 33),
        (["arange: {end: 64, step: 2}"], 63),
        (["arange: 32", "add: 2"], 34),
        (["arange: 32", "unsqueeze: 0", "squeeze: 0"], 32),
        (["buffer: {layers: [{arange: 32}]}"], 32),
        (["buffer: {layers: [{arange: 32}, {add: 2}]}"], 34),
    ],
)
def test_positions(numbers: list[str], rows: int) -> None:
    for given, codes in ((rows - 1, [514]), (rows, []), (rows + 1, [])):
        found = finds(TABLE, *numbers, places(given), ADD, image=WORDS)
        assert found == codes


def test_indices_that_are_not_known() -> None:
    layers = ["remainder: 8\n    from: tokens", places(2), ADD]
    assert finds(TABLE, *layers, image=WORDS) == []


def test_the_place_of_a_maximum() -> None:
    scores = ["argmax: 1", places(9)]
    assert finds("Linear: 10", *scores, image="[4]") == [514]
    assert finds("Linear: 9", *scores, image="[4]") == []


TEXT = """\
name: Net
input: {tokens: {shape: [32], dtype: int64}}
layers:
  - Embedding: {num_embeddings: %s, embedding_dim: 8}
  - GRU: 8
  - Linear: 64
training:
  data: {text: book.txt}
  loss: CrossEntropyLoss
  optimizer: {Adam: {lr: 0.001}}
"""


@pytest.mark.parametrize(("rows", "codes"), [(63, [514]), (64, []), (100, [])])
def test_words_that_are_predicted(rows: int, codes: list[int]) -> None:
    assert in_spec(TEXT % rows) == codes


@pytest.mark.parametrize(("count", "codes"), [(63, [514]), (64, []), (100, [])])
def test_words_that_are_written_as_zeros_and_ones(count: int, codes: list[int]) -> None:
    layer = "- Embedding: {num_embeddings: %s, embedding_dim: 8}"
    text = TEXT.replace(layer, "- one_hot: %s\n  - float")
    assert in_spec(text % count) == codes


@pytest.mark.parametrize(("row", "codes"), [(0, []), (1, [514])])
def test_texts_are_filled_up_with_zeros(row: int, codes: list[int]) -> None:
    text = f"""
name: Net
input: {{tokens: {{shape: [6], dtype: int64}}}}
layers:
  - Embedding: {{num_embeddings: 99, embedding_dim: 8, padding_idx: {row}}}
  - mean: 1
  - Linear: 2
training:
  data: {{text: moods, units: words}}
  loss: CrossEntropyLoss
  optimizer: Adam
"""
    assert in_spec(text, only=(514,)) == codes
