"""Normalizations of one value."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows, written

TABLE = """
[8] | L1, LayerNorm | 515
[8] | L1, RMSNorm | 515
[8] | L1, {normalize: -1} | 515
[8] | L1, {normalize: 1} | 515
[8] | L2, {LayerNorm: } |
[8] | L1, BatchNorm1d |
[8] | L2, {normalize: 1} |
[6, 8] | L1, LayerNorm | 515
[6, 8] | L1, {LayerNorm: [6, 1]} |
[6, 8] | L1, {normalize: 1} |
[6, 8] | L1, {var: {dim: 2, correction: 0}} | 515
[6, 8] | L1, {std: 1} |
[6, 1] | {TransformerEncoderLayer: {nhead: 1}} | 515
[6, 2] | {TransformerEncoderLayer: {nhead: 1}} |
[8, 1, 1] | {GroupNorm: 8} | 515
[6, 1] | {TransformerEncoderLayer: {nhead: 1}} | 515
[6, 2] | {TransformerEncoderLayer: {nhead: 1}} |
[8, 1, 1] | {GroupNorm: 4} |
[8, 2, 2] | {GroupNorm: 8} |
[8, 2, 2] | InstanceNorm2d |
[8, 2, 2] | {AdaptiveAvgPool2d: 1}, BatchNorm2d |
[1, 8, 8] | {LayerNorm: [1, 8, 8]} |
"""


@pytest.mark.parametrize("row", rows(TABLE))
def test_the_number_of_values(row: str) -> None:
    image, layers, codes = (each.strip() for each in row.split("|"))
    assert in_spec(written(layers, image)) == [*map(int, codes.split())]
