"""Sums whose sizes differ, by accident or on purpose."""

from __future__ import annotations

import pytest

from .finds import finds, in_spec

WIDE = ["Flatten", "Linear: 64", "ReLU:\n    name: x"]
IMAGE = ["Conv2d: {out_channels: 8, kernel_size: 3, padding: 1}", "ReLU:\n    name: x"]
SAME = "Conv2d: {out_channels: 8, kernel_size: 3, padding: 1}"


def added(body: str, skip: str = "x", function: str = "add") -> str:
    return f"{function}:\n    from: [{skip}, {body}]"


@pytest.mark.parametrize(
    "layers",
    [
        [*WIDE, "Linear: 1", added("linear_2")],
        [*WIDE, "Linear: 1", added("x", skip="linear_2")],
        [*WIDE, "Linear: 1", added("linear_2", function="sub")],
        [*WIDE, "Linear: 1", "Tanh", added("tanh_1")],
        [*WIDE, "Linear: 32", "ReLU", "Linear: 1", added("linear_3")],
        [*IMAGE, "Conv2d: {out_channels: 1, kernel_size: 1}", added("conv2d_2")],
        [*IMAGE, "Conv2d: {out_channels: 8, kernel_size: 32}", added("conv2d_2")],
        [*IMAGE, SAME, "AdaptiveAvgPool2d: 1", added("adaptive_avg_pool2d_1")],
        [*IMAGE, SAME, "mean: {dim: [2, 3], keepdim: true}", added("mean_1")],
        [*IMAGE, "Conv2d: {out_channels: 1, kernel_size: 1}\n    name: x1", "Sigmoid",
         "Conv2d: {out_channels: 8, kernel_size: 1}", added("conv2d_3", skip="x1")],
    ],
)  # fmt: skip
def test_accidents(layers: list[str]) -> None:
    layers = [each.replace("conv2d_3", "conv2d_2") for each in layers]
    assert finds(*layers, only=(516,)) == [516]


@pytest.mark.parametrize(
    "layers",
    [
        [*WIDE, "Linear: 64", added("linear_2")],
        # A gate, or a score for each place.
        [*WIDE, "Linear: 1", "Sigmoid", added("sigmoid_1", function="mul")],
        [*IMAGE, "AdaptiveAvgPool2d: 1", "Conv2d: {out_channels: 8, kernel_size: 1}",
         "Sigmoid", added("sigmoid_1", function="mul")],
        # A context of the whole image for each of its places (Cao et al., 2019).
        [*IMAGE, "AdaptiveAvgPool2d: 1", "Conv2d: {out_channels: 8, kernel_size: 1}",
         added("conv2d_2")],
        # A mean that is subtracted.
        [*WIDE, "mean: {dim: 1, keepdim: true}", added("mean_1", function="sub")],
        [*IMAGE, "mean: {dim: [2, 3], keepdim: true}", added("mean_1", function="sub")],
        # A value for all, and an advantage for each (Wang et al., 2016).
        [*WIDE, "Linear: 1", "Linear: 4\n    from: x", added("linear_2", "linear_3")],
        # A query for all places, and sums of all pairs.
        [*IMAGE, "flatten: 2", "mean: -1", "Linear: 8", "reshape: [8, 1, 1]",
         added("reshape_1")],
        [*WIDE, "Linear: 64", "unsqueeze: 1\n    name: rows",
         "unsqueeze: 2\n    from: linear_2\n    name: columns",
         added("rows", "columns")],
        # Positions for all examples.
        [*WIDE, "parameter: [1]\n    name: own", added("own")],
        [*WIDE, "add: 1.0"],
    ],
)  # fmt: skip
def test_on_purpose(layers: list[str]) -> None:
    assert finds(*layers, only=(516,)) == []


BLOCK = """\
name: Net
input: [1, 28, 28]
blocks:
  Residual:
    parameters: {channels: 8}
    layers:
      - Conv2d: {out_channels: "${channels}", kernel_size: 3, padding: 1}
      - ReLU
      - add:
        from: [relu_1, input]
layers:
  - Conv2d: {out_channels: %s, kernel_size: 1}
  - ReLU
  - Residual
    repeat: 2
"""


def test_a_block_in_rounds() -> None:
    text = BLOCK.replace("- Residual\n    repeat", "- Residual: 8\n    repeat")
    assert in_spec(text % 1, only=(516,)) == [516]
    assert in_spec(text % 8, only=(516,)) == []
