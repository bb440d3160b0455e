"""`order`: a class makes its layers in another order than they run."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor, nn

from mlpgen import api
from mlpgen.pictures import json_data
from mlpgen.proof.checks import spec_comparison
from mlpgen.proof.checks.errors import FailsError
from mlpgen.scripts.spec_data import network as data_of

from .handwritten import assert_as_written
from .networks import check_proved, model, module, network_of, subject_of

if TYPE_CHECKING:
    from pathlib import Path

    from .linters import Gathered

DECODER = """
name: Decoder
input: [6, 16]
blocks:
  Layer:
    order: [self_attn, mlp, scale]
    layers:
      - LayerNorm:
        name: input_layernorm
      - MultiheadAttention: {num_heads: 2}
        name: self_attn
        from: [input_layernorm, input_layernorm, input_layernorm]
      - parameter: {shape: [16], init: ones_}
        name: shift
      - add:
        from: [self_attn, shift]
      - add:
        from: [add_1, input]
        name: attended
      - LayerNorm:
        name: post_attention_layernorm
      - Sequential:
          - Linear: 32
            name: up_proj
          - SiLU
          - Linear: 16
            name: down_proj
        name: mlp
      - parameter: {shape: [16], init: ones_}
        name: scale
      - mul:
        from: [mlp, scale]
      - add:
        from: [mul_1, attended]
order: [layers, norm]
layers:
  - Linear: 16
    name: embed
  - Layer:
    repeat: 2
    name: layers
  - LayerNorm:
    name: norm
  - Linear: 16
    name: lm_head
"""


class Layer(nn.Module):
    """What an author writes: the norms come last, as in many published networks."""

    def __init__(self) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(16, 2, batch_first=True)
        self.mlp = nn.Sequential()
        self.mlp.add_module("up_proj", nn.Linear(16, 32))
        self.mlp.add_module("act", nn.SiLU())
        self.mlp.add_module("down_proj", nn.Linear(32, 16))
        self.scale = nn.Parameter(torch.ones(16))
        self.shift = nn.Parameter(torch.ones(16))
        self.input_layernorm = nn.LayerNorm(16)
        self.post_attention_layernorm = nn.LayerNorm(16)

    def forward(self, x: Tensor) -> Tensor:
        y = self.input_layernorm(x)
        x = x + self.self_attn(y, y, y)[0] + self.shift
        z: Tensor = self.mlp(self.post_attention_layernorm(x)) * self.scale
        return x + z


class Decoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(Layer(), Layer())
        self.norm = nn.LayerNorm(16)
        self.embed = nn.Linear(16, 16)
        self.lm_head = nn.Linear(16, 16)

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.lm_head(self.norm(self.layers(self.embed(x))))
        return output


def test_keys_are_in_the_order_of_a_class_that_is_written_by_hand() -> None:
    assert_as_written(DECODER, Decoder, [torch.randn(2, 6, 16)])


def test_so_are_the_parameters_that_an_optimizer_gets() -> None:
    right = [name for name, _ in Decoder().named_parameters()]
    for style in api.STYLES:
        made = model(network_of(DECODER), style)
        assert [name for name, _ in made.named_parameters()] == right


CHAIN = (
    "name: Net\ninput: [8]\nlayers:\n  - Linear: 8\n    name: up\n"
    "  - ReLU\n  - Linear: 8\n    name: down\n"
)


@pytest.mark.parametrize(
    ("order", "base"),
    [
        ("[down]", "Module"),
        ("[down, up]", "Module"),
        ("[up, down]", "Sequential"),
        ("[up]", "Sequential"),
        ("[relu_1]", "Sequential"),  # nothing has its keys
    ],
)
def test_a_chain_that_is_made_as_it_runs_is_a_sequential(order: str, base: str) -> None:
    loaded = network_of(f"{CHAIN}order: {order}\n")
    code = api.render(loaded, "sequential")["net.py"]
    assert f"class Net(nn.{base}):" in code
    why = loaded.unchained
    assert (why is None) == (base == "Sequential")
    if why is not None:
        assert "`order` makes its layers in another order than they run" in why.message
        assert why.place is not None
        assert why.place.text == f"order: {order}"


TIED = """
name: Net
input: [8]
layers:
  - Linear: 8
    name: first
    init: {weight: ones_}
  - Linear: 8
    name: second
    share: first
  - Linear: 8
    name: third
    share: second
"""


@pytest.mark.parametrize("order", [*permutations(["first", "second", "third"])])
def test_ties_wait_for_both_layers(order: tuple[str, ...]) -> None:
    loaded = network_of(f"{TIED}order: [{', '.join(order)}]\n")
    check_proved(loaded)
    made = model(loaded, "explicit")
    assert [name for name, _ in made.named_children()] == [*order]
    assert len([*made.parameters()]) == 2


EVERYTHING = """
name: Everything
parameters: {width: 8, growth: [2, 4], wide: true, norm: BatchNorm2d}
values: {hidden: "${2 * width + 1 if wide else width}"}
input: [3, 8, 8]
blocks:
  Grown:
    parameters: {growth: 4}
    order: [mask, table, last]
    layers:
      - parameter: {shape: [1, 1, 1], init: ones_}
        name: scale
      - buffer: {values: [2.0]}
        name: factor
      - buffer: {layers: [{ones: [8, 8]}, {triu: 1}]}
        name: mask
      - parameter: {shape: [8, 8], init: zeros_}
        name: table
      - Conv2d: {out_channels: "${growth}", kernel_size: 1}
        name: conv
        from: input
      - mul:
        from: [conv, scale]
      - mul:
        from: [mul_1, factor]
      - mul:
        from: [mul_2, mask]
      - add:
        from: [mul_3, table]
      - cat: {dim: 1}
        from: [input, add_1]
      - Conv2d: {out_channels: "${(in_channels + growth) // 2}", kernel_size: 1}
        name: last
layers:
  - Conv2d: {out_channels: "${hidden}", kernel_size: 3, padding: 1}
    name: stem
    init: {weight: kaiming_normal_}
  - "${norm}":
    name: norms.0
  - Conv2d: {out_channels: "${width}", kernel_size: 1}
    when: "${wide}"
    name: narrow
    else: stem
  - Grown: "${growth[index]}"
    repeat: "${len(growth)}"
    name: stages
  - "${norm}":
    name: norms.1
  - Conv2d: {out_channels: 4, kernel_size: 1}
    name: ways.left
  - Conv2d: {out_channels: 4, kernel_size: 1}
    from: norms.1
    name: ways.right
  - add:
    from: [ways.left, ways.right]
  - Conv2d: {out_channels: 4, kernel_size: 1}
    parametrize: weight_norm
    name: head
order: [stages, head, ways, narrow]
"""


def test_every_kind_of_layer_can_be_made_first() -> None:
    """The list waits for the rounds, which change a size of its second member."""
    loaded = network_of(EVERYTHING)
    check_proved(loaded)
    keys = [*model(loaded, "sequential").state_dict()]
    made = [*dict.fromkeys(key.partition(".")[0] for key in keys)]
    assert made == ["stages", "head", "ways", "narrow", "stem", "norms"]
    inner = [each for each in keys if each.startswith("stages.0.")]
    parts = [*dict.fromkeys(each.split(".")[2] for each in inner)]
    assert parts == ["table", "scale", "mask", "factor", "last", "conv"]


def test_its_code_passes_all_tools(gathered: Gathered, tmp_path: Path) -> None:
    for name, text in {"everything": EVERYTHING, "decoder": DECODER}.items():
        for style in api.STYLES:
            code = api.render(network_of(text), style)[f"{name}.py"]
            (tmp_path / f"{name}_{style}.py").write_text(code, encoding="utf-8")
    gathered.take(tmp_path)


def test_another_order_than_that_of_the_spec_is_found() -> None:
    subject = subject_of(network_of(DECODER))
    code = api.render(network_of(DECODER), "explicit")["decoder.py"]
    lines = code.splitlines()
    (at,) = (i for i, line in enumerate(lines) if "self.norm = " in line)
    lines[at - 1 : at + 1] = lines[at], lines[at - 1]
    subject.models["explicit"] = module("\n".join(lines)).Decoder()
    said = "`norm` is made where the spec makes `layers` in explicit"
    with torch.no_grad(), pytest.raises(FailsError, match=said):
        spec_comparison.as_written(subject)


def test_runs_and_programs_know_it() -> None:
    graph = network_of(DECODER).graph
    assert json_data.data(graph)["order"] == ["layers", "norm"]
    said = data_of(graph)
    assert said["order"] == "[layers, norm]"
    assert said["blocks"]["Layer"]["order"] == "[self_attn, mlp, scale]"
