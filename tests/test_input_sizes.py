"""Parameters of blocks with the name of an input size, such as `in_channels`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from mlpgen import SpecError, api

from .networks import module, network_of
from .test_interpreter import evaluated

if TYPE_CHECKING:
    from pathlib import Path

    from mlpgen.diagnostics.diagnostic import Diagnostic

BASIC = """\
name: Net
parameters: {width: 16}
input: [16, 8, 8]
blocks:
  Basic:
    parameters: {in_channels: 64, planes: 64, stride: 1}
    layers:
      - Conv2d:
          out_channels: "${planes}"
          kernel_size: 3
          stride: "${stride}"
          padding: 1
        name: conv
      - Conv2d: {out_channels: "${planes}", kernel_size: 1, stride: "${stride}"}
        name: shortcut
        from: input
        when: "${stride != 1 or in_channels != planes}"
      - cat: {dim: 1}
        from: [conv, shortcut]
layers:
  - Conv2d: {out_channels: "${width}", kernel_size: 1}
  - Basic: {planes: 64}
"""


def mistakes(text: str) -> list[Diagnostic]:
    with pytest.raises(SpecError) as error:
        network_of(text)
    return list(error.value.diagnostics)


def test_the_parameter_is_the_input_size(tmp_path: Path) -> None:
    network = network_of(BASIC)
    assert network.graph.total_parameters == 272 + 10_368
    for style in api.STYLES:
        text = api.render(network, style)["net.py"]
        assert "def __init__(self, in_channels: int, planes: int = 64, " in text
        assert "Basic(width, planes=64)" in text
        for width, shape in ((16, (128, 8, 8)), (64, (128, 8, 8))):
            made = module(text).Net(width=width)
            assert tuple(made(torch.rand(1, 16, 8, 8)).shape[1:]) == shape
        assert not list(module(text).Net(width=64).basic_1.shortcut.children())
    assert "of the spec give the same" in evaluated(BASIC, tmp_path)


def test_its_default_is_not_used() -> None:
    (found,) = network_of(BASIC).warnings
    assert found.code == "MG214"
    assert found.message == "`in_channels` is an input size, and never `64`"
    assert found.place is not None
    assert found.place.span.line == 6
    other = "  - Basic: {planes: 32}\n"
    assert not network_of(
        BASIC.replace("{planes: 64}", "{planes: 32}") + other
    ).warnings


@pytest.mark.parametrize("given", ["16", '"${width}"', '"${4 * 4}"'])
def test_a_use_can_give_the_same_size(given: str) -> None:
    text = BASIC.replace("- Basic: {planes", f"- Basic: {{in_channels: {given}, planes")
    network = network_of(text)
    assert network.graph.total_parameters == 272 + 10_368
    assert "Basic(width, planes=64)" in api.render(network, "explicit")["net.py"]
    bound = [each.message for each in network.warnings if each.code == "MG316"]
    fits = "`basic_1` fits only if `width` is `16`: `16` and `width` must be equal"
    assert bound == ([] if "width" in given else [fits])


def test_a_use_cannot_give_another_size() -> None:
    text = BASIC.replace("- Basic: {planes", "- Basic: {in_channels: 32, planes")
    (found,) = mistakes(text)
    assert found.code == "MG301"
    assert found.message == "`in_channels` is 32, but the input has 16"
    assert found.place is not None
    assert found.place.text[found.place.span.column - 1 :].startswith("32")
    assert found.place.span.line == 22


OTHERS = {
    "in_features of a vector": ("[6]", "in_features", "Linear", 6),
    "in_features that are last": ("[3, 4, 5]", "in_features", "Linear", 5),
    "in_height": ("[3, 4, 5]", "in_height", "Linear", 4),
    "in_width": ("[3, 4, 5]", "in_width", "Linear", 5),
    "in_size_1 of five": ("[3, 4, 5, 2, 2]", "in_size_1", "Linear", 4),
    "of another rank": ("[6]", "in_channels", "Linear", 8),
}


@pytest.mark.parametrize("name", OTHERS)
def test_sizes_of_any_name(name: str, tmp_path: Path) -> None:
    shape, size, layer, value = OTHERS[name]
    text = f"""\
name: Net
input: {shape}
blocks:
  Last:
    parameters: {{{size}: 8}}
    layers:
      - {layer}: "${{{size}}}"
layers:
  - Last
"""
    assert network_of(text).graph.nodes[-1].output[-1] == value
    assert "of the spec give the same" in evaluated(text, tmp_path)


def test_sizes_of_the_second_input(tmp_path: Path) -> None:
    text = """\
name: Net
input: {query: [5, 8], memory: [6, 4]}
blocks:
  Read:
    input: [query, memory]
    parameters: {memory_features: 4, heads: 1}
    layers:
      - Linear: "${memory_features}"
        from: query
      - MultiheadAttention: "${heads}"
        from: [linear_1, memory, memory]
layers:
  - Read: {heads: 2}
    from: [query, memory]
"""
    network = network_of(text)
    assert not network.warnings
    assert network.graph.total_parameters == 36 + 60 + 20
    rendered = api.render(network, "explicit")["net.py"]
    assert "memory_features: int, heads: int = 1) -> None:" in rendered
    assert "of the spec give the same" in evaluated(text, tmp_path)


def test_a_size_in_one_use_and_a_parameter_in_another() -> None:
    text = """\
name: Net
input: [5, 8]
blocks:
  Last:
    parameters: {in_channels: 5}
    layers:
      - Linear: "${in_channels}"
layers:
  - Last
  - Flatten
  - Last
"""
    (found,) = mistakes(text)
    assert found.code == "MG224"
    assert found.message == (
        "`in_channels` is an input size in one use of `Last`, and a parameter "
        "in another"
    )
    assert [(each.place.span.line, each.message) for each in found.labels] == [
        (9, "it is an input size for this use, which gets (N, 5, 8)"),
        (11, "it is none for this use, which gets (N, 25)"),
    ]


def test_parameters_of_the_model_are_independent(tmp_path: Path) -> None:
    text = """\
name: Net
parameters: {in_channels: 5, in_features: 7}
input: [16, 8, 8]
layers:
  - Conv2d: {out_channels: "${in_channels}", kernel_size: 1}
  - Linear: "${in_features}"
"""
    network = network_of(text)
    assert network.graph.total_parameters == 85 + 63
    assert "in_channels: int = 5" in api.render(network, "explicit")["net.py"]
    assert "of the spec give the same" in evaluated(text, tmp_path)
