"""MG555, MG583, MG584: weight decay that is too strong, misplaced or missing."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of
from .trained import found, places, text_of

NORMED = "[Flatten, {Linear: 16}, LayerNorm, ReLU, {Linear: 10}]"
FLAT = "[Flatten, {Linear: 10}]"


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("{Adam: {lr: 0.001, weight_decay: 0.5}}", ["0.5"]),
        ("{Adam: {weight_decay: 0.1}}", ["0.1"]),
        ("{RAdam: {weight_decay: 1}}", ["1"]),
        ("{NAdam: {weight_decay: 0.3}}", ["0.3"]),
        ("{Adamax: {weight_decay: 0.3}}", ["0.3"]),
        ("{RMSprop: {weight_decay: 0.3}}", ["0.3"]),
        ("{SGD: {lr: 0.1, weight_decay: 0.1}}", ["0.1"]),
        ("{AdamW: {weight_decay: 10}}", ["10"]),
        ("{Adam: {weight_decay: 20, decoupled_weight_decay: true}}", ["20"]),
        ("{Adam: {}, groups: [{kind: matrices, weight_decay: 0.5}]}", ["0.5"]),
        ("{AdamW: {}, groups: [{kind: matrices, Muon: {weight_decay: 10}}]}", ["10"]),
        ("{Adam: {weight_decay: 1.0e-4}}", []),
        ("{Adam: {weight_decay: 0.01}}", []),
        ("AdamW", []),
        ("{AdamW: {weight_decay: 0.1}}", []),
        ("{AdamW: {weight_decay: 1.0}}", []),
        ("{Adam: {weight_decay: 0.5, decoupled_weight_decay: true}}", []),
        ("{SGD: {lr: 0.1, weight_decay: 5.0e-4}}", []),
        ("{SGD: {lr: 0.1, weight_decay: 0.01}}", []),
        ("{Adam: {}, groups: [{kind: bias, weight_decay: 0.5}]}", []),
    ],
)
def test_a_decay_that_is_too_strong(written: str, marked: list[str]) -> None:
    assert places("MG555", text_of(f"optimizer: {written}")) == marked


def test_a_linear_model_bears_any_decay() -> None:
    text = text_of("optimizer: {SGD: {lr: 0.1, weight_decay: 0.5}}", FLAT)
    assert places("MG555", text) == []


@pytest.mark.parametrize(
    ("written", "layers", "marked"),
    [
        ("{AdamW: {weight_decay: 0.05}}", NORMED, ["0.05"]),
        ("{Adam: {weight_decay: 0.01}}", NORMED, ["0.01"]),
        ("{AdamW: {weight_decay: 0.05}, no_decay: [norm]}", NORMED, []),
        ("{AdamW: {weight_decay: 0.05}, no_decay: [bias, norm]}", NORMED, []),
        ("{AdamW: {weight_decay: 0.05}}", FLAT, []),
        ("AdamW", NORMED, []),
        ("{SGD: {lr: 0.1, weight_decay: 5.0e-4}}", NORMED, []),
    ],
)
def test_decay_of_normalizations(written: str, layers: str, marked: list[str]) -> None:
    assert places("MG583", text_of(f"optimizer: {written}", layers)) == marked


def test_it_is_a_hint() -> None:
    text = text_of("optimizer: {AdamW: {weight_decay: 0.05}}", NORMED)
    message = (
        "weight decay pulls biases and normalizations to 0 too, such as "
        "`layer_norm_1.weight`"
    )
    assert found("MG583", text) == [("hint", message, "0.05")]


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("{SGD: {lr: 0.1}, no_decay: [bias]}", ["no_decay"]),
        ("{SGD: {lr: 0.1, weight_decay: 0.01}, no_decay: [bias]}", []),
        ("{AdamW: , no_decay: [bias]}", []),
        (
            "{SGD: {lr: 0.1}, no_decay: [bias], "
            "groups: [{kind: matrices, weight_decay: 0.01}]}",
            [],
        ),
    ],
)
def test_nothing_is_spared_without_a_decay(written: str, marked: list[str]) -> None:
    assert places("MG584", text_of(f"optimizer: {written}")) == marked


def test_the_mend_of_a_hint_is_an_edit() -> None:
    text = text_of("optimizer: {AdamW: {weight_decay: 0.05}}", NORMED)
    (fix,) = (each.fix for each in api.lint(network_of(text)) if each.code == "MG583")
    assert fix is not None
    assert fix.title == "add `no_decay: [bias, norm]`"
