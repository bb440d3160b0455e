"""Hidden layers of one unit."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of
from .finds import in_spec
from .short import rows, written

TABLE = """
[8] | L9, ReLU, L1, ReLU, L3 | 512
[8] | L9, ReLU, L1, L3 | 512
[8] | L9, ReLU, L1, BatchNorm1d, relu, Dropout, L3 | 512
[8] | L9, ReLU, L1, Sigmoid, L3 | 512
[8] | L9, ReLU, {Sequential: [L1, ReLU]}, L3 | 512
[8] | L9, ReLU, L2, ReLU, L3 |
[8] | L9, ReLU, L1 |
[8] | L9, ReLU, L1, Sigmoid |
[1] | L1, ReLU, L3 |
[8] | L9, ReLU, L1, ReLU, L1 |
# A code of one number, by its name or since the input is restored.
[8] | L9, ReLU, {Linear: 1, name: code}, L3 |
[8] | L9, ReLU, L1, ReLU, L8 |
# Gates, sums and low ranks.
[8] | {Linear: 9, name: a}, ReLU, L1, ReLU, L9, Sigmoid, {mul: , from: [a, sigmoid_1]} |
[8] | {Linear: 9, name: a}, ReLU, L1, {Linear: 9, name: b}, {add: , from: [a, b]} |
# A number for each step is not one number.
[6, 8] | L1, ReLU, {squeeze: 2}, L3 |
[6, 8] | L1, ReLU, L3 | 512
[6, 8] | {LSTM: 1, select: hidden}, L3 | 512
[6, 8] | {GRU: 1}, Flatten, L3 |
[6, 8] | {RNN: 1}, L3 | 512
[6, 8] | {RNN: 2}, L3 |
[3, 12, 12] | C8, ReLU, C1, ReLU, C8 | 512
[3, 12, 12] | C8, ReLU, C1, BatchNorm2d, ReLU, {MaxPool2d: 2}, C8 | 512
[3, 12, 12] | C8, ReLU, C1, Sigmoid, C8 |
[3, 12, 12] | C8, ReLU, C1, ReLU, Flatten, L3 |
[3, 12, 12] | C8, ReLU, K1, ReLU, Flatten, L3 | 512
[1, 12, 12] | C1, ReLU, C8 |
"""


@pytest.mark.parametrize("row", rows(TABLE))
def test_one_unit(row: str) -> None:
    image, layers, codes = (each.strip() for each in row.split("|"))
    assert in_spec(written(layers, image)) == [*map(int, codes.split())]


def test_the_place_is_the_number() -> None:
    text = (
        "name: A\ninput: [8]\nlayers:\n- Linear: 9\n- ReLU\n- Linear: 1\n- Linear: 3\n"
    )
    (found,) = api.lint(network_of(text))
    assert found.place is not None
    assert (found.place.span.line, found.place.span.column) == (6, 11)


def test_a_block_of_one_unit_is_meant_where_it_has_one() -> None:
    text = """\
name: A
input: [8]
blocks:
  Full:
    parameters: {width: 9}
    layers: [{Linear: "${width}"}, ReLU]
layers: [{Full: 9}, {Full: 1}, {Full: 9}, {Linear: 3}]
"""
    assert in_spec(text) == [512]
    assert in_spec(text.replace("Full: 1}", "Full: 2}")) == []
