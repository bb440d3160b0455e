"""MG548: two of a kind in a row."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows, written

LAYERS = """
L8, ReLU, {Dropout: 0.5}, {Dropout: 0.5}, L2 | 548
L8, ReLU, {Dropout: 0.5}, {dropout: 0.3}, L2 | 548
L8, BatchNorm1d, BatchNorm1d, ReLU, L2 | 548
L8, LayerNorm, {Sequential: [LayerNorm, ReLU]}, L2 | 548
L8, ReLU, {AlphaDropout: 0.2}, L2 | 548
L8, SELU, {AlphaDropout: 0.2}, L2 |
L8, ReLU, {Dropout: 0.5}, L8, {Dropout: 0.5}, L2 |
L8, ReLU, {Dropout: 0.5}, {Dropout: 0.0}, L2 |
L8, LayerNorm, BatchNorm1d, ReLU, L2 |
L8, {LayerNorm: , name: a}, {LayerNorm: , name: b}, {add: , from: [a, b]} |
"""


@pytest.mark.parametrize("row", rows(LAYERS))
def test_pairs(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    assert in_spec(written(layers, "[8]"), only=(548,)) == [*map(int, codes.split())]
