"""MG543: attention of a value to itself; MG536: products that are multiplied."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows, written

KEYS = (
    "{Linear: 8, name: q}, {Linear: 8, name: k, from: input}, "
    "{Linear: 8, name: v, from: input}, "
    "{transpose: {dim0: 1, dim1: 2}, from: q, name: qt}, "
    "{transpose: {dim0: 1, dim1: 2}, from: k, name: kt}, "
)
SAME = """
{matmul: , from: [q, qt]}, {softmax: -1, name: w}, {matmul: , from: [w, v]} | 543
{matmul: , from: [q, qt]}, {div: 3}, {softmax: -1, name: w}, \
{matmul: , from: [w, v]} | 543
{matmul: , from: [q, kt]}, {softmax: -1, name: w}, {matmul: , from: [w, w]} | 543
{scaled_dot_product_attention: , from: [q, q, v]} | 543
{matmul: , from: [q, kt]}, {softmax: -1, name: w}, {matmul: , from: [w, v]} |
{matmul: , from: [q, qt]}, {softmax: -1, name: w}, {matmul: , from: [w, q]} |
{matmul: , from: [q, qt]}, {mean: -1}, {Linear: 3} |
{scaled_dot_product_attention: , from: [q, k, v]} |
{scaled_dot_product_attention: , from: [q, q, q]} |
"""
SCALED = """
{matmul: , from: [q, kt]}, {mul: 2.83}, {softmax: -1, name: w} | 536
{matmul: , from: [q, kt]}, {div: 0.35}, {softmax: -1, name: w} | 536
{matmul: , from: [q, kt]}, {mul: 0.35}, {softmax: -1, name: w} |
{matmul: , from: [q, kt]}, {softmax: -1, name: w} |
{scaled_dot_product_attention: {scale: 8.0}, from: [q, k, v], name: w} | 536
{scaled_dot_product_attention: {scale: 0.1}, from: [q, k, v], name: w} |
"""


@pytest.mark.parametrize("row", rows(SAME))
def test_names_of_factors(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    text = written(KEYS + layers, "[6, 8]")
    assert in_spec(text, only=(543,)) == [*map(int, codes.split())]


@pytest.mark.parametrize("row", rows(SCALED))
def test_factors_of_products(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    text = written(f"{KEYS}{layers}, {{matmul: , from: [w, v]}}", "[8, 8]")
    assert in_spec(text, only=(536,)) == [*map(int, codes.split())]
