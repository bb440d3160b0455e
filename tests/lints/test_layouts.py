"""MG540: channels that stand last; MG541: pictures that are pooled at once."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows, written

LAST = """
[32, 32, 3] | C8 | 540
[28, 28, 1] | {Conv2d: {out_channels: 8, kernel_size: 3, padding: 1}} | 540
[64, 48, 3] | {MaxPool2d: {kernel_size: 2, padding: 1}}, Flatten, L8 | 540
[64, 64, 4] | BatchNorm2d, C8 | 540
[3, 32, 32] | C8 |
[32, 8, 8] | C8 |
[64, 20, 3] | {permute: [0, 3, 1, 2]}, C8 |
[3, 32, 32] | {permute: [0, 2, 3, 1]}, C8 | 540
[784] | {reshape: [28, 28, 1]}, C8 k1 | 540
[784] | {reshape: [1, 28, 28]}, C8 |
[3, 32, 32] | C8 k1, {permute: [0, 2, 3, 1]}, C8 |
[32, 32, 3] | Flatten, L8 |
[128, 9] | S8 | 540
[1000, 3] | {Conv1d: {out_channels: 8, kernel_size: 3, padding: 1}} | 540
[9, 128] | S8 |
[64, 100] | S8 |
[128, 9] | {Conv1d: {out_channels: 8, kernel_size: 1}} |
[128, 9] | {LSTM: 8} |
[128, 9] | {transpose: {dim0: 1, dim1: 2}}, S8 |
"""
POOLED = """
[3, 32, 32] | {AvgPool2d: 32}, Flatten, L9 | 541
[3, 32, 32] | {AdaptiveAvgPool2d: 1}, Flatten, L9 | 541
[1, 28, 28] | {MaxPool2d: 7}, C8, ReLU | 541
[1, 28, 28] | {MaxPool2d: 2}, {MaxPool2d: 4}, Flatten, L9 | 541
[3, 32, 32] | {mean: [2, 3]}, L9 | 541
[3, 32, 32] | {AvgPool2d: 2}, C8 |
[3, 32, 32] | C8, ReLU, {AdaptiveAvgPool2d: 1}, Flatten, L9 |
[16, 8, 8] | {AdaptiveAvgPool2d: 1}, Flatten, L9 |
# No two places together; and large parts at once, in the middle.
[3, 32, 32] | C8 k1, ReLU, C8 k1, ReLU, {AdaptiveAvgPool2d: 1}, Flatten, L9 | 541
[3, 32, 32] | C8 k1, ReLU, C8, ReLU, {AdaptiveAvgPool2d: 1}, Flatten, L9 |
[3, 66, 66] | C8, ReLU, {MaxPool2d: 16}, C8, ReLU | 541
[3, 66, 66] | C8, ReLU, {MaxPool2d: 16}, C8 k1, ReLU |
[3, 66, 66] | C8, ReLU, {MaxPool2d: {kernel_size: 9, stride: 1, padding: 4}}, C8 |
[3, 66, 66] | C8, ReLU, {MaxPool2d: 2}, C8, ReLU |
# Something else looks at the picture.
[3, 32, 32] | {AdaptiveAvgPool2d: 1, name: m}, {sub: , from: [input, m]}, C8 |
"""


@pytest.mark.parametrize("row", [*rows(LAST), *rows(POOLED)])
def test_pictures(row: str) -> None:
    image, layers, codes = (each.strip() for each in row.split("|"))
    found = in_spec(written(layers, image), only=(540, 541))
    assert found == [*map(int, codes.split())]
