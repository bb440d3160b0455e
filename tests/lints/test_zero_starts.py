"""MG534: two factors that both begin at zero."""

from __future__ import annotations

import pytest

from .finds import finds

ZERO = "init: {weight: zeros_}"
DOWN = "Linear: {out_features: 4, bias: false}"
UP = f"Linear: 8\n    {ZERO}"
NONE = f"Linear: {{out_features: 8, bias: false}}\n    {ZERO}"
ALPHA = "parameter: {shape: [1], init: zeros_}\n    name: alpha"


def found(*layers: str) -> list[int]:
    return finds(*layers, image="[8]", only=(534,))


@pytest.mark.parametrize(
    "layers",
    [
        (f"{DOWN}\n    {ZERO}", NONE),
        (f"{DOWN}\n    {ZERO}", "Dropout: 0.1", UP),
        (NONE, ALPHA, "mul:\n    from: [linear_1, alpha]"),
        (DOWN, UP, "ReLU", f"{DOWN}\n    {ZERO}", UP),
    ],
    ids=str,
)
def test_both_begin_at_zero(layers: tuple[str, ...]) -> None:
    assert found(*layers) == [534]


@pytest.mark.parametrize(
    "layers",
    [
        (DOWN, UP),
        (f"{DOWN}\n    {ZERO}", "Linear: 8"),
        (f"Linear: 4\n    {ZERO}", UP),
        (f"{DOWN}\n    {ZERO}", "sigmoid", UP),
        (NONE, ALPHA, "add:\n    from: [linear_1, alpha]"),
        ("Linear: 8", ALPHA, "mul:\n    from: [linear_1, alpha]"),
    ],
    ids=str,
)
def test_one_begins_at_random_numbers(layers: tuple[str, ...]) -> None:
    assert found(*layers) == []
