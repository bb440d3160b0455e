"""Sums of a value with itself."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import written

BLOCK = """blocks:
  Residual:
    parameters: {on: true}
    layers:
      - ReLU: {}
        name: body
        when: "${on}"
      - add: {}
        from: [body, input]
"""


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        ("{Linear: 8, name: a}, {add: , from: [a, a]}", [527]),
        ("{add: , from: [input, input]}", [527]),
        ("{Linear: 8, name: a}, {add: , from: [a, input]}", []),
        ("{Linear: 8, name: a}, {mul: , from: [a, a]}", []),
        ("{cat: {dim: 1}, from: [input, input]}", []),
        ("{Linear: 8}, {ReLU: , name: a}, {cat: {dim: 1}, from: [a, a]}", [527]),
        ("{Linear: 8, name: a}, {neg: , name: b}, {cat: {dim: 1}, from: [a, b]}", []),
        # What a condition leaves out passes the input, which is no wrong name.
        ("{Residual: {on: false}}, {Residual: {on: true}}", []),
    ],
)
def test_a_value_and_itself(layers: str, codes: list[int]) -> None:
    assert in_spec(written(layers, "[8]", BLOCK), only=(527,)) == codes
