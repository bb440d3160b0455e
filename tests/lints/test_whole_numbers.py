"""MG576: numbers from 0 to 1 that are looked up as whole ones."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows
from .trained import text_of

TABLE = """
Flatten, long, E | 576
{AvgPool2d: 2}, Flatten, long, E | 576
Flatten, long, {one_hot: 256}, {float: }, {mean: 1} | 576
Flatten, {Linear: 9}, Sigmoid, long, E | 576
Flatten, {Linear: 9}, {softmax: 1}, {Dropout: 0.1}, long, E | 576
Flatten, {mul: 255}, long, E |
Flatten, round, long, E |
Flatten, {gt: 0.5}, long, E |
Flatten, {gt: 0.5}, float, long, E |
Flatten, {Linear: 9}, Sigmoid, round, long, E |
Flatten, {Linear: 9}, ReLU, long, E |
"""


@pytest.mark.parametrize("row", rows(TABLE))
def test_tables(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    table = "{Embedding: {num_embeddings: 256, embedding_dim: 4}}, {mean: 1}"
    text = text_of("", f"[{layers.replace('E', table)}, {{Linear: 10}}]")
    assert in_spec(text, only=(576,)) == [*map(int, codes.split())]


def test_images_that_are_normalized_may_be_any_numbers() -> None:
    table = "{Embedding: {num_embeddings: 9, embedding_dim: 10}}"
    layers = f"[Flatten, long, {table}, {{mean: 1}}]"
    assert in_spec(text_of("normalize: [0, 0.004]", layers), only=(576,)) == []
