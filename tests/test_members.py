"""`name: convs.0`: a layer is a member of a list or a dictionary of its class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mlpgen import api
from mlpgen.graph.training.parameter_names import named_parameters
from mlpgen.pictures import mermaid
from mlpgen.pictures.diagram import diagram
from mlpgen.pictures.table_rows import rows

from .handwritten import assert_as_written
from .networks import check_proved, model, module, network_of

if TYPE_CHECKING:
    from pathlib import Path

    from .linters import Gathered

PAIRS = """
name: Pairs
input: [3, 8, 8]
layers:
  - Conv2d: {out_channels: 4, kernel_size: 3, padding: 1}
    name: convs.0
  - BatchNorm2d:
    name: norms.0
  - relu:
    name: small
  - Conv2d: {out_channels: 6, kernel_size: 3, padding: 1}
    name: convs.1
  - BatchNorm2d:
    name: norms.1
  - relu:
    name: deep
  - Conv2d: {out_channels: 5, kernel_size: 1}
    name: lateral.1
  - Conv2d: {out_channels: 5, kernel_size: 1}
    name: lateral.0
    from: small
  - add:
    from: [lateral.1, lateral.0]
  - ReLU:
    name: ways.left
  - Conv2d: {out_channels: 5, kernel_size: 1}
    name: ways.right
    from: deep
  - mul:
    from: [ways.left, ways.right]
"""


class Pairs(nn.Module):
    """What an author writes who keeps layers in lists and uses them apart."""

    def __init__(self) -> None:
        super().__init__()
        widths = [(3, 4), (4, 6)]
        self.convs = nn.ModuleList([nn.Conv2d(*w, 3, padding=1) for w in widths])
        self.norms = nn.ModuleList([nn.BatchNorm2d(out) for _, out in widths])
        self.lateral = nn.ModuleList([nn.Conv2d(n, 5, 1) for n in (4, 6)])
        self.ways = nn.ModuleDict({"left": nn.ReLU(), "right": nn.Conv2d(6, 5, 1)})

    def forward(self, x: Tensor) -> Tensor:
        features = []
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = F.relu(norm(conv(x)))
            features.append(x)
        pairs = zip(self.lateral, features, strict=True)
        merged = sum(lateral(each) for lateral, each in pairs)
        product: Tensor = self.ways["left"](merged) * self.ways["right"](x)
        return product


def test_a_network_with_lists_is_as_its_author_writes_it() -> None:
    assert_as_written(PAIRS, Pairs, [torch.randn(2, 3, 8, 8)])


def test_its_checkpoint_is_loaded() -> None:
    theirs, ours = Pairs().eval(), model(network_of(PAIRS), "explicit").eval()
    ours.load_state_dict(theirs.state_dict(), strict=True)
    x = torch.randn(2, 3, 8, 8)
    torch.testing.assert_close(ours(x), theirs(x))


NESTED = """
name: Nested
input: [8]
layers:
  - LayerNorm:
    name: layers.0.0
  - Linear: 8
    name: layers.0.1
  - add:
    name: first
    from: [input, layers.0.1]
  - LayerNorm:
    name: layers.1.0
  - Linear: 8
    name: layers.1.1
  - add:
    from: [first, layers.1.1]
  - Linear: 8
    name: parts.h.1
  - ReLU
  - Linear: 8
    name: parts.h.0
  - Linear: 4
    name: parts.ways.left
"""


class Nested(nn.Module):
    """What an author writes who keeps the parts of each layer in a list."""

    def __init__(self) -> None:
        super().__init__()
        parts = [[nn.LayerNorm(8), nn.Linear(8, 8)] for _ in range(2)]
        self.layers = nn.ModuleList([nn.ModuleList(each) for each in parts])
        h = nn.ModuleList([nn.Linear(8, 8), nn.Linear(8, 8)])
        ways = nn.ModuleDict({"left": nn.Linear(8, 4)})
        self.parts = nn.ModuleDict({"h": h, "ways": ways})

    def forward(self, x: Tensor) -> Tensor:
        for norm, linear in self.layers:  # type: ignore[misc]
            x = x + linear(norm(x))
        down, up = self.parts["h"]  # type: ignore[misc]
        found: Tensor = self.parts["ways"]["left"](down(F.relu(up(x))))  # type: ignore[index]
        return found


def test_a_list_may_hold_lists() -> None:
    assert_as_written(NESTED, Nested, [torch.randn(2, 8)])
    code = api.render(network_of(NESTED), "explicit")["nested.py"]
    assert "nn.ModuleList([nn.LayerNorm(8), nn.Linear(8, 8)]),\n" in code
    assert '"ways": nn.ModuleDict({"left": nn.Linear(8, 4)}),\n' in code


EVERYTHING = """
name: Net
parameters: {wide: true, depth: 2, width: 8, norm: BatchNorm2d}
input: {image: [3, 8, 8], tokens: {shape: [6], dtype: int64}}
blocks:
  Reader:
    outputs: [ends.0, steps.1.hidden]
    layers:
      - Embedding: {num_embeddings: 20, embedding_dim: 8}
        name: tables.words
      - GRU: {hidden_size: 8}
        name: steps.1
      - GRU: {hidden_size: 8}
        name: steps.0
        select: hidden
      - Linear: 4
        name: ends.0
layers:
  - Conv2d: {out_channels: "${width}", kernel_size: 3, padding: 1}
    name: convs.1
    from: image
    init: {weight: kaiming_normal_, bias: zeros_}
  - "${norm}":
    name: norms.0
    init: {weight: ones_}
  - MaxPool2d: 2
    name: pools.0
  - Conv2d: {out_channels: "${width}", kernel_size: 3, padding: 1}
    name: convs.0
    when: "${wide}"
    init: {matrices: {normal_: {std: 0.02}}}
  - GELU:
  - Sequential:
      - Conv2d: {out_channels: "${width}", kernel_size: 1}
        when: "${wide}"
      - ReLU
    name: ways.chain
  - Conv2d: {out_channels: 8, kernel_size: 1}
    parametrize: weight_norm
    name: ways.normed
  - Tanh:
  - Conv2d: {out_channels: 8, kernel_size: 1}
    repeat: "${depth}"
    name: ways.rounds
  - Flatten
  - Linear: 8
    name: heads.image
  - Reader:
    name: readers.0
    from: tokens
  - Reader:
    name: readers.1
    from: tokens
  - share: readers.1
    from: tokens
    name: again
  - Linear: 8
    name: heads.text
    from: readers.0.steps.1.hidden
  - Linear: 8
    share: heads.text
    name: heads.more
    from: readers.1.steps.1.hidden
  - Linear: 4
    share: readers.0.ends.0
    name: tied
    from: heads.text
  - share: pools.0
    from: norms.0
    name: pooled
  - add:
    from: [heads.image, heads.text, heads.more, again.steps.1.hidden]
    name: total
outputs: [total, tied, readers.0, convs.1, readers.1.steps.1.hidden, pooled]
"""


def test_members_have_all_keys_of_other_layers() -> None:
    check_proved(network_of(EVERYTHING))


def test_their_code_passes_all_tools(gathered: Gathered, tmp_path: Path) -> None:
    for name, text in {"net": EVERYTHING, "pairs": PAIRS, "nested": NESTED}.items():
        for style in api.STYLES:
            code = api.render(network_of(text), style)[f"{name}.py"]
            (tmp_path / f"{name}_{style}.py").write_text(code, encoding="utf-8")
    gathered.take(tmp_path)


def test_a_list_is_made_at_its_first_member_and_equal_layers_in_a_loop() -> None:
    layers = "".join(
        f"  - Linear: 8\n    name: steps.{number}\n  - add: 1\n" for number in (1, 2, 0)
    )
    end = "  - Linear: 2\n    name: ways.out\n"
    text = f"name: Net\ninput: [8]\nlayers:\n{layers}{end}"
    code = api.render(network_of(text), "sequential")["net.py"]
    assert "self.steps = nn.ModuleList(nn.Linear(8, 8) for _ in range(3))\n" in code
    assert 'self.ways = nn.ModuleDict({"out": nn.Linear(8, 2)})\n' in code
    assert "x = self.steps[0](x) + 1\n" in code
    assert [*module(code).Net().state_dict()][:2] == ["steps.0.weight", "steps.0.bias"]


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ("name: steps.0, when: '${wide}'", "steps.0"),
        ("name: ways.left, repeat: '${2 if wide else 1}'", "ways.left"),
    ],
)
def test_parameters_of_a_class_reach_its_members(options: str, wanted: str) -> None:
    text = (
        "name: Net\nparameters: {wide: true}\ninput: [4]\n"
        f"layers:\n  - {{Linear: 4, {options}}}\n  - Linear: 4\n"
    )
    made = module(api.render(network_of(text), "explicit")["net.py"]).Net
    for wide in (True, False):
        keys = [*made(wide=wide).state_dict()]
        assert made(wide=wide)(torch.randn(2, 4)).shape == (2, 4)
        assert any(key.startswith(wanted) for key in keys) == (wide or "way" in wanted)


def test_groups_and_pictures_know_members_by_their_names() -> None:
    network = network_of(PAIRS)
    names = [each.name for each in named_parameters(network.graph.nodes) if each.known]
    assert {*names} == {name for name, _ in Pairs().named_parameters()}
    drawn = mermaid.text(diagram(network.graph))
    assert "lateral.0" in drawn
    assert [row.name for row in rows(network.graph)][1:3] == ["convs.0", "norms.0"]
