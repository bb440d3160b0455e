"""Networks that combine features compute the same as modules written by hand."""

from __future__ import annotations

import pytest
import torch
import yaml
from torch import Tensor, nn
from torch.nn import functional as F

from mlpgen import api

from .networks import model, network

SEQUENCES = """
name: Translator
parameters: {vocabulary: 20, width: 6, hidden: 8, depth: 2}
input: {source: {shape: [9], dtype: int64}, target: {shape: [5], dtype: int64}}
layers:
  - Embedding: {num_embeddings: "${vocabulary}", embedding_dim: "${width}"}
    from: source
    name: embedding
  - share: embedding
    from: target
    name: shifted
  - LSTM: "${hidden}"
    from: embedding
    name: encoder
  - LSTM: "${hidden}"
    from: [shifted, encoder.hidden, encoder.cell]
    name: decoder
  - Linear: "${hidden}"
    name: first
  - Linear: {out_features: "${hidden}", bias: false}
    share: first
    repeat: "${depth}"
    name: layers
  - Linear: "${width}"
    name: W_out
  - Linear: {out_features: "${vocabulary}", bias: false}
    share: embedding
    name: logits
outputs: [logits, decoder.cell, encoder.last]
"""


class Translator(nn.Module):
    """One embedding of two lengths and of the logits, rounds with one weight."""

    def __init__(
        self, vocabulary: int = 20, width: int = 6, hidden: int = 8, depth: int = 2
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.encoder = nn.LSTM(width, hidden, batch_first=True)
        self.decoder = nn.LSTM(width, hidden, batch_first=True)
        self.first = nn.Linear(hidden, hidden)
        self.layers = nn.ModuleList(
            nn.Linear(hidden, hidden, bias=False) for _ in range(depth)
        )
        for layer in self.layers:
            layer.weight = self.first.weight
        self.W_out = nn.Linear(hidden, width)
        self.logits = nn.Linear(width, vocabulary, bias=False)
        self.logits.weight = self.embedding.weight

    def forward(self, source: Tensor, target: Tensor) -> tuple[Tensor, ...]:
        read, states = self.encoder(self.embedding(source))
        x, (_, cell) = self.decoder(self.embedding(target), states)
        x = self.first(x)
        for layer in self.layers:
            x = layer(x)
        return self.logits(self.W_out(x)), cell[0], read[:, -1]


IMAGES = """
name: Mobile
parameters: {se: 4, depth: 1, growth_rate: 3}
input: [8, 6, 6]
blocks:
  Squeeze:
    parameters: {reduced: 2}
    layers:
      - mean: {dim: [2, 3], keepdim: true}
      - Conv2d: {out_channels: "${reduced}", kernel_size: 1}
        name: fc1
      - SiLU
      - Conv2d: {out_channels: "${in_channels}", kernel_size: 1}
        name: _fc
      - sigmoid
      - mul:
        from: [sigmoid_1, input]
  Dense:
    parameters: {growth_rate: 3}
    layers:
      - Conv2d: {out_channels: "${growth_rate}", kernel_size: 3, padding: 1}
        name: conv
      - cat: {dim: 1}
        from: [input, conv]
  Unit:
    layers:
      - chunk: {chunks: 2, dim: 1, names: [kept, changed]}
        name: halves
      - Conv2d: {out_channels: "${in_channels // 2}", kernel_size: 1}
        name: Conv2d_1a_1x1
        from: halves.changed
      - cat: {dim: 1}
        from: [halves.kept, Conv2d_1a_1x1]
      - ChannelShuffle: 2
layers:
  - Unit:
    name: units
    repeat: 2
  - Squeeze: "${8 // se}"
    name: squeeze
    when: "${se > 0}"
  - Dense: "${growth_rate}"
    name: first
  - Dense: "${growth_rate}"
    name: rest
    repeat: "${depth - 1}"
  - div: "${growth_rate // 2 + depth}"
  - sub: "${depth - growth_rate}"
  - mean: [2, 3]
  - Linear: "${2 * growth_rate}"
    name: head
"""


class Mobile(nn.Module):
    """Halves that are shuffled, a guarded squeeze, and a stage of one layer."""

    def __init__(self, se: int = 4, depth: int = 1, growth_rate: int = 3) -> None:
        super().__init__()
        self.halved = growth_rate // 2 + depth
        self.taken = depth - growth_rate
        self.units = nn.ModuleList(
            nn.ModuleDict({"Conv2d_1a_1x1": nn.Conv2d(4, 4, 1)}) for _ in range(2)
        )
        self.squeeze = nn.ModuleDict()
        if se:
            self.squeeze["fc1"] = nn.Conv2d(8, 8 // se, 1)
            self.squeeze["_fc"] = nn.Conv2d(8 // se, 8, 1)
        growing = [
            nn.ModuleDict(
                {"conv": nn.Conv2d(8 + n * growth_rate, growth_rate, 3, 1, 1)}
            )
            for n in range(depth)
        ]
        self.first = growing[0]
        self.rest = nn.ModuleList(growing[1:])
        self.head = nn.Linear(8 + depth * growth_rate, 2 * growth_rate)

    def forward(self, x: Tensor) -> Tensor:
        for unit in self.units:
            y = unit["Conv2d_1a_1x1"](x[:, 4:])
            x = torch.stack([x[:, :4], y], dim=2).flatten(1, 2)
        if len(self.squeeze):
            y = F.silu(self.squeeze["fc1"](x.mean((2, 3), keepdim=True)))
            x = torch.sigmoid(self.squeeze["_fc"](y)) * x
        for layer in (self.first, *self.rest):
            x = torch.cat([x, layer["conv"](x)], dim=1)
        return self.head((x / self.halved - self.taken).mean((2, 3)))


CASES: list[tuple[str, type[nn.Module], dict[str, int]]] = [
    (SEQUENCES, Translator, {}),
    (SEQUENCES, Translator, {"width": 5, "hidden": 7, "depth": 3}),
    (IMAGES, Mobile, {}),
    (IMAGES, Mobile, {"se": 0, "depth": 3, "growth_rate": 5}),
]


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize(("text", "written", "arguments"), CASES)
def test_networks_equal_handwritten_modules(
    text: str, written: type[nn.Module], arguments: dict[str, int], style: str
) -> None:
    ours = type(model(network(yaml.safe_load(text)), style))(**arguments)
    theirs = written(**arguments)
    theirs.load_state_dict(ours.state_dict())
    inputs = (
        (torch.randn(3, 8, 6, 6),)
        if written is Mobile
        else (torch.randint(20, (3, 9)), torch.randint(20, (3, 5)))
    )
    outputs, right = results(ours, inputs), results(theirs, inputs)
    torch.testing.assert_close(outputs, right)
    tensors, needed = dict(ours.named_parameters()), dict(theirs.named_parameters())
    assert {*tensors} == {*needed}  # tied tensors count once
    for name, parameter in tensors.items():
        torch.testing.assert_close(parameter.grad, needed[name].grad)


def results(module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return the outputs, after a backward pass from all of them."""
    found = module(*inputs)
    found = found if isinstance(found, tuple) else (found,)
    torch.stack(
        [(n + 1) * each.sin().sum() for n, each in enumerate(found)]
    ).sum().backward()
    return found
