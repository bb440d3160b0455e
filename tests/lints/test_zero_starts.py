"""MG534: products that stay zero."""

from __future__ import annotations

import pytest

from mlpgen.diagnostics.explanations.explanation import spec

from .finds import finds, in_spec

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


CONSTANT = [
    "buffer: {shape: [8], init: zeros_}\n    name: scale",
    "buffer: {shape: [8], init: {constant_: 0.0}}\n    name: scale",
    "buffer: {values: [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]}\n    name: scale",
    "buffer: {layers: [{zeros: [8]}]}\n    name: scale",
    "zeros: [8]\n    name: scale",
    "full: {size: [8], fill_value: 0.0}\n    name: scale",
    "zeros_like:\n    from: linear_1\n    name: scale",
]
SCALED = "mul:\n    from: [linear_1, scale]"


def trains(*layers: str, rest: str = "") -> list[int]:
    listed = spec(*layers, image="[8]")
    training = (
        f"training: {{data: {{npz: a.npz}}, loss: MSELoss, optimizer: Adam{rest}}}"
    )
    return in_spec(f"{listed}{training}\n", only=(534,))


@pytest.mark.parametrize("scale", CONSTANT)
def test_a_factor_that_is_always_zero(scale: str) -> None:
    moved = ("unsqueeze: -1", "relu", "squeeze: -1")
    assert trains("Linear: 8", scale, SCALED) == [534]
    assert trains("Linear: 8", scale, *moved, SCALED.replace("scale", "squeeze_1"))
    shifted = SCALED.replace("scale", "add_1")
    assert trains("Linear: 8", scale, "add: 1.0", shifted) == []


def test_numbers_that_are_not_always_zero() -> None:
    assert trains("Linear: 8", "mul: 0") == [534]
    assert trains("Linear: 8", "mul: 0.5") == []
    assert trains("Linear: 8", CONSTANT[0].replace("zeros_", "ones_"), SCALED) == []
    assert trains("Linear: 8", CONSTANT[0], SCALED, rest=", weights: a.pt") == []
    assert found("Linear: 8", CONSTANT[0], SCALED) == []


def test_a_parameter_that_is_frozen_at_zero() -> None:
    scale = "parameter: {shape: [8], init: zeros_}\n    name: scale"
    assert trains("Linear: 8", scale, SCALED, rest=", freeze: [scale]") == [534]
    assert trains("Linear: 8", scale, SCALED, rest=", freeze: [linear_1]") == []
