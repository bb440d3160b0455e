"""Weights of attention that are normalized over another dimension than they weigh."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows, written

KEYS = "{Linear: 8, name: q}, {transpose: {dim0: 1, dim1: 2}, name: k, from: input}, "
WRONG = """
{matmul: , from: [q, k]}, {softmax: 1}, {matmul: , from: [softmax_1, input]}
{matmul: , from: [q, k]}, {div: 3}, {Softmax: {dim: 1}}, {Dropout: 0.1, name: w}, \
{matmul: , from: [w, input]}
{bmm: , from: [q, k]}, {softmax: -2}, {bmm: , from: [softmax_1, input]}
{matmul: , from: [q, k]}, {softmax: -1}, {matmul: , from: [k, softmax_1]}
"""
RIGHT = """
{matmul: , from: [q, k]}, {softmax: -1}, {matmul: , from: [softmax_1, input]}
{matmul: , from: [q, k]}, {softmax: 2}, {matmul: , from: [softmax_1, input]}
{matmul: , from: [q, k]}, {softmax: 1}, {matmul: , from: [k, softmax_1]}
{matmul: , from: [q, k]}, {softmax: -1}, {transpose: {dim0: 1, dim1: 2}, name: t}, \
{matmul: , from: [k, t]}
# As slot attention divides, and weights that are no products of two values.
{matmul: , from: [q, k]}, {softmax: 1, name: w}, {sum: {dim: 2, keepdim: true}}, \
{div: , from: [w, sum_1]}, {matmul: , from: [div_1, input]}
{Linear: 6, from: input}, {softmax: 1}, {matmul: , from: [softmax_1, input]}
"""


@pytest.mark.parametrize(
    ("layers", "codes"),
    [*((row, [528]) for row in rows(WRONG)), *((row, []) for row in rows(RIGHT))],
)
def test_which_dimension_adds_up_to_one(layers: str, codes: list[int]) -> None:
    assert in_spec(written(KEYS + layers, "[6, 8]"), only=(528,)) == codes


@pytest.mark.parametrize(("dim", "codes"), [(1, [528]), (2, [528]), (3, [])])
def test_weights_of_heads(dim: int, codes: list[int]) -> None:
    layers = f"""
{{Linear: 8}}, {{reshape: [6, 2, 4]}}, {{permute: [0, 2, 1, 3], name: q}},
{{transpose: {{dim0: 2, dim1: 3}}, name: k}}, {{matmul: , from: [q, k]}},
{{softmax: {dim}}}, {{matmul: , from: [softmax_1, q]}}
"""
    assert in_spec(written(layers, "[6, 8]"), only=(528,)) == codes
