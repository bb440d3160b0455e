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


@pytest.mark.parametrize("scale", ["{mul: 0.1}", "{softplus: }"])
def test_noise_on_features_is_no_code(scale: str) -> None:
    layers = (
        f"L8, {{ReLU: , name: h}}, randn_like, {scale}, {{add: , from: [h, s]}}, L3"
    )
    layers = layers.replace("randn_like, {", "randn_like, {name: s, ", 1)
    assert in_spec(written(layers, "[8]"), only=(530,)) == []
