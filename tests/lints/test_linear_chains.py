"""Layers that are one layer, since nothing between them is nonlinear."""

from __future__ import annotations

import pytest

from mlpgen import api

from ..networks import network_of
from .finds import in_spec
from .short import rows, written

DENSE = """
L9, L9
L9, L4
L9, L9, ReLU, L9
L9, {Dropout: 0.5}, L9
L9, {DropPath: 0.5}, L9
L9, BatchNorm1d, L9
L9, Identity, {mul: 0.5}, {add: 1}, neg, {sub: 2}, {div: 2}, L9
L9, {Sequential: [L9, ReLU]}, L3
{Sequential: [L9]}, {Sequential: [L9]}
{Linear: 8, repeat: 3}
{Linear: 8, repeat: 2}, ReLU, L3
{Linear: {out_features: 8}, repeat: 2, names: "fc${index}"}, ReLU, L3
{Sequential: [L8, ReLU, L8], repeat: 3}
{Linear: 8, name: a}, {parameter: [8], name: b}, {add: , from: [b, a]}, L8
{Linear: 8, name: a}, {parameter: [8], name: b}, {mul: , from: [a, b]}, L8
L9, {Tanh: , when: false}, L9
{Linear: {out_features: 9}, parametrize: weight_norm}, L9
L9, {unsqueeze: 1}, {squeeze: 1}, L9
ReLU, L9, L9, {mul: , from: [linear_2, linear_2]}
# A product with a learned matrix, on either side.
{parameter: [8, 9], name: w}, {matmul: , from: [input, w]}, L4
{Linear: 8, name: a}, {parameter: [8, 9], name: w}, {matmul: , from: [a, w]}
{Linear: 8, name: a}, {parameter: [9, 8], name: w}, {transpose: {dim0: 0, dim1: 1}}, \
{matmul: , from: [a, transpose_1]}, {add: 1}, ReLU
# Residuals around linear layers, one after the other.
ReLU, L8, {add: , from: [linear_1, relu_1]}, L8, {add: , from: [linear_2, add_1]}
ReLU, L8, {add: , from: [relu_1, linear_1]}, {Dropout: 0.1}, L4
# Sums of linear layers, and linear layers side by side, are linear.
A9, B9, {add: , from: [a, b]}, L9
A9, B9, {sub: , from: [b, a]}, {mul: 2}, L9
A9, B9, {cat: {dim: 1}, from: [a, b]}, L9
A9, {Linear: 8, name: b, from: input}, {cat: {dim: -1}, from: [a, b]}, L9, ReLU, L3
# A residual branch without an activation.
{Linear: 8, name: a}, ReLU, L16, L8, {add: , from: [a, linear_2]}
"""
PLAIN = """
L9
L9, ReLU, L9
L9, relu, L9
L3, {softmax: 1}, L9
L9, LayerNorm, L9
L9, {normalize: 1}, L9
L9, square, L9
L9, {div: {input: 1}}, L9
L9, {pow: 2}, L9
L9, detach, L9
L10, {GLU: {dim: 1}}, L9
# The layer of a gated linear unit is a part of it.
L9, {Dropout: 0.1}, L10, {GLU: {dim: 1}}, L9
L9, {LeakyReLU: 0.5}, L9
# Residuals with something nonlinear, or narrow as in LoRA.
ReLU, L8, {add: , from: [linear_1, relu_1]}, ReLU, L4
ReLU, L2, L8, {add: , from: [linear_2, relu_1]}, L4
# What no example has made.
{parameter: [8, 4], name: w}, {transpose: {dim0: 0, dim1: 1}}, {Linear: 8, name: a}, \
{mean: 0}, {add: , from: [input, mean_1]}
{parameter: [8], name: w}, neg, {add: , from: [w, neg_1]}, {add: , from: [input, add_1]}
# What makes scores of attention, tables of numbers, a matrix that is not learned.
{Linear: 8, name: a}, {parameter: [8, 4], name: w}, {matmul: , from: [a, w]}, \
{softmax: 1}
{Linear: 8, name: a}, {buffer: {shape: [8, 4], init: normal_}, name: w}, \
{matmul: , from: [a, w]}
L9, {RReLU: {lower: 0.5, upper: 1}}, L9
# Joined with what is not linear, or by a product.
A9, B9, {ReLU: , name: c}, {add: , from: [a, c]}, L9
A9, B9, {mul: , from: [a, b]}, L9
A9, B9, {add: , from: [a, b]}, ReLU, L9
A9, {Linear: 2, name: b, from: input}, {cat: {dim: 1}, from: [a, b]}, L9
A9, B9, {add: , from: [a, b]}, L9, {add: , from: [linear_1, b]}
# The middle is narrower than both sides.
L4, L8
L16, ReLU, L4, L16
L16, ReLU, {Linear: 4, name: down}, {mul: 2}, L16
# Another layer takes it too.
{Linear: 9, name: a}, L9, {Linear: 9, from: a}, {add: , from: [linear_1, linear_2]}
{Linear: 8, name: a}, L8, {add: , from: [a, linear_1]}
# The result is wanted as it is.
{Linear: 16, name: embedding}, L3
L8, {Linear: {out_features: 8}, share: linear_1}
"""
IMAGES = """
[8, 12, 12] | C8, C8 | 501
[3, 12, 12] | C8 k1, C8 |
[8, 12, 12] | C8 k1, C8 | 501
[8, 12, 12] | C8, C8 k1 | 501
[8, 12, 12] | C8, BatchNorm2d, C8 | 501
[8, 12, 12] | C8, BatchNorm2d, {Dropout2d: 0.1}, {AvgPool2d: 2}, C8 | 501
[8, 12, 12] | C8, {pad: [1, 1]}, {ZeroPad2d: 1}, C8 | 501
[8, 12, 12] | C8, {SyncBatchNorm: }, C8 | 501
[8, 12, 12] | C8, {MaxPool2d: 2}, C8 |
[8, 12, 12] | C8, {max_pool2d: 2}, C8 |
[8, 12, 12] | C8, {LPPool2d: {norm_type: 2, kernel_size: 2}}, C8 |
[8, 12, 12] | C8, InstanceNorm2d, C8 |
[8, 12, 12] | C8, {GroupNorm: 2}, C8 |
[8, 12, 12] | C8, {LocalResponseNorm: 2}, C8 |
[8, 12, 12] | C8, relu, C8 |
[8, 12, 12] | C8, ReLU, C8, ReLU, C8 |
[8, 12, 12] | C8, ReLU, C4 k1, C8 |
# Depthwise and pointwise, and groups.
[8, 12, 12] | D8, C16 k1, ReLU, C8 |
[8, 12, 12] | D8, C16 k1, D16, C16 k1 | 501
[8, 12, 12] | C16 k1, BatchNorm2d, D16, BatchNorm2d, C8 k1 | 501
[8, 12, 12] | C16 k1, ReLU, D16, BatchNorm2d, C8 k1 |
[8, 12, 12] | C8, ReLU, D8, C4 k1, D4, C8 k1 |
[8, 12, 12] | ReLU, D8, D8, C8 k1 |
[8, 12, 12] | ReLU, C8 k1, D8 |
[8, 12, 12] | D8, BatchNorm2d, C8 k1, BatchNorm2d, {AvgPool2d: 2}, Flatten, L3 |
# Into a classifier.
[8, 12, 12] | C8, Flatten, L3 | 501
[8, 12, 12] | C8, {AdaptiveAvgPool2d: 1}, Flatten, L3 | 501
[8, 12, 12] | C8, BatchNorm2d, {mean: [2, 3]}, L3 | 501
[8, 12, 12] | C8, {flatten: 2}, {transpose: {dim0: 1, dim1: 2}}, L3 | 501
[8, 12, 12] | C8, {AdaptiveMaxPool2d: 1}, Flatten, L3 |
[8, 12, 12] | C8, {amax: [2, 3]}, L3 |
[8, 12, 12] | C8, ReLU, {AdaptiveAvgPool2d: 1}, Flatten, L3 |
[8, 12, 12] | C16, ReLU, C2 k1, {AdaptiveAvgPool2d: 1}, Flatten, L3 |
# Sizes that grow again.
[8, 12, 12] | T8, T8 | 501
[8, 12, 12] | T8, C8 | 501
[8, 12, 12] | T8, ReLU, T8 |
[8, 12, 12] | U8, C8 |
[8, 12, 12] | ReLU, {Conv2d: {out_channels: 8, kernel_size: 2, stride: 2}}, U8 |
[8, 12, 12] | C32, {PixelShuffle: 2}, C8 |
[8, 12, 12] | C8, {Upsample: {scale_factor: 2}}, C8 |
[8] | L64, {unflatten: {dim: 1, sizes: [4, 4, 4]}}, T8 |
# A projection that fuses what was joined.
[8, 12, 12] | {ReLU: , name: a}, {cat: {dim: 1}, from: [a, input]}, C8 k1, C8 |
# Signals and volumes.
[8, 12] | S8, S8 | 501
[8, 12] | S8, {slice: {dim: 2, end: 5}}, S8 | 501
[8, 5, 5, 5] | V8, V8 | 501
# A row and a column.
[8, 9, 9] | C8 k[1, 3], C8 k[3, 1] |
[8, 9, 9] | C8 k[1, 3], C8 | 501
# Sequences: features stay features, or something else is mixed.
[6, 8] | L8, L8 | 501
[6, 8] | L8, {mean: 1}, L8 |
[6, 8] | L8, {sum: 1}, L8 |
[6, 8] | L8, {transpose: {dim0: 1, dim1: 2}}, L8 |
[6, 8] | L8, Flatten, L8 | 501
[6, 8] | L4, Flatten, L8 |
[6, 8] | L8, {select: {dim: 1, index: 0}}, L8 | 501
[6, 8] | L8, {TransformerEncoderLayer: {nhead: 2}}, L8 |
[6, 8] | L8, {LSTM: 8}, L8 |
[6, 6] | {matmul: , from: [input, input]}, L8, L8 |
"""


@pytest.mark.parametrize("layers", rows(DENSE))
def test_linear_layers_are_one(layers: str) -> None:
    assert in_spec(written(layers, "[8]")) == [501]


def test_an_activation_that_only_the_first_round_lacks() -> None:
    stage = (
        '{{Sequential: [L8, {{ReLU: , when: "${{index {}}}"}}, L8, ReLU], repeat: 3}}'
    )
    assert in_spec(written(f"{stage.format('> 0')}, L3", "[8]")) == [501]
    assert in_spec(written(f"{stage.format('>= 0')}, L3", "[8]")) == []
    last = '{Sequential: [L8, {ReLU: , when: "${index < 2}"}], repeat: 3}'
    assert in_spec(written(f"{last}, L3", "[8]")) == [501]
    assert in_spec(written(f"{last}, ReLU, L3", "[8]")) == []


@pytest.mark.parametrize("layers", rows(PLAIN))
def test_linear_layers_are_two(layers: str) -> None:
    assert in_spec(written(layers, "[8]")) == []


@pytest.mark.parametrize("row", rows(IMAGES))
def test_convolutions(row: str) -> None:
    image, layers, codes = (each.strip() for each in row.split("|"))
    assert in_spec(written(layers, image)) == [*map(int, codes.split())]


def messages(text: str) -> list[tuple[int, str]]:
    """Return the lines and messages."""
    found = [each for each in api.lint(network_of(text)) if not each.hint]
    short = [each.message.replace("them is nonlinear", "…") for each in found]
    lines = [each.place.span.line for each in found if each.place]
    return [*zip(lines, short, strict=True)]


BLOCKS = """
name: Net
input: [8]
layers:
{layers}
blocks:
  Ends:
    layers:
      - ReLU
      - Linear: 8
  Begins:
    layers:
      - Linear: 8
      - ReLU
  Both:
    layers:
      - Linear: 8
      - ReLU
      - Linear: 8
"""


@pytest.mark.parametrize(
    ("layers", "line"),
    [
        (["Linear: 8", "Begins"], 13),  # every use of the block
        (["Linear: 8", "Begins", "Begins", "Begins"], 4),  # only the first use
        (["Ends", "Linear: 8"], 5),
        (["Ends", "Begins"], 13),
        (["Both", "Both", "Both"], 18),  # most uses
    ],
)
def test_the_place_in_blocks(layers: list[str], line: int) -> None:
    listed = "\n".join(f"  - {each}" for each in layers)
    text = BLOCKS.format(layers=listed).strip()
    assert [at for at, _ in messages(text)] == [line]


def test_messages() -> None:
    text = """name: Net
input: [8]
layers:
  - Linear: 8
  - Linear: 8
    name: middle
  - BatchNorm1d
  - Linear: 8
  - Linear: 8
"""
    (found,) = (each for each in api.lint(network_of(text)) if not each.hint)
    assert found.place is not None and found.place.span.line == 5
    assert found.message == (
        "`linear_1`, `middle` and 2 more are one linear layer: nothing between them is "
        "nonlinear"
    )
    assert found.help == "put an activation such as `ReLU` before `middle`"
    assert [each.place.span.line for each in found.labels] == [4, 8, 9]
    text = text.replace("middle\n", "embedding\n")
    assert messages(text) == [
        (5, "`linear_1` and `embedding` are one linear layer: nothing between …"),
        (9, "`linear_2` and `linear_3` are one linear layer: nothing between …"),
    ]


def test_a_shared_encoder_whose_other_result_is_used_as_it_is() -> None:
    layers = """\
  - Sequential: [{Linear: 16}, ReLU, {Linear: 8}]
    name: encoder
  - Linear: 8
    name: predictor
  - share: encoder
    from: right
    name: target
  - cosine_similarity: {dim: 1}
    from: [predictor, target]
"""
    text = f"name: Net\ninput: {{left: [8], right: [8]}}\nlayers:\n{layers}"
    alone = text.replace("share: encoder", "Linear: 8")
    assert in_spec(text, only=(501,)) == []
    assert in_spec(alone, only=(501,)) == [501]
