"""`numbered`: the keys of layers are those that torch gives to unnamed modules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from mlpgen import SpecError, api
from mlpgen.graph.training.parameter_names import named_parameters
from mlpgen.pictures import json_data
from mlpgen.pictures.table_rows import rows

from .networks import module, network_of

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = """
name: Net
input: [8]
layers:
  - Sequential:
      - Linear: 4
      - ReLU
      - Linear: 2
    name: head
    numbered: true
"""
MODEL = """
name: Net
parameters: {depth: 2, wide: true}
input: [8]
numbered: true
blocks:
  Unit:
    parameters: {features: 8, norm: true}
    numbered: true
    layers:
      - LayerNorm:
        when: "${norm}"
      - Linear: "${features}"
      - ReLU
layers:
  - Dropout: 0.5
  - Unit:
    repeat: "${depth}"
    name: units
  - Linear: 8
    when: "${wide}"
  - Sequential:
      - Unit: {norm: false}
      - Linear: 6
        repeat: 2
    numbered: true
    name: stage
  - Linear: 3
    name: logits
    init: {bias: ones_}
  - Softmax: {dim: 1}
    name: probas
outputs: [logits, probas]
""".replace("- LayerNorm\n", "- LayerNorm:\n")


def unit(*, norm: bool = True) -> nn.Sequential:
    return nn.Sequential(*[nn.LayerNorm(8)] * norm, nn.Linear(8, 8), nn.ReLU())


def by_hand(*, depth: int = 2, wide: bool = True) -> nn.Sequential:
    return nn.Sequential(
        nn.Dropout(),
        *(unit() for _ in range(depth)),
        *[nn.Linear(8, 8)] * wide,
        nn.Sequential(unit(norm=False), nn.Linear(8, 6), nn.Linear(6, 6)),
        nn.Linear(6, 3),
        nn.Softmax(dim=1),
    )


def loaded(text: str) -> api.Network:
    network = network_of(text)
    assert not network.warnings
    return network


def made(text: str, style: str) -> Callable[..., nn.Module]:
    network = loaded(text)
    found: Callable[..., nn.Module] = module(api.render(network, style)["net.py"]).Net
    return found


@pytest.mark.parametrize("style", api.STYLES)
def test_a_numbered_sequential_has_the_keys_of_torch(style: str) -> None:
    wanted = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))
    found: Any = made(HEAD, style)()
    found.head.load_state_dict(wanted.state_dict(), strict=True)
    assert [*found.state_dict()] == [f"head.{key}" for key in wanted.state_dict()]
    x = torch.randn(3, 8)
    assert torch.equal(found(x), wanted(x))
    assert type(found.head[1]) is nn.ReLU


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize(
    "arguments", [{}, {"depth": 0}, {"depth": 3, "wide": False}], ids=str
)
def test_a_numbered_model_is_an_nn_sequential(
    style: str, arguments: dict[str, Any]
) -> None:
    wanted = by_hand(**arguments).eval()
    found = made(MODEL, style)(**arguments).eval()
    assert isinstance(found, nn.Sequential)
    assert torch.equal(found.state_dict()[f"{len(wanted) - 2}.bias"], torch.ones(3))
    found.load_state_dict(wanted.state_dict(), strict=True)
    assert [*found.state_dict()] == [*wanted.state_dict()]
    x = torch.randn(3, 8)
    logits, probas = found(x)
    assert torch.equal(logits, wanted[:-1](x))
    assert torch.equal(probas, wanted(x))


NAMES = """
name: Net
parameters: {depth: 3}
input: [4, 8]
blocks:
  Attend:
    input: [query, memory]
    layers:
      - MultiheadAttention: 2
        from: [query, memory]
        name: attention
layers:
  - Sequential:
      - Linear: 8
      - ReLU
    repeat: "${depth}"
    names: "block${index + 1}"
    name: stage
  - Linear: "${8 - 4 * index}"
    repeat: 2
    names: "down-${index}"
    name: narrow
  - Linear: 8
    name: memory
  - Attend:
    from: [memory, input]
    repeat: 2
    names: "layer_${2 * index}"
    name: layers
"""


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize("depth", [3, 1])
def test_rounds_have_the_names_of_a_pattern(style: str, depth: int) -> None:
    found = made(NAMES, style)(depth=depth)
    names = {key.rsplit(".", 1)[0] for key in found.state_dict()}
    wanted = {f"stage.block{i + 1}.linear_1" for i in range(depth)}
    wanted |= {"narrow.down-0", "narrow.down-1", "memory"}
    for index in (0, 2):
        inside = f"layers.layer_{index}.attention"
        wanted |= {inside, f"{inside}.out_proj"}
    assert names == wanted
    assert found(torch.randn(2, 4, 8)).shape == (2, 4, 8)


@pytest.mark.parametrize("style", api.STYLES)
def test_the_network_of_the_lecture(style: str) -> None:
    """Its layers have the indices 0 to 4, and a hook sees what one of them returns."""
    spec = Path(__file__).parent.parent / "specs" / "lecture_mlp.yaml"
    made: Any = module(api.render(spec, style)["lecture_mlp.py"]).LectureMLP()
    wanted = nn.Sequential(
        nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)
    )
    made.my_network.load_state_dict(wanted.state_dict(), strict=True)
    seen: list[torch.Tensor] = []
    made.my_network[2].register_forward_hook(lambda *call: seen.append(call[2]))
    x = torch.randn(2, 1, 28, 28)
    logits, probas = made(x)
    assert torch.equal(logits, wanted(x.flatten(1)))
    assert torch.equal(probas, logits.softmax(dim=1))
    assert torch.equal(seen[0], wanted[:3](x.flatten(1)))


def test_captures_have_names_or_numbers() -> None:
    network = loaded(MODEL)
    x = torch.randn(3, 8)
    for names, end in ((["stage", "logits"], 5), (["dropout_1"], 1), (["0"], 1)):
        text = api.render(network, "explicit", capture=names)["net.py"]
        made: Any = module(text).Net().eval()
        found = made(x)
        assert torch.equal(found[2], nn.Sequential(*[*made][:end])(x))
        assert torch.equal(found[1], nn.Sequential(*made)(x))


def test_no_hook_has_a_number_that_depends_on_a_parameter() -> None:
    """A model is made with other arguments too, but hooks have fixed names."""
    network = loaded(MODEL)
    for name in ("stage.linear_1", "units.1.relu_1", "units"):
        with pytest.raises(SpecError, match="the number of this layer depends on"):
            api.render(network, "explicit", capture=[name])
    made = module(api.render(network, "explicit", capture=["stage"])["net.py"]).Net
    x = torch.randn(3, 8)
    for depth in (0, 2, 5):
        model = made(depth=depth, wide=False).eval()
        assert torch.equal(model(x)[2], nn.Sequential(*[*model][: depth + 2])(x))


def test_pictures_show_numbers_and_names() -> None:
    network = loaded(MODEL)
    names = [row.name for row in rows(network.graph)]
    wanted = ["input", "0", "1–2 units (2 ×)", "3", "4 stage", "  0", "  1–2 (2 ×)"]
    assert [name.strip() for name in wanted] + ["5 logits", "6 probas"] == names
    layers = json_data.data(network.graph)["layers"]
    assert [each["number"] for each in layers] == [0, 1, 3, 4, 5, 6]
    assert layers[1]["name"] == "units"
    irregular = NAMES.replace("${8 - 4 * index}", "${4}")
    said = [row.name for row in rows(loaded(irregular).graph, 2)]
    assert "down-0" in said


def test_parameters_of_numbered_layers_are_shared_and_found_by_patterns() -> None:
    text = """
name: Net
input: {tokens: {shape: [6], dtype: int64}}
layers:
  - Sequential:
      - Embedding: {num_embeddings: 20, embedding_dim: 8}
        name: words
      - Linear: 8
        repeat: 2
    name: body
    numbered: true
  - Linear: {out_features: 20, bias: false}
    share: body.words
    name: head
"""
    network = loaded(text)
    names = [each.name for each in named_parameters(network.graph.nodes)]
    for style in api.STYLES:
        model: Any = made(text, style)()
        assert model.head.weight is model.body[0].weight
        assert names == [name for name, _ in model.named_parameters()] + ["head.weight"]
