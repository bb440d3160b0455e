"""Dropouts and biases before a normalization."""

from __future__ import annotations

import pytest

from mlpgen import api
from mlpgen.diagnostics.explanations.explanation import spec
from mlpgen.source.edited import edited

from ..networks import network_of
from .finds import finds, in_spec

FLAT = "Linear: {out_features: 8, bias: false}"
SIZE = "out_features: 8"
ADDED = "add:\n    from: [%s]"
UNTRACKED = "{track_running_stats: false}"
IMAGE = "Conv2d: {out_channels: 8, kernel_size: 3, bias: false}"


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        (["Flatten", FLAT, "Dropout: 0.9", "BatchNorm1d"], [517]),
        (["Flatten", FLAT, "dropout: 0.9", "BatchNorm1d"], [517]),
        (["Flatten", FLAT, "Dropout: 0.6", "BatchNorm1d"], [517]),
        (["Flatten", FLAT, "Dropout: 0.5", "BatchNorm1d"], [582]),
        (["Flatten", FLAT, "Dropout", "BatchNorm1d"], [582]),
        (["Flatten", FLAT, "Dropout: 0.0", "BatchNorm1d"], []),
        (["Flatten", FLAT, "Dropout: 1.0", "BatchNorm1d"], []),
        (["Flatten", FLAT, "Dropout: 0.9", "ReLU", "BatchNorm1d"], [517]),
        ([IMAGE, "Dropout: 0.9", "Flatten", "BatchNorm1d"], [517]),
        ([IMAGE, "Dropout2d: 0.9", "BatchNorm2d"], [517]),
        # A layer with weights passes the shift on, a second one is too far.
        (["Flatten", "Dropout: 0.9", FLAT, "BatchNorm1d"], [517]),
        (["Dropout2d: 0.9", IMAGE, "ReLU", "BatchNorm2d"], [517]),
        (["Flatten", "Dropout: 0.9", FLAT, "ReLU", FLAT, "BatchNorm1d"], []),
        (["Flatten", FLAT, "Dropout: 0.9", "LayerNorm"], []),
        (["Flatten", FLAT, "AlphaDropout: 0.9", "BatchNorm1d"], []),
        (["Flatten", FLAT, "BatchNorm1d", "ReLU", "Dropout: 0.9"], []),
        (["Flatten", "Dropout: 0.9", f"BatchNorm1d: {UNTRACKED}"], []),
        (["Sequential: [Flatten, Dropout: 0.9]", "BatchNorm1d"], [517]),
    ],
)  # fmt: skip
def test_dropout(layers: list[str], codes: list[int]) -> None:
    found = finds(*layers, hints=True, only=(517, 582))
    assert found == codes


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        (["Conv2d: {out_channels: 8, kernel_size: 3}", "BatchNorm2d"], [581]),
        ([IMAGE, "BatchNorm2d"], []),
        (["Flatten", "Linear: 8", "BatchNorm1d"], [581]),
        (["Flatten", "Linear: 8", "ReLU", "BatchNorm1d"], []),
        (["Flatten", "Linear: 8", "LayerNorm"], []),
        (["Conv2d: {out_channels: 8, kernel_size: 3}", "GroupNorm: 2"], []),
        (["Conv2d: {out_channels: 8, kernel_size: 3}", "InstanceNorm2d"], [581]),
        (["ConvTranspose2d: {out_channels: 8, kernel_size: 3}", "BatchNorm2d"], [581]),
    ],
)
def test_biases(layers: list[str], codes: list[int]) -> None:
    assert finds(*layers, hints=True, only=(581,)) == codes


def test_a_linear_map_of_steps_has_no_bias_per_channel() -> None:
    found = finds("Linear: 8", "BatchNorm1d", image="[12, 4]", hints=True)
    assert 581 not in found
    conv = "Conv1d: {out_channels: 8, kernel_size: 3}"
    assert finds(conv, "BatchNorm1d", image="[12, 4]", hints=True) == [581]


USED_TWICE = """\
name: Net
input: [3, 8, 8]
blocks:
  Step:
    layers:
      - Conv2d: {out_channels: 3, kernel_size: 3, padding: 1}
layers:
  - Step
  - BatchNorm2d
  - Step
  - %s
"""


def test_a_bias_that_another_use_of_its_block_needs() -> None:
    assert in_spec(USED_TWICE % "ReLU", hints=True) == []
    assert in_spec(USED_TWICE % "BatchNorm2d", hints=True) == [581]


def test_a_bias_that_another_layer_sees() -> None:
    conv = "Conv2d: {out_channels: 3, kernel_size: 3, padding: 1}"
    assert finds(conv, "BatchNorm2d", ADDED % "conv2d_1, input", hints=True) == []
    again = "share: conv2d_1"
    both = ADDED % "batch_norm2d_1, share_1"
    assert finds(conv, "BatchNorm2d", again, both, hints=True) == []
    rounds = f"Sequential: [{{{conv}}}, BatchNorm2d, ReLU]\n    repeat: 2"
    assert finds(rounds, hints=True) == [581]


@pytest.mark.parametrize(
    ("layer", "mended"),
    [
        ("Linear: 8", "Linear: {out_features: 8, bias: false}"),
        (f"Linear: {{{SIZE}}}  # wide", f"Linear: {{{SIZE}, bias: false}}  # wide"),
        (f"Linear: {{{SIZE}, bias: true}}", f"Linear: {{{SIZE}, bias: false}}"),
        (f"Linear:\n      {SIZE}", f"Linear:\n      {SIZE}\n      bias: false"),
    ],
)  # fmt: skip
def test_the_fix_keeps_the_layout(layer: str, mended: str) -> None:
    text = spec("Flatten", layer, "BatchNorm1d")
    (found,) = (each for each in api.lint(network_of(text)) if each.code == "MG581")
    assert found.fix is not None
    mended = spec("Flatten", mended, "BatchNorm1d")
    assert edited(text.encode(), found.fix.edits).decode() == mended


def test_no_fix_where_something_names_the_bias() -> None:
    rest = "init: {Linear: {bias: zeros_}}\n"
    text = spec("Flatten", "Linear: 8", "BatchNorm1d", rest=rest)
    (found,) = (each for each in api.lint(network_of(text)) if each.code == "MG581")
    assert found.fix is None
