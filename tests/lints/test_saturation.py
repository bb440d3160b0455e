"""Saturating activations so many layers deep that gradients vanish."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of
from .finds import in_spec
from .short import rows, written

DEEP = """
(L8, Sigmoid)5, L8 | 506
(L8, sigmoid)5, L8 | 506
(L8, Hardsigmoid)4, L8 | 506
(L8, Hardsigmoid)3, L8 |
(L8, Sigmoid)4, L8 |
(L8, Sigmoid)4, L8, Sigmoid |
(L8, Sigmoid, Dropout)5, L8 | 506
(L8, Sigmoid, {LayerNorm: })6, L8 |
(L8, {BatchNorm1d: }, Sigmoid)6, L8 |
(L8, Tanh)5, L8 |
(L8, Tanh)10, L8 | 506
(L8, Tanh, L8, Sigmoid)4, L8 | 506
(L8, ReLU)9, L8 |
{Sequential: [L8, Sigmoid], repeat: 5}, L8 | 506
{Sequential: [L8, Sigmoid], repeat: 40} | 506
{Sequential: [L8, Tanh], repeat: 40}, L8 | 506
{Sequential: [L8, Tanh], repeat: 4}, L8 |
Stage, Stage, Stage, L8 | 506
Gated, Gated, Gated, L8 |
Residual, Residual, Residual, L8 |
"""
BLOCKS = """
blocks:
  Stage: {layers: [{Linear: 8}, Sigmoid, {Linear: 8}, sigmoid]}
  Gated:
    layers:
      - Linear: 8
        name: a
      - Linear: 8
      - Sigmoid
      - Linear: 8
      - Sigmoid
      - mul:
        from: [a, sigmoid_2]
  Residual:
    layers:
      - Linear: 8
      - Sigmoid
      - Linear: 8
      - Sigmoid
      - add:
        from: [input, sigmoid_2]
"""


def repeated(layers: str) -> str:
    """Write out `(L8, ReLU)2` and leave out blocks that are not used."""
    while "(" in layers:
        before, _, after = layers.partition("(")
        inside, _, rest = after.partition(")")
        count = next(n for n in (10, *range(1, 10)) if rest.startswith(str(n)))
        layers = before + ", ".join([inside] * count) + rest[len(str(count)) :]
    return layers


@pytest.mark.parametrize("row", rows(DEEP))
def test_depth(row: str) -> None:
    layers, codes = (each.strip() for each in row.split("|"))
    used = any(name in layers for name in ("Stage", "Gated", "Residual"))
    text = written(repeated(layers), "[8]", BLOCKS if used else "")
    assert in_spec(text) == [*map(int, codes.split())]


def test_the_message_counts_to_the_end() -> None:
    text = written(repeated("(L8, Sigmoid)7, L8"), "[8]")
    (found,) = api.lint(network_of(text))
    assert found.message.startswith(
        "7 saturating activations in a row, from `sigmoid_1`"
    )
    assert found.place is not None and found.place.text[found.place.span.column - 1 :]
