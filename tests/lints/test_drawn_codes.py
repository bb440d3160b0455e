"""Mean and variance of a code that is drawn, which an activation cuts."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .short import written

BEFORE = "L16, {ReLU: , name: hidden}, "
DRAWN = (
    "{mul: 0.5}, {exp: , name: e}, {randn_like: , name: r}, {mul: , from: [r, e]}, "
    "{add: , from: [m, mul_2]}, L8"
)
OTHER = "{Linear: 4, name: v, from: hidden}, "


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        ("L4, {ReLU: , name: m}, " + OTHER + DRAWN, [530]),
        ("L4, {relu: , name: m}, " + OTHER + DRAWN, [530]),
        ("{Linear: 4, name: m}, " + OTHER + "ReLU, " + DRAWN, [530]),
        ("L4, {ReLU: , name: m}, " + OTHER + "ReLU, " + DRAWN, [530, 530]),
        ("{Linear: 4, name: m}, " + OTHER + DRAWN, []),
        ("L4, {Tanh: , name: m}, " + OTHER + "Hardtanh, " + DRAWN, []),
        ("L4, ReLU, {Linear: 4, name: m}, " + OTHER + DRAWN, []),
    ],
)
def test_a_code(layers: str, codes: list[int]) -> None:
    assert in_spec(written(BEFORE + layers, "[8]"), only=(530,)) == codes


SIGNED = (
    "{{randn_like: , from: m}}, {{name: r, mul: , from: [randn_like_1, {by}]}}, "
    "{{add: , from: [m, r]}}, L8"
)
MEAN = "{Linear: 4, name: m}, "


@pytest.mark.parametrize(
    ("deviation", "by", "codes"),
    [
        ("{Linear: 4, name: v, from: hidden}", "v", [530]),
        ("{Linear: 4, name: v, from: hidden}, {mul: 0.5, name: w}", "w", [530]),
        ("{Linear: 4, from: hidden}, {Tanh: , name: v}", "v", [530]),
        ("{Linear: 4, from: hidden}, {clamp: {min: -5, max: 5}, name: v}", "v", [530]),
        ("{Linear: 4, from: hidden}, {softplus: , name: v}", "v", []),
        ("{Linear: 4, from: hidden}, {exp: , name: v}", "v", []),
        ("{Linear: 4, from: hidden}, {square: , name: v}", "v", []),
        ("{parameter: {shape: [4]}, name: v}", "v", []),
    ],
)
def test_a_deviation_has_one_sign(deviation: str, by: str, codes: list[int]) -> None:
    layers = BEFORE + MEAN + deviation + ", " + SIGNED.format(by=by)
    if "parameter" in deviation:
        layers = layers.replace(
            "{identity: , from: m}, randn_like", "{randn_like: , from: m}"
        )
    assert in_spec(written(layers, "[8]"), only=(530,)) == codes


@pytest.mark.parametrize("scale", ["{mul: 0.1}", "{softplus: }"])
def test_noise_on_features_is_no_code(scale: str) -> None:
    layers = (
        f"L8, {{ReLU: , name: h}}, randn_like, {scale}, {{add: , from: [h, s]}}, L3"
    )
    layers = layers.replace("randn_like, {", "randn_like, {name: s, ", 1)
    assert in_spec(written(layers, "[8]"), only=(530,)) == []


def test_mean_and_logarithm_of_one_layer() -> None:
    layers = (
        "L16, ReLU, {Linear: 8}, {chunk: {chunks: 2, dim: 1}, name: c}, "
        "{randn_like: , from: c.first}, {mul: , from: [randn_like_1, c.second]}, "
        "{add: , from: [c.first, mul_1]}, L8"
    )
    assert in_spec(written(layers, "[8]"), only=(530,)) == [530]
