"""Functions in a `Sequential`: layers of torch.nn, or classes that call them."""

from __future__ import annotations

import re

import pytest
import torch

from mlpgen import SpecError, api

from .networks import model, network_of
from .spec_cases import Case

CASES = {
    "a decoder": Case(
        """\
name: Net
input: [8]
layers:
  - Sequential:
      - Linear: 64
      - reshape: [4, 4, 4]
      - ConvTranspose2d: {out_channels: 1, kernel_size: 3}
      - slice: {dim: 2, end: 5}
      - slice: {dim: 3, end: 5}
      - Sigmoid
    name: decoder
""",
        613,
        (1, 5, 5),
    ),
    "parameters, local values and names": Case(
        """\
name: Net
parameters: {width: 8, scale: 0.5, squared: true}
values: {some: "${width // 2}", twice: "${2 * scale}"}
input: [3, 8]
layers:
  - Sequential:
      - Linear: "${width}"
      - mul: "${scale}"
      - add: "${twice}"
        name: shifted
      - slice: {dim: -1, end: "${some}"}
      - square:
        name: squares
        when: "${squared}"
      - reshape: ["${some}", 3]
        name: turned
      - Linear: 2
    name: body
  - Flatten
""",
        72 + 8,
        (8,),
        (({"width": 6, "scale": 2.0}, 54 + 8), ({"squared": False}, 72 + 8)),
    ),
    "equal calls in blocks and rounds": Case(
        """\
name: Net
input: [4, 6]
blocks:
  Slice:
    layers:
      - Sequential:
          - slice: {dim: 1, end: "${in_channels // 2}"}
          - mul: 2
          - Sequential:
              - permute: [0, 2, 1]
              - Linear: 4
              - permute: [0, 2, 1]
      - Linear: 6
layers:
  - Slice
  - Sequential:
      - mul: 2
      - Linear: 6
      - add: "${index + 1}"
    repeat: 3
    name: rounds
  - Sequential:
      - mul: 2
      - abs
    when: true
""",
        12 + 42 + 3 * 42,
        (4, 6),
    ),
    "numbers": Case(
        """\
name: Net
numbered: true
input: [4, 6]
layers:
  - Linear: 6
  - abs
  - relu
  - Sequential:
      - mean: {dim: 1, keepdim: true}
      - flatten: 1
      - clamp: {min: 0.0}
        name: positive
      - add: 1
        name: tensor
      - add: 2
        name: _1x
    numbered: true
  - Linear: 2
""",
        42 + 14,
        (2,),
    ),
    "lists, rounds and types": Case(
        """\
name: Net
parameters: {scales: [0.5, 2.0, 3.0], cuts: [6, 4, 3], act: ReLU, deep: true}
input: [8]
layers:
  - Sequential:
      - mul: "${scales[index]}"
      - "${act}"
      - slice: {dim: 1, end: "${cuts[index]}"}
    repeat: 3
    name: stage
  - Sequential:
      - add: "${len(cuts)}"
      - mul: "${scales[1]}"
      - clamp: {min: "${scales[0]}", max: "${2 * scales[2]}"}
    name: rest
  - "${act}"
  - "${act}":
    when: "${deep}"
    else: stage
  - Linear: 2
""",
        8,
        (2,),
        (({"deep": False}, 8), ({"cuts": (5, 2, 2)}, 6)),
    ),
    "what is a layer in a list of layers": Case(
        """\
name: Net
parameters: {p: 0.5, slope: 0.2}
input: [1, 8, 8]
layers:
  - Sequential:
      - max_pool2d: 2
      - leaky_relu: "${slope}"
      - view: [16]
      - dropout: "${p}"
      - unflatten: {dim: 1, sizes: [4, -1]}
      - softmax: 1
      - flatten: 1
  - log_softmax: 1
""",
        0,
        (16,),
    ),
}


def loaded(name: str) -> api.Network:
    return network_of(CASES[name].text)


def classes(name: str, style: str = "explicit") -> list[str]:
    return re.findall(r"^class (\w+)", api.render(loaded(name), style)["net.py"], re.M)


def test_names_of_classes() -> None:
    for style in api.STYLES:
        assert classes("a decoder", style) == ["Slice", "Slice2", "Net"]
        assert classes("numbers", style) == [
            "Abs",
            "Mean",
            "Positive",
            "TensorLayer",
            "Layer",
            "Net",
        ]
        assert classes("what is a layer in a list of layers", style) == ["Net"]
    found = classes("parameters, local values and names")
    assert found == ["Mul", "Shifted", "Slice", "Squares", "Turned", "Net"]
    found = classes("lists, rounds and types")
    assert found == ["Mul", "Slice", "Add", "Clamp", "Net"]
    found = classes("equal calls in blocks and rounds")
    assert found == ["Slice2", "Mul", "Permute", "Add", "Abs", "Slice", "Net"]


def test_what_a_function_returns_is_captured() -> None:
    x = torch.rand(2, 8)
    for style in api.STYLES:
        made = model(loaded("a decoder"), style, capture=("decoder.slice_1",)).eval()
        result, inner = made(x)
        assert inner.shape == (2, 1, 5, 6)
        assert torch.equal(result, torch.sigmoid(inner[..., :5]))


def test_a_size_that_a_class_is_made_for_is_not_free() -> None:
    text = """\
name: Net
sizes: {length: 6}
input: {x: {shape: [length, 8]}}
layers:
  - Sequential:
      - Linear: 8
      - slice: {dim: 1, end: "${length - 1}"}
"""
    with pytest.raises(SpecError) as error:
        network_of(text)
    assert [each.code for each in error.value.diagnostics] == ["MG247"]


def test_a_named_part_is_called_alone() -> None:
    """An autoencoder has `encoder` and `decoder`, and no methods (decision 17)."""
    text = """\
name: Net
input: [8]
layers:
  - Sequential: [{Linear: 4}, relu, {Linear: 2}]
    name: encoder
  - Sequential: [{Linear: 4}, relu, {Linear: 8}, {reshape: [2, 4]}]
    name: decoder
"""
    network = network_of(text)
    x = torch.rand(3, 8)
    for style in api.STYLES:
        made = model(network, style)
        assert torch.equal(made.decoder(made.encoder(x)), made(x))
        assert {key.partition(".")[0] for key in made.state_dict()} == {
            "encoder",
            "decoder",
        }


def test_without_arguments_a_function_flattens_as_its_layer_does() -> None:
    """Torch's own function would take the batch, too."""
    network = network_of("{name: N, input: [2, 4], layers: [flatten, {Linear: 3}]}")
    explicit, sequential = (
        next(iter(api.render(network, style).values()))
        for style in ("explicit", "sequential")
    )
    assert ".flatten(1)" in explicit
    assert "nn.Flatten()" in sequential
    assert network.graph.nodes[0].output == (8,)
