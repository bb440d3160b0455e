"""Kernels larger than what is left, padding that outweighs it, and skipped values."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of
from .finds import finds, in_spec


def rows(table: str) -> list[str]:
    """Return the rows of a table that are no comments."""
    return [row for row in table.splitlines() if row and not row.startswith("#")]


def check(row: str) -> None:
    """Find what a row says: its image, its layer and the codes."""
    image, layer, codes = (each.strip() for each in row.split("|"))
    layer = layer.replace("k:", "kernel_size:")
    if layer.startswith("Conv"):
        layer = layer.replace("{", "{out_channels: 4, ")
    assert finds(layer, image=image, only=(507, 508)) == [*map(int, codes.split())]


LEFT = """
[3, 8, 8] | Conv2d: {k: 3, padding: 1} |
[3, 1, 1] | Conv2d: {k: 3, padding: 1} | 507
[3, 2, 2] | Conv2d: {k: 3, padding: 1} |
[3, 2, 2] | Conv2d: {k: 5, padding: 2} | 507
[3, 1, 1] | Conv2d: {k: 3, padding: same} | 507
[3, 4, 4] | Conv2d: {k: 4} |
[3, 7, 7] | Conv2d: {k: 9, padding: 1} | 507
[3, 16, 1] | Conv2d: {k: [3, 1]} |
[3, 16, 1] | Conv2d: {k: 3, padding: 1} | 507
[3, 14, 14] | Conv2d: {k: 3, padding: 18, dilation: 18} | 507
[3, 33, 33] | Conv2d: {k: 3, padding: 18, dilation: 18} |
# The end of an encoder that halves: from two to one.
[3, 2, 2] | Conv2d: {k: 4, stride: 2, padding: 1} |
[3, 2, 2] | Conv2d: {k: 3, stride: 2, padding: 1} |
[3, 1] | Conv1d: {k: 3, padding: 1} | 507
[3, 20] | Conv1d: {k: 3, padding: 1} |
[3, 1, 8, 8] | Conv3d: {k: 3, padding: 1} | 507
[3, 8, 8, 8] | Conv3d: {k: 3, padding: 1} |
[3, 1, 1] | MaxPool2d: {k: 3, stride: 1, padding: 1} | 507
[3, 7, 7] | MaxPool2d: {k: 3, stride: 1, padding: 1} |
[3, 1, 1] | avg_pool2d: {k: 3, stride: 1, padding: 1} | 507
# Most of it sees padding, wherever it is.
[3, 3, 3] | Conv2d: {k: 5, padding: 2} | 507
[3, 4, 4] | Conv2d: {k: 5, padding: 2} |
[3, 4, 4] | Conv2d: {k: 7, padding: 3} | 507
[3, 7, 7] | Conv2d: {k: 7, padding: 3} |
[3, 3, 3] | Conv2d: {k: 5, padding: 2, stride: 2} |
[3, 3, 3] | MaxPool2d: {k: 5, stride: 1, padding: 2} |
[3, 3] | Conv1d: {k: 5, padding: 2} |
[3, 20] | Conv1d: {k: 25, padding: 12} | 507
[3, 20] | Conv1d: {k: 19, padding: 9} |
[3, 28, 28] | Conv2d: {k: 29, padding: 14} | 507
# Whole windows of zeros.
[3, 8, 8] | Conv2d: {k: 1, padding: 1} | 507
[3, 8, 8] | Conv2d: {k: 3, padding: 3} | 507
[3, 8, 8] | Conv2d: {k: 3, padding: 2} |
[3, 8, 8] | Conv2d: {k: 3, padding: 3, padding_mode: circular} |
# The padding of a causal convolution, which is cut off behind it.
[3, 28] | Conv1d: {k: 2, padding: 8, dilation: 8} |
[3, 6] | Conv1d: {k: 8, padding: 7} | 507
[1, 28, 28] | ZeroPad2d: 2 |
[1, 28, 28] | ZeroPad2d: 14 |
[1, 28, 28] | ZeroPad2d: 20 | 507
[1, 28, 28] | pad: {pad: [20, 20, 20, 20]} | 507
[1, 28, 28] | pad: {pad: [2, 2, 2, 2]} |
# Channels that a shortcut without weights adds.
[4, 8, 8] | pad: {pad: [0, 0, 0, 0, 8, 8]} |
[1, 4, 4] | ZeroPad2d: 4 | 507
[1, 10] | ZeroPad1d: [0, 54] |
[1, 10] | ConstantPad1d: {padding: [10, 10], value: 0.0} | 507
"""


@pytest.mark.parametrize("row", rows(LEFT))
def test_what_is_left(row: str) -> None:
    check(row)


GAPS = """
[3, 28, 28] | Conv2d: {k: 2, stride: 5} | 508
[3, 28, 28] | Conv2d: {k: 5, stride: 5} |
[3, 28, 28] | Conv2d: {k: [1, 3], stride: 2} |
[3, 28, 28] | Conv2d: {k: 3, stride: [2, 4]} | 508
[3, 28, 28] | Conv2d: {k: 2, stride: 4, dilation: 2} | 508
[3, 28, 28] | Conv2d: {k: 3, stride: 2, dilation: 2} | 508
[3, 28, 28] | Conv2d: {k: 3, dilation: 2} |
[3, 28, 28] | Conv2d: {k: 28, stride: 30} |
[3, 28, 28] | Conv2d: {k: 1, stride: 2} | 508
[3, 28] | Conv1d: {k: 2, stride: 3} | 508
[3, 28] | Conv1d: {k: 16, stride: 4} |
[1, 8, 8, 8] | Conv3d: {k: 2, stride: 3} | 508
[3, 28, 28] | MaxPool2d: {k: 2, stride: 3} | 508
# Windows of one value.
[3, 28, 28] | MaxPool2d: 1 | 508
[3, 28] | AvgPool1d: {k: 1} | 508
[3, 28, 28] | MaxPool2d: {k: [1, 2]} |
[3, 28, 28] | MaxPool2d: {k: 2, stride: 1} |
[3, 28, 28] | MaxPool2d: {k: "${1 + 0}"} |
[3, 28, 28] | max_pool2d: {k: 2, stride: 3} | 508
[3, 28, 28] | MaxPool2d: 2 |
[3, 28, 28] | MaxPool2d: {k: 1, stride: 2} |
[3, 28, 28] | AvgPool2d: {k: 3, stride: 2} |
[3, 7, 7] | ConvTranspose2d: {k: 2, stride: 3} | 508
[3, 7, 7] | ConvTranspose2d: {k: 4, stride: 2, padding: 1} |
[3, 7, 7] | ConvTranspose2d: {k: 2, stride: 2} |
"""


@pytest.mark.parametrize("row", rows(GAPS))
def test_gaps(row: str) -> None:
    check(row)


IN_A_BLOCK = """\
name: Net
parameters: {kernel: 2}
input: [1, 28, 28]
blocks:
  Step:
    parameters: {stride: 2}
    layers:
      - Conv2d: {out_channels: 4, kernel_size: 2, stride: "${stride}"}
      - ReLU
layers:
  - Step
  - Step: 3
  - Conv2d: {out_channels: 4, kernel_size: "${kernel}", stride: 2, dilation: 2}
"""


def test_a_block_is_named_at_the_value_that_is_wrong() -> None:
    network = network_of(IN_A_BLOCK)
    block, layer = api.lint(network)
    assert block.place is not None
    assert (block.place.span.line, block.place.span.column) == (8, 59)
    assert block.message.startswith("`step_2.conv2d_1` moves its kernel of 2 by 3: 1 ")
    assert layer.place is not None
    assert (layer.place.span.line, layer.place.span.column) == (13, 78)
    assert [each.code for each in api.lint(network_of(IN_A_BLOCK, kernel=1))] == [
        "MG508"
    ]


def test_sizes_that_are_examples_are_not_judged() -> None:
    text = "name: Net\ninput: [3, height, width]\nsizes: {height: 2, width: 2}\n"
    text += "layers:\n  - Conv2d: {out_channels: 4, kernel_size: 3, padding: 1}\n"
    assert in_spec(text, only=(507,)) == []


@pytest.mark.parametrize(
    "layers",
    [
        [
            "Conv2d: {out_channels: 4, kernel_size: 3}",
            "ReLU",
            "Conv2d: {out_channels: 4, kernel_size: 1, stride: 2}",
        ],
        [
            "Conv2d: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1}",
            "Conv2d: {out_channels: 4, kernel_size: 1, stride: 2}\n    from: input",
            "add:\n    from: [conv2d_1, conv2d_2]",
        ],
    ],
)
def test_a_kernel_of_one_may_skip_what_others_see(layers: list[str]) -> None:
    assert finds(*layers, only=(508,)) == []


@pytest.mark.parametrize(("kernel", "codes"), [(7, []), (11, [507])])
def test_stages_of_convnext_end_with_small_pictures(
    kernel: int, codes: list[int]
) -> None:
    layer = f"Conv2d: {{out_channels: 8, kernel_size: {kernel}, groups: 8, "
    layer += f"padding: {kernel // 2}}}"
    assert finds(layer, image="[8, 4, 4]", only=(507,)) == codes
