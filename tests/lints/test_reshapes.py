"""Shapes that were meant to move dimensions, and only cut the values anew."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of
from .finds import in_spec
from .short import rows, written

MOVED = """
[6, 8] | {reshape: [8, 6]} | permute: [0, 2, 1]
[6, 8] | {view: [8, 6]} | permute: [0, 2, 1]
[6, 8] | {reshape: [-1, 6]} | permute: [0, 2, 1]
[6, 8] | {Sequential: [{reshape: [8, 6]}]} | permute: [0, 2, 1]
[3, 5, 5] | {reshape: [5, 5, 3]} | permute: [0, 2, 3, 1]
[3, 4, 5] | {reshape: [5, 3, 4]} | permute: [0, 3, 1, 2]
# Channels and places, columns of an image as steps.
[8, 5, 5] | {reshape: [25, 8]} | flatten: 2
[2, 3, 4, 5] | {reshape: [60, 2]} | flatten: 2
[8, 3, 5] | {reshape: [5, 24]} | movedim
[8, 1, 5] | {reshape: [5, 8]} | flatten: 2
# Heads of attention, and back.
[6, 8] | {reshape: [2, 6, 4]} | reshape: [6, 2, 4]
[2, 6, 4] | {reshape: [6, 8]} | permute: [0, 2, 1, 3]
"""
CUT = """
[6, 8] | {reshape: [48]}
[6, 8] | {reshape: [6, 8]}
[6, 8] | {reshape: [6, 2, 4]}
[6, 8] | {reshape: [2, 3, 8]}
[6, 8] | {reshape: [12, 4]}
[6, 8] | {permute: [0, 2, 1]}
[6, 6] | {reshape: [6, 6]}
[6, 36] | {reshape: [6, 6, 6]}
[48] | {reshape: [8, 6]}
[1, 8, 6] | {reshape: [8, 6, 1]}
[8, 5, 5] | {reshape: [8, 25]}
[8, 5, 5] | {reshape: [40, 5]}
[25, 5, 5] | {reshape: [25, 25]}
# The ends are equal: this joins what is side by side.
[8, 3, 8] | {reshape: [24, 8]}
[8, 3, 8] | {reshape: [8, 24]}
[4, 4, 6] | {reshape: [4, 24]}
# Shuffled channels, patches.
[6, 5, 5] | {reshape: [2, 3, 5, 5]}, {transpose: {dim0: 1, dim1: 2}}, \
{reshape: [6, 5, 5]}
[6, 4, 4] | {reshape: [6, 2, 2, 4]}
"""


@pytest.mark.parametrize("row", rows(MOVED))
def test_a_dimension_that_should_have_moved(row: str) -> None:
    image, layers, help = (each.strip() for each in row.split("|"))
    found = api.lint(network_of(written(layers, image)))
    assert [each.code for each in found] == ["MG525"]
    assert help in found[0].help


@pytest.mark.parametrize("row", rows(CUT))
def test_values_in_their_order(row: str) -> None:
    image, layers = (each.strip() for each in row.split("|"))
    assert in_spec(written(layers, image), only=(525,)) == []


HEADS = """\
name: Net
input: [6, 8]
layers:
  - {Linear: 8, name: q}
  - {Linear: 8, name: k, from: input}
  - {reshape: [6, 2, 4], from: q, name: qh}
  - {reshape: [6, 2, 4], from: k, name: kh}
%s
"""
MOVED = """\
  - {permute: [0, 2, 1, 3], from: qh, name: q2}
  - {permute: [0, 2, 1, 3], from: kh, name: k2}
  - {scaled_dot_product_attention: , from: [q2, k2, k2]}
"""
TURNED = """\
  - {transpose: {dim0: -1, dim1: -2}, from: kh}
  - {matmul: , from: [qh, transpose_1]}
"""


@pytest.mark.parametrize(
    ("rest", "codes"),
    [
        ("  - {scaled_dot_product_attention: , from: [qh, kh, kh]}", [525]),
        (TURNED, [525]),
        (MOVED, []),
    ],
)
def test_heads_that_are_not_moved_in_front(rest: str, codes: list[int]) -> None:
    assert in_spec(HEADS % rest, only=(525,)) == codes
