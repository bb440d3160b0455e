"""MG574: layers with half a billion weights behind what is flattened."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import rows, written

TABLE = """
[3, 224, 224] | C64, ReLU, Flatten, L4096, ReLU, L10 | 574
[3, 224, 224] | C64, ReLU, Flatten, ReLU, {Dropout: 0.1}, L4096, ReLU, L10 | 574
[3, 224, 224] | C64, ReLU, {flatten: 1}, L4096, ReLU, L10 | 574
[3, 224, 224] | C64, ReLU, {reshape: [3154176]}, L4096, ReLU, L10 | 574
[3, 224, 224] | C64, ReLU, {MaxPool2d: 16}, Flatten, L4096, ReLU, L10 |
[3, 64, 64] | C16, ReLU, Flatten, L512, ReLU, L10 |
[32, 8192] | L131072 |
"""


@pytest.mark.parametrize("row", rows(TABLE))
def test_sizes(row: str) -> None:
    image, layers, codes = (each.strip() for each in row.split("|"))
    found = in_spec(written(layers, image), only=(574,))
    assert found == [*map(int, codes.split())]
