"""Blocks that take any number of tensors: `forward(self, *xs: Tensor)`."""

from __future__ import annotations

import torch

from mlpgen import api

from .networks import model, network_of
from .spec_cases import Case

CASES = {
    "two and three": Case(
        """\
name: Net
input: [4, 6, 6]
blocks:
  Root:
    layers:
      - cat: {dim: 1}
      - Conv2d: {out_channels: 4, kernel_size: 1}
layers:
  - Conv2d: {out_channels: 4, kernel_size: 1}
    name: a
  - Conv2d: {out_channels: 4, kernel_size: 1}
    name: b
  - Root:
    name: two
    from: [a, b]
  - Root:
    from: [a, b, two]
""",
        128,
        (4, 6, 6),
    ),
    "sizes, parameters and conditions": Case(
        """\
name: Net
parameters: {width: 6, residual: true, wide: 2}
input: {x: [4, 6], y: [4, 6]}
blocks:
  Root:
    parameters: {width: 4, residual: false}
    layers:
      - cat: {dim: 1}
        name: every
      - Conv1d: {out_channels: "${width}", kernel_size: 1, bias: false}
        name: conv
      - BatchNorm1d
      - slice: {dim: 1, end: "${in_channels // 2}"}
        from: every
        name: some
      - Conv1d: {out_channels: "${width}", kernel_size: 1}
      - add:
        from: [batch_norm1d_1, conv1d_1]
        when: "${residual}"
        else: batch_norm1d_1
  Node:
    parameters: {width: 4}
    input: [left, right]
    layers:
      - Root: {width: "${width}", residual: true}
        from: [left, right, left]
      - Tanh
layers:
  - Conv1d: {out_channels: "${2 * wide}", kernel_size: 1}
    from: x
    name: first
  - Root: {width: "${width}", residual: "${residual}"}
    from: [x, first, y]
    name: root
  - Root: {width: "${width}"}
    from: root
    name: alone
    when: "${residual}"
    else: root
  - Node: {width: 3}
    from: [alone, root]
  - Flatten
  - Linear: 2
""",
        20
        + (12 * 6 + 12 + 6 * 6 + 6)
        + (6 * 6 + 12 + 3 * 6 + 6)
        + (18 * 3 + 6 + 9 * 3 + 3)
        + 38,
        (2,),
        (({"residual": False, "width": 4}, 20 + 84 + 63 + 38),),
    ),
    "a stack": Case(
        """\
name: Net
input: {a: [8], b: [8], c: [8]}
blocks:
  Vote:
    layers:
      - stack: {dim: 1}
      - Linear: "${in_features}"
      - mean: {dim: 1}
layers:
  - Vote:
    from: [a, b]
    name: two
  - Vote:
    from: [two, c, a]
    repeat: 2
    name: again
""",
        3 * 72,
        (8,),
    ),
}


def test_what_is_joined_is_captured() -> None:
    network = network_of(CASES["two and three"].text)
    x = torch.rand(2, 4, 6, 6)
    for style in api.STYLES:
        names = ("two.cat_1", "root_1.cat_1", "a")
        made = model(network, style, capture=names).eval()
        _, two, three, a = made(x)
        assert two.shape == (2, 8, 6, 6)
        assert torch.equal(two, three[:, :8])
        assert torch.equal(a, two[:, :4])


def test_the_signature() -> None:
    network = network_of(CASES["two and three"].text)
    for style in api.STYLES:
        text = api.render(network, style)["net.py"]
        assert "def forward(self, *xs: Tensor) -> Tensor:" in text
        assert "torch.cat(xs, dim=1)" in text
        assert "*xs  float32 joined to (N, in_channels, H, W)" in text
