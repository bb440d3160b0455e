"""Numbers that scripts print are as short as people write them."""

from __future__ import annotations

import pytest

from .shared_modules import shared

NUMBERS = {
    0.42424242: "0.4242",
    13.2: "13.2",
    9_999.4: "9999",
    252_770.4: "252,770",
    -43_792.0: "-43,792",
    0.00001234: "1.234e-05",
    3e20: "3e+20",
    float("nan"): "nan",
    float("-inf"): "-inf",
}


@pytest.mark.parametrize("number", NUMBERS)
def test_short(number: float) -> None:
    assert shared("errors").short(number) == NUMBERS[number]
