"""MG575: codes that are drawn, of which no loss knows how."""

from __future__ import annotations

import pytest

from .finds import in_spec
from .trained import text_of

DRAWN = (
    "[Flatten, {Linear: 64}, {ReLU: , name: h}, {Linear: 8, name: m}, "
    "{Linear: 8, from: h, name: v}, %s, randn_like, "
    "{mul: , from: [randn_like_1, s], name: n}, {add: , from: [m, n], name: z}, "
    "{Linear: 784}, Sigmoid, {reshape: [1, 28, 28], name: image}]"
)
USUAL = DRAWN % "{mul: 0.5}, {exp: , name: s}"
GIVEN = USUAL.replace("{mul: , from: [randn_like_1, s]", "{mul: 0.1")
CUSTOM = "{custom: {path: own.py, function: elbo, targets: input}, 'on': %s}"


@pytest.mark.parametrize(
    ("layers", "loss", "codes"),
    [
        (USUAL, "MSELoss", [575]),
        (USUAL, "BCELoss", [575]),
        (DRAWN % "{softplus: , name: s}", "MSELoss", [575]),
        (USUAL, CUSTOM % "[image]", [575]),
        (USUAL, CUSTOM % "[image, m, v]", []),
        (USUAL, f"[MSELoss, {CUSTOM % '[m, v]'}]", []),
        (USUAL, f"[MSELoss, {CUSTOM % '[z]'}]", []),
        # Noise of a size that is given only makes an autoencoder robust.
        (GIVEN, "MSELoss", []),
    ],
)
def test_losses(layers: str, loss: str, codes: list[int]) -> None:
    layers = layers.replace(
        "{mul: , from: randn_like_1", "{mul: 0.1, from: randn_like_1"
    )
    text = text_of(f"loss: {loss}\noptimizer: Adam", layers)
    text += "outputs: [image, m, v, z]\n"
    assert in_spec(text, only=(575,)) == codes


def test_noise_of_gates_is_no_code() -> None:
    layers = USUAL.replace(
        "{Linear: 784}, Sigmoid, {reshape: [1, 28, 28], ", "{Linear: 10, "
    )
    assert in_spec(text_of("", layers), only=(575,)) == []


def test_mean_and_variance_of_one_layer() -> None:
    apart = "{Linear: 8, name: m}, {Linear: 8, from: h, name: v}, "
    one = "{Linear: 16, name: both}, {chunk: {chunks: 2, dim: 1}, name: c}, "
    layers = USUAL.replace(apart, one).replace(
        "{mul: 0.5}", "{mul: 0.5, from: c.second}"
    )
    layers = layers.replace("[m, n]", "[c.first, n]")
    text = text_of("loss: MSELoss", layers)
    assert in_spec(text + "outputs: [image, c.first, c.second]\n", only=(575,)) == [575]
    text = text_of(f"loss: {CUSTOM % '[image, both]'}", layers)
    assert in_spec(text + "outputs: [image, both]\n", only=(575,)) == []


def test_it_is_a_hint_if_only_the_picture_is_returned() -> None:
    text = text_of("loss: MSELoss", USUAL) + "outputs: [image]\n"
    assert in_spec(text, only=(575,)) == []
    assert in_spec(text, only=(575,), hints=True) == [575]
