"""MG505 for parameters: rows that begin equal and stay so."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows, written

QUERIES = """
{parameter: [4, 8], name: q} | 505
{parameter: {shape: [4, 8], init: zeros_}, name: q} | 505
{parameter: {shape: [4, 8], init: {constant_: 0.5}}, name: q} | 505
{parameter: {shape: [1, 4, 8], init: zeros_}}, {Linear: 8, name: q} | 505
{parameter: {shape: [4, 8], init: normal_}, name: q} |
{parameter: {shape: [1, 8], init: zeros_}, name: q} |
{parameter: [4, 8], name: p}, {arange: 4}, \
{Embedding: {num_embeddings: 4, embedding_dim: 8}, name: e}, \
{add: , from: [p, e], name: q} |
"""
MATRICES = """
{parameter: [8, 4], name: w}, {matmul: , from: [input, w]}, ReLU, L2 | 505
{parameter: {shape: [8, 4], init: normal_}, name: w}, \
{matmul: , from: [input, w]}, ReLU, L2 |
{parameter: [8, 4], name: w}, {matmul: , from: [input, w]} |
{parameter: [8], name: scale}, {mul: , from: [input, scale]}, ReLU, L2 |
"""


ATTENTION = (
    "{transpose: {dim0: 1, dim1: 2}, from: input}, "
    "{matmul: , from: [q, transpose_1]}, {softmax: -1}, "
    "{matmul: , from: [softmax_1, input]}"
)


@pytest.mark.parametrize("row", rows(QUERIES))
def test_queries(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    text = written(f"{layers}, {ATTENTION}", "[6, 8]")
    assert in_spec(text, only=(505,)) == [*map(int, codes.split())]


@pytest.mark.parametrize("row", rows(MATRICES))
def test_matrices(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    assert in_spec(written(layers, "[8]"), only=(505,)) == [*map(int, codes.split())]


NORMS = """
L8, {BatchNorm1d: , init: {weight: zeros_}}, ReLU, L2 | 505
L8, {LayerNorm: , init: {weight: zeros_}}, {Dropout: 0.1}, relu, L2 | 505
L8, {BatchNorm1d: , init: {weight: zeros_, bias: ones_}}, ReLU, L2 |
L8, {BatchNorm1d: , init: {weight: zeros_}}, Tanh, L2 |
# The last one of a branch: the block begins as the identity.
L8, {BatchNorm1d: , init: {weight: zeros_}}, \
{add: , from: [batch_norm1d_1, input]}, ReLU |
"""


@pytest.mark.parametrize("row", rows(NORMS))
def test_scales_of_zero(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    assert in_spec(written(layers, "[8]"), only=(505,)) == [*map(int, codes.split())]
