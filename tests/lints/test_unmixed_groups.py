"""MG544: groups of channels that never meet."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows, written

ENDS = """
D8, ReLU, D8, ReLU, {AdaptiveAvgPool2d: 1}, Flatten, L2 | 544
D8, BatchNorm2d, ReLU, {MaxPool2d: 2}, D8, {mean: [2, 3]}, L2 | 544
D8, ReLU, D8 | 544
D8, C8 k1, ReLU, D8, ReLU, {AdaptiveAvgPool2d: 1}, Flatten, L2 |
D8, ReLU, D8, C8 k1, {AdaptiveAvgPool2d: 1}, Flatten, L2 |
D8, ReLU, {ChannelShuffle: 2}, D8, {AdaptiveAvgPool2d: 1}, Flatten, L2 |
# As large kernels are split, and AlexNet has two groups.
D8, D8 |
{Conv2d: {out_channels: 8, kernel_size: 3, groups: 2}}, ReLU, \
{Conv2d: {out_channels: 8, kernel_size: 3, groups: 2}}, Flatten, L2 |
"""


@pytest.mark.parametrize("row", rows(ENDS))
def test_groups(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    found = in_spec(written(layers, "[8, 16, 16]"), only=(544,))
    assert found == [*map(int, codes.split())]
