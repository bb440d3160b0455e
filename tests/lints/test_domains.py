"""MG531: functions of numbers that they are not defined for."""

from __future__ import annotations

import pytest

from .finds import finds

BEFORE = "Linear: 8"
NAN = ("log", "log2", "sqrt", "rsqrt", "acos", "atanh", "log1p", "logit", "pow: 0.5")
STEEP = ("log", "log10", "sqrt", "rsqrt", "reciprocal", "div: {input: 1.0}", "pow: 0.5")


def found(*layers: str) -> list[int]:
    return finds(*layers, image="[8]", only=(531,))


@pytest.mark.parametrize("function", NAN)
def test_numbers_outside_of_the_domain(function: str) -> None:
    assert found(BEFORE, function) == [531]
    assert found(function) == []


@pytest.mark.parametrize("function", STEEP)
def test_numbers_that_are_zero(function: str) -> None:
    assert found(BEFORE, "ReLU", function) == [531]
    assert found("Sequential: [{Linear: 8}, relu]", "clamp: {min: 0.0}", function)
    assert found(BEFORE, "relu", "add: 0.001", function) == []
    assert found(BEFORE, "Softplus", function) == []


def test_a_division_by_what_is_zero() -> None:
    zero, above = (BEFORE, "ReLU"), (BEFORE, "exp")
    assert found(*zero, "div:\n    from: [input, relu_1]") == [531]
    assert found(*zero, "div:\n    from: [relu_1, input]") == []
    assert found(*above, "div:\n    from: [input, exp_1]") == []


@pytest.mark.parametrize(
    "layers",
    [
        ("sigmoid", "logit"),
        ("tanh", "atanh"),
        ("softmax: 1", "add: 0.000001", "log"),
        ("softmax: 1", "clamp: {min: 0.000001}", "log"),
        ("sigmoid", "clamp: {min: 0.01}", "log"),
        ("softmax: 1", "Linear: 4", "exp", "log"),
        ("square", "sqrt"),
        ("ReLU", "log1p"),
        ("ReLU", "pow: 1.5"),
        ("pow: 3", "tanh"),
        ("logit: 0.01",),
        ("reciprocal",),
    ],
    ids=str,
)
def test_numbers_that_a_function_takes(layers: tuple[str, ...]) -> None:
    assert found(BEFORE, *layers) == []


@pytest.mark.parametrize(
    "layers",
    [
        ("softmax: 1", "log"),
        ("Softmax: {dim: 1}", "Identity", "log2"),
        ("Sequential: [{Linear: 4}, {softmax: -1}]", "log10"),
        ("sigmoid", "log"),
        ("Sigmoid", "sub: {input: 1.0}", "log"),
        (
            "exp:\n    name: e",
            "sum: {dim: 1, keepdim: true}\n    name: s",
            "div:\n    from: [e, s]",
            "log",
        ),
    ],
    ids=str,
)
def test_probabilities_that_are_rounded_to_zero(layers: tuple[str, ...]) -> None:
    assert found(BEFORE, *layers) == [531]
