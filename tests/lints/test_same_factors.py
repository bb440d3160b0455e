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


SIDES = """
name: Net
input: {{words: [6, 8], places: [6, 8]}}
layers: [{{Linear: 8, from: words, name: w}}, {{Linear: 8, from: places, name: p}}, \
{layers}]
"""
HAND = (
    "{{Linear: 8, from: w, name: q}}, {{Linear: 8, from: p, name: k}}, "
    "{{Linear: 8, from: {of}, name: v}}, "
    "{{transpose: {{dim0: 1, dim1: 2}}, from: k, name: kt}}, "
    "{{matmul: , from: [q, kt]}}, {{div: 2.83}}, {{softmax: -1}}, {{Dropout: 0.1}}, "
    "{{matmul: , from: [dropout_1, v]}}"
)


@pytest.mark.parametrize(
    "attention",
    [
        "{{MultiheadAttention: {{num_heads: 2}}, from: [w, p, {of}]}}",
        "{{scaled_dot_product_attention: , from: [w, p, {of}]}}",
        "{{LayerNorm: , from: w, name: n}}, "
        "{{MultiheadAttention: {{num_heads: 2}}, from: [n, p, {of}]}}",
        HAND,
    ],
)
def test_values_of_what_asks(attention: str) -> None:
    def of(value: str) -> list[int]:
        return in_spec(SIDES.format(layers=attention.format(of=value)), only=(543,))

    assert of("w") == [543]
    assert of("p") == []


def test_keys_that_know_their_places() -> None:
    layers = "[{Linear: 8, name: x}, {parameter: {shape: [6, 8]}, name: at}, "
    layers += "{add: , from: [x, at], name: k}, "
    layers += "{MultiheadAttention: {num_heads: 2}, from: [x, k, x]}]"
    text = f"name: Net\ninput: [6, 8]\nlayers: {layers}\n"
    assert in_spec(text, only=(543,)) == []
