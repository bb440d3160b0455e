"""MG523: values that are the same for each example."""

from __future__ import annotations

import pytest

from .finds import finds, in_spec
from .short import rows, written

SAME = """
L9, ReLU, {mul: 0}, L3
L9, ReLU, neg, ReLU, L3
L9, Softplus, {mul: -2}, relu, L3
L9, Sigmoid, {sub: 1}, ReLU6, L3
L9, {clamp: {min: 1, max: 1}}, L3
L9, {Hardtanh: {min_val: -1, max_val: 0}}, {clamp: {min: 0}}, L3
{Linear: 9, name: a}, {sub: , from: [a, a]}, L3
{Linear: 9, name: a}, {div: , from: [a, a]}, L3
L9, {mul: 0}, {add: 1}, L3
"""
DIFFERENT = """
L9, ReLU, {mul: 0.1}, L3
L9, neg, ReLU, L3
L9, Sigmoid, {sub: 0.5}, ReLU, L3
{Linear: 9, name: a}, {zeros_like: , name: b}, {cat: {dim: 1}, from: [a, b]}, L3
{Linear: 9, name: a}, {Linear: 9, from: input, name: b}, ReLU, {sub: , from: [a, b]}, L3
{buffer: [1, 2], name: a}, {sub: , from: [a, a]}, {add: , from: [input, sub_1]}, L3
"""


@pytest.mark.parametrize("layers", rows(SAME))
def test_only_one_number_is_left(layers: str) -> None:
    assert in_spec(written(layers, "[8]"), only=(523,)) == [523]


@pytest.mark.parametrize("layers", rows(DIFFERENT))
def test_more_is_left(layers: str) -> None:
    image = "[2]" if "buffer" in layers else "[8]"
    assert in_spec(written(layers, image), only=(523,)) == []


@pytest.mark.parametrize(
    ("layer", "codes"),
    [
        ("Hardtanh: {min_val: -0.001, max_val: 0.001}", [523]),
        ("clamp: {min: -0.001, max: 0.001}", [523]),
        ("clamp: {min: -1, max: 1}", []),
    ],
)
def test_ranges_without_room(layer: str, codes: list[int]) -> None:
    assert finds("Flatten", "Linear: 8", layer, "Linear: 2", only=(523,)) == codes
