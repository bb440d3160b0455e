"""MG546: a layer that is used twice; MG547: two of a kind with layers of their own."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows, written

TWICE = """
{Linear: 4, name: a}, {Linear: 4, share: a, from: input, name: b}, \
{cat: {dim: 1}, from: [a, b]} | 546
{Linear: 4, name: a}, {share: a, from: input, name: b}, \
{cat: {dim: 1}, from: [a, b]} | 546
{Sequential: [{Linear: 4}, ReLU], name: a}, {share: a, from: input, name: b}, \
{mul: , from: [a, b]} | 546
{Linear: 8, name: a}, {share: a, name: b}, {add: , from: [a, b]} |
{Linear: 4, name: a}, {Linear: 4, name: b, from: input}, {cat: {dim: 1}, from: [a, b]} |
# Dropout inside makes two views of one example.
{Sequential: [{Linear: 4}, Dropout], name: a}, {share: a, from: input, name: b}, \
{mul: , from: [a, b]} |
"""
OWN = "{Sequential: [{Linear: 4}, ReLU, {Linear: 4}], from: %s, name: %s_code}"
PAIR = """
left, right | {sub: , from: [left_code, right_code]} | 547
x1, x2 | {cosine_similarity: , from: [x1_code, x2_code]} | 547
image_a, image_b | {sub: , from: [image_a_code, image_b_code]}, abs, {Linear: 1} | 547
query, document | {cosine_similarity: , from: [query_code, document_code]} |
left, right | {cat: {dim: 1}, from: [left_code, right_code]} |
"""


@pytest.mark.parametrize("row", rows(TWICE))
def test_one_input(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    assert in_spec(written(layers, "[8]"), only=(546,)) == [*map(int, codes.split())]


@pytest.mark.parametrize("row", rows(PAIR))
def test_two_inputs(row: str) -> None:
    names, layers, codes = (each.strip() for each in row.split("|"))
    one, two = names.split(", ")
    image = f"{{{one}: [8], {two}: [8]}}"
    own = f"{OWN % (one, one)}, {OWN % (two, two)}, {layers}"
    assert in_spec(written(own, image), only=(547,)) == [*map(int, codes.split())]
    again = f"{{share: {one}_code, from: {two}, name: {two}_code}}"
    shared = f"{OWN % (one, one)}, {again}, {layers}"
    assert in_spec(written(shared, image), only=(547,)) == []


def test_encoders_that_differ_are_meant() -> None:
    layers = "{Linear: 4, from: left, name: a}, {Sequential: [{Linear: 9}, ReLU, "
    layers += "{Linear: 4}], from: right, name: b}, {sub: , from: [a, b]}"
    assert in_spec(written(layers, "{left: [8], right: [8]}"), only=(547,)) == []


@pytest.mark.parametrize(("norm", "codes"), [("BatchNorm1d", [546]), ("LayerNorm", [])])
def test_statistics_of_two_values_are_those_of_neither(
    norm: str, codes: list[int]
) -> None:
    layers = f"L8, {{{norm}: , name: norm}}, ReLU, L8, {{share: norm}}, ReLU, L2"
    assert in_spec(written(layers, "[8]"), only=(546,)) == codes
