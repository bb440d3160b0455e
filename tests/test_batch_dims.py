"""`batch_dims`: a layer sees its input as more examples than the network has."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from mlpgen import api
from mlpgen.pictures import json_data
from mlpgen.pictures.table_rows import rows

from .lints.finds import finds
from .networks import check_proved, model, network_of

CLIP = """
name: Net
input: [8, 3, 16, 16]
layers:
  - Sequential:
      - Conv2d: {out_channels: 4, kernel_size: 3}
      - BatchNorm2d
      - AdaptiveAvgPool2d: 1
      - Flatten
    batch_dims: 2
    name: frame
  - LSTM: 6
    select: hidden
"""
NETWORKS = {
    "rounds of a block": """
name: Net
input: [4, 3, 16, 16]
blocks:
  Frame:
    parameters: {channels: 8}
    layers:
      - Conv2d: {out_channels: "${channels}", kernel_size: 3}
        name: conv
      - ReLU
      - Conv2d: {out_channels: "${channels}", kernel_size: 3, padding: 1}
        name: back
      - add:
        from: [back, relu_1]
layers:
  - Frame: 8
    batch_dims: 2
    repeat: 2
    name: frames
  - mean: [3, 4]
  - Linear: {out_features: 4}
""",
    "sizes of parameters": """
name: Net
parameters: {clips: 4, wide: true, depth: 2}
input: [6, 3, 8, 8]
blocks:
  Frame:
    layers:
      - BatchNorm2d:
        batch_dims: 2
        name: norm
      - Conv3d: {out_channels: 6, kernel_size: 1}
        name: mix
      - Conv2d: {out_channels: 2, kernel_size: 3}
        name: each
        batch_dims: 2
layers:
  - Conv3d: {out_channels: "${clips}", kernel_size: [3, 1, 1], padding: [1, 0, 0]}
  - Frame
  - Conv2d: {out_channels: "${2 * clips}", kernel_size: 1}
    when: "${wide}"
    else: frame_1
    batch_dims: 2
    name: opt
  - Conv2d: {out_channels: 3, kernel_size: 3, padding: 1}
    name: deep
    repeat: "${depth}"
    batch_dims: 2
  - Flatten
  - Linear: 3
""",
    "parts of recurrent layers": """
name: Net
parameters: {hidden: 8}
input: [3, 7, 5]
layers:
  - LSTM: {hidden_size: "${hidden}", num_layers: 2}
    batch_dims: 2
    name: reader
  - Linear: 4
    from: reader.last
    name: a
  - Linear: 4
    from: reader.hidden
    name: b
  - GRU: 8
    from: [input, reader.hidden]
    batch_dims: 2
    select: hidden
    name: again
  - Linear: 4
    name: c
  - mean: 2
    from: reader
    name: d
outputs: [a, b, c, d, reader.cell]
""",
    "packed sequences": """
name: Net
input:
  words: {shape: [3, 7], dtype: int64}
  lengths: {shape: [3], dtype: int64}
layers:
  - Embedding: {num_embeddings: 11, embedding_dim: 6}
    from: words
  - clamp: {min: 1, max: 7}
    from: lengths
    name: real
  - LSTM: {hidden_size: 8, lengths: true}
    from: [embedding_1, real]
    batch_dims: 2
    name: reader
  - GRU: 8
    from: reader.last
    select: hidden
outputs: [gru_1, reader.hidden, reader]
""",
    "several inputs and results": """
name: Net
input: {a: [4, 6, 8], b: [4, 5, 8]}
blocks:
  Two:
    input: [left, right]
    layers:
      - MultiheadAttention: {num_heads: 2}
        from: [left, right, right]
        name: att
      - Linear: 8
        name: lin
      - add:
        from: [lin, left]
        name: one
      - mean: 1
        name: two
    outputs: [one, two]
layers:
  - Two:
    from: [a, b]
    batch_dims: 2
    name: mixed
  - Linear: 3
    from: mixed.two
    name: small
  - MultiheadAttention: {num_heads: 2}
    from: [a, b, b]
    batch_dims: 2
    name: cross
  - TransformerDecoderLayer: {nhead: 2, dim_feedforward: 8}
    from: [cross, b]
    batch_dims: 2
    repeat: 3
    name: deco
outputs: [small, deco]
""",
    "functions": """
name: Net
input: [2, 3, 4, 8]
parameters: {cut: 2}
layers:
  - Conv2d: {out_channels: 5, kernel_size: 1}
    batch_dims: 2
  - max_pool2d: 2
    batch_dims: 2
  - interpolate: {size: [4, 4]}
    batch_dims: 2
    name: up
  - reshape: [5, -1]
    batch_dims: 2
  - chunk: {chunks: 2, dim: -1}
    batch_dims: 2
    name: halves
  - mul:
    from: [halves.first, halves.second]
    batch_dims: 2
  - slice: {dim: 2, end: "${cut}"}
    batch_dims: 2
  - topk: {k: 2, dim: -1}
    name: best
    batch_dims: 2
  - Tanh
""",
    "a chain": """
name: Net
input: [2, 3, 4, 8]
parameters: {width: 6}
layers:
  - Conv2d: {out_channels: 5, kernel_size: 1}
    batch_dims: 2
    name: conv
  - relu
  - Sequential:
      - BatchNorm2d:
        batch_dims: 2
      - ReLU
      - Conv2d: {out_channels: "${width}", kernel_size: 1}
        batch_dims: 2
        name: inner
      - slice: {dim: 1, end: 3}
        batch_dims: 2
      - reshape: [-1]
        batch_dims: 2
    name: seq
  - Linear: 5
  - Dropout: 0.5
  - Flatten: {start_dim: 1}
    batch_dims: 2
""",
    "a chain of several outputs": """
name: Net
input: [2, 3, 4, 8]
parameters: {width: 6}
layers:
  - Conv2d: {out_channels: 5, kernel_size: 1}
    batch_dims: 2
    name: conv
  - relu
  - Sequential:
      - BatchNorm2d:
        batch_dims: 2
      - ReLU
      - Conv2d: {out_channels: "${width}", kernel_size: 1}
        batch_dims: 2
        name: inner
      - slice: {dim: 1, end: 3}
        batch_dims: 2
      - reshape: [-1]
        batch_dims: 2
    name: seq
  - Linear: 5
  - Dropout: 0.5
  - Flatten: {start_dim: 1}
    batch_dims: 2
outputs: [linear_1, dropout_1]
""",
    "a free size": """
name: Net
input: [frames, 3, height, width]
sizes: {frames: 5, height: 12, width: 10}
blocks:
  Enc:
    layers:
      - Conv2d: {out_channels: 4, kernel_size: 3}
        batch_dims: 2
      - BatchNorm2d:
        batch_dims: 2
layers:
  - Enc
  - Sequential:
      - Conv2d: {out_channels: 4, kernel_size: 3, stride: 2}
      - ReLU
    batch_dims: 2
    name: second
  - mean: [3, 4]
  - GRU: 8
    select: hidden
  - Linear: 2
""",
    "three and four dimensions": """
name: Net
input: [2, 3, 4, 6]
parameters: {act: GELU}
layers:
  - Linear: 4
    batch_dims: 4
  - BatchNorm1d:
    batch_dims: 4
  - LayerNorm:
    batch_dims: 3
  - Conv1d: {out_channels: 4, kernel_size: 3}
    name: conv
    batch_dims: 3
  - share: conv
    batch_dims: 3
    from: layer_norm_1
    name: more
  - add:
    from: [conv, more]
  - "${act}"
""",
    "a shared module": """
name: Net
input: {clip: [4, 3, 8, 8], image: [3, 8, 8]}
layers:
  - Sequential:
      - Conv2d: {out_channels: 4, kernel_size: 3}
      - AdaptiveAvgPool2d: 1
      - Flatten
    from: image
    name: encoder
  - share: encoder
    from: clip
    batch_dims: 2
    name: frames
  - mean: 1
  - add:
    from: [encoder, mean_1]
  - Linear: 3
""",
    "a tensor without a batch": """
name: Net
input: [4, 8]
parameters: {gate: true}
layers:
  - parameter: [1, 8]
    name: token
  - unsqueeze: 2
    from: input
  - cat: {dim: 1}
    from: [token, unsqueeze_1]
    batch_dims: 2
    name: joined
  - softmax: -1
    when: "${gate}"
    batch_dims: 2
""",
}


class Written(nn.Module):
    """The network of clips as a person writes it."""

    def __init__(self) -> None:
        super().__init__()
        layers = [nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1)]
        self.frame = nn.Sequential(*layers, nn.Flatten())
        self.lstm = nn.LSTM(4, 6, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        frames = self.frame(x.reshape(-1, 3, 16, 16)).reshape(len(x), 8, 4)
        hidden: torch.Tensor = self.lstm(frames)[1][0][-1]
        return hidden


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("training", [True, False])
def test_it_is_what_a_person_writes(style: str, *, training: bool) -> None:
    made, written = model(network_of(CLIP), style), Written()
    pairs = zip(written.state_dict(), made.state_dict().values(), strict=True)
    written.load_state_dict(dict(pairs))
    x = torch.randn(3, 8, 3, 16, 16)
    given, wanted = (each.train(training)(x) for each in (made, written))
    assert torch.equal(given, wanted)


def test_its_code_is_what_a_person_writes() -> None:
    text = api.render(network_of(CLIP), "explicit")["net.py"]
    line = "x = self.frame(x.flatten(0, 1)).unflatten(0, (-1, 8))  # (N, 8, 4)"
    assert line in text


def test_in_a_chain_modules_are_around_it() -> None:
    loaded = network_of(NETWORKS["a chain"])
    text = api.render(loaded, "sequential")["net.py"]
    assert "conv_flatten=nn.Flatten(0, 1)" in text
    assert "conv_unflatten=nn.Unflatten(0, (-1, 2))" in text
    assert "def forward" not in text[text.index("class Net") :]
    keys = [[*model(loaded, each).state_dict()] for each in api.STYLES]
    assert keys[0] == keys[1]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.thinned(4)
def test_both_styles_are_proved(name: str) -> None:
    check_proved(network_of(NETWORKS[name]))


def test_names_of_neighbours_are_free() -> None:
    text = NETWORKS["a chain"].replace("name: seq", "name: conv_flatten")
    check_proved(network_of(text))


@pytest.mark.parametrize("style", api.STYLES)
def test_values_inside_have_more_examples(style: str) -> None:
    loaded = network_of(NETWORKS["a chain"])
    names = ["conv", "seq.inner", "seq.relu_1"]
    made = model(loaded, style, capture=names)
    _, conv, inner, relu = made(torch.randn(5, 2, 3, 4, 8))
    assert conv.shape == (5, 2, 5, 4, 8)
    assert inner.shape == (5, 2, 6, 4, 8)
    assert relu.shape == (5, 2, 5, 4, 8)
    clip = model(network_of(CLIP), style, capture=["frame.flatten_1", "frame"])
    _, flat, frame = clip(torch.randn(5, 8, 3, 16, 16))
    assert flat.shape == (40, 4)
    assert torch.equal(frame.flatten(0, 1), flat)
    text = api.render(network_of(CLIP), style, capture=["frame.flatten_1"])["net.py"]
    assert "frame.flatten_1  float32 (8N, 4)" in text


def test_pictures_count_all_examples() -> None:
    graph = network_of(CLIP).graph
    frame = json_data.data(graph)["layers"][0]
    each = sum(layer["multiply_adds"] for layer in frame["layers"])
    assert frame["batch_dims"] == 2
    assert frame["multiply_adds"] == 8 * each
    row = rows(graph)[1]
    assert (row.note, row.output) == ("batch_dims: 2", ("(N, 8, 4)",))
    assert row.multiply_adds == f"8 × {each:,}"


def test_rules_see_through_it() -> None:
    layers = [f"Linear: {size}\n    batch_dims: 2" for size in (8, 4)]
    assert finds(*layers, image="[5, 3]") == [501]


def test_a_shared_module_sees_what_its_own_entry_says() -> None:
    made: Any = model(network_of(NETWORKS["a shared module"]), "explicit").eval()
    image, clip = torch.randn(2, 3, 8, 8), torch.randn(2, 4, 3, 8, 8)
    frames = torch.stack([made.encoder(each) for each in clip])
    wanted = made.linear_1(made.encoder(image) + frames.mean(1))
    assert torch.allclose(made(clip, image), wanted, atol=1e-6)
