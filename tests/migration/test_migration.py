"""What becomes of each tensor, and what is promised of the outputs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mlpgen import SpecError, api
from mlpgen.migration.plan import migration
from tests.networks import network_of

from .moving import check, outcome

ROOT = Path(__file__).parent.parent.parent
SPECS = sorted((ROOT / "specs").glob("**/*.yaml"))
IMAGES = """
name: Net
input: [3, 8, 8]
layers:
  - Conv2d: {out_channels: 4, kernel_size: 3, padding: 1}
    name: conv
  - BatchNorm2d:
    name: bn
  - ReLU
  - MaxPool2d: 2
  - Flatten
  - Linear: 6
    name: fc
  - PReLU:
    name: slopes
  - Linear: 3
    name: head
"""
RESIDUAL = """
name: Net
input: [3, 8, 8]
parameters: {width: 4, depth: 2}
blocks:
  Block:
    layers:
      - Conv2d: {out_channels: "${in_channels}", kernel_size: 3, padding: 1}
        name: conv
      - BatchNorm2d:
        name: bn
      - add:
        from: [bn, input]
      - ReLU
layers:
  - Conv2d: {out_channels: "${width}", kernel_size: 3}
    name: stem
  - ReLU
  - Block:
    name: stage
    repeat: "${depth}"
  - mean: {dim: [2, 3]}
  - Linear: 3
    name: head
"""
BRANCHES = """
name: Net
input: [4, 6, 6]
layers:
  - Conv2d: {out_channels: 4, kernel_size: 1}
    name: left
  - Conv2d: {out_channels: 2, kernel_size: 1}
    name: right
    from: input
  - cat: {dim: 1}
    from: [left, right]
    name: both
  - Conv2d: {out_channels: 6, kernel_size: 1}
    name: same
  - add:
    from: [same, both]
  - Conv2d: {out_channels: 6, kernel_size: 3, groups: 6}
    name: depthwise
  - ConvTranspose2d: {out_channels: 3, kernel_size: 2}
    name: up
"""
WORDS = """
name: Net
input: {tokens: {shape: [5], dtype: int64}}
layers:
  - Embedding: {num_embeddings: 9, embedding_dim: 4}
    name: table
  - LayerNorm:
    name: norm
  - LSTM: {hidden_size: 4, bidirectional: true, num_layers: 2}
    name: lstm
  - GRU: {hidden_size: 5}
    name: gru
    select: last
  - Linear: 3
    name: head
"""
HEADS = """
name: Net
input: [5, 8]
layers:
  - parameter: {shape: [8]}
    name: place
  - add:
    from: [input, place]
  - TransformerEncoderLayer: {nhead: 2, dim_feedforward: 6}
    name: layer
  - MultiheadAttention: {num_heads: 2}
    name: attention
  - Linear: 4
    name: head
  - Softmax: {dim: -1}
"""

KEPT = {
    "a wider convolution": (IMAGES, "out_channels: 4", "out_channels: 7"),
    "a wider linear layer": (IMAGES, "Linear: 6", "Linear: 11"),
    "more classes": (IMAGES, "Linear: 3", "Linear: 5"),
    "a renamed layer": (IMAGES, "name: fc", "name: classifier"),
    "another dropout": (IMAGES, "  - Flatten", "  - Dropout: 0.5\n  - Flatten"),
    "a bias": (IMAGES, "padding: 1}", "padding: 1, bias: true}"),
    "a larger kernel": (
        IMAGES,
        "kernel_size: 3, padding: 1",
        "kernel_size: 5, padding: 2",
    ),
    "a new linear layer": (
        IMAGES,
        "  - Linear: 3",
        "  - Linear: 6\n    name: more\n  - Linear: 3",
    ),
    "a new convolution and its ReLU": (
        IMAGES,
        "  - MaxPool2d: 2",
        "  - Conv2d: {out_channels: 4, kernel_size: 3, padding: 1}\n  - BatchNorm2d\n"
        "  - ReLU\n  - MaxPool2d: 2",
    ),
    "a wider residual network": (RESIDUAL, "width: 4", "width: 10"),
    "a deeper residual network": (RESIDUAL, "depth: 2", "depth: 4"),
    "twice the units of a normalization": (
        WORDS,
        "embedding_dim: 4",
        "embedding_dim: 8",
    ),
    "more words": (WORDS, "num_embeddings: 9", "num_embeddings: 12"),
    "a wider LSTM": (WORDS, "hidden_size: 4", "hidden_size: 7"),
    "a wider GRU": (WORDS, "hidden_size: 5", "hidden_size: 8"),
    "a wider feed-forward part": (HEADS, "dim_feedforward: 6", "dim_feedforward: 16"),
}
LOST = {
    "another activation": (IMAGES, "PReLU", "Tanh", "`Tanh` is new"),
    "a narrower layer": (IMAGES, "Linear: 6", "Linear: 4", "it is narrower: 4 of 6"),
    "a stride": (
        IMAGES,
        "kernel_size: 3, padding: 1",
        "kernel_size: 3, padding: 1, stride: 2",
        "its `stride` was not given, and is 2",
    ),
    "a normalization of other units": (
        WORDS,
        "embedding_dim: 4",
        "embedding_dim: 6",
        "`LayerNorm` over a size that changes",
    ),
    "more heads": (
        HEADS,
        "num_heads: 2",
        "num_heads: 4",
        "its `num_heads` was 2, and is 4",
    ),
    "a softmax over more": (
        HEADS,
        "Linear: 4",
        "Linear: 5",
        "a softmax over a size that changes",
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_the_outputs_are_kept(name: str, tmp_path: Path) -> None:
    text, before, after = KEPT[name]
    changed = text.replace(before, after, 1)
    found = outcome(network_of(text), network_of(changed), tmp_path)
    assert found.plan.exact, found.plan.reasons
    check(found)
    assert "dropped" not in found.plan.counts


@pytest.mark.parametrize("name", LOST)
def test_what_cannot_be_kept_is_named(name: str, tmp_path: Path) -> None:
    text, before, after, why = LOST[name]
    changed = text.replace(before, after, 1)
    found = outcome(network_of(text), network_of(changed), tmp_path)
    assert not found.plan.exact
    assert any(why in reason for _, reason in found.plan.reasons), found.plan.reasons
    check(found)
    assert not found.answer["close"]


def test_branches_of_a_sum_widen_alike(tmp_path: Path) -> None:
    """The one with a free choice takes the units of the other, which is joined."""
    wider = BRANCHES.replace("channels: 4", "channels: 7", 1)
    for layer in ("same", "depthwise"):
        before = f"out_channels: 6, kernel_size: {1 if layer == 'same' else 3}"
        wider = wider.replace(before, before.replace("6", "9"), 1)
    wider = wider.replace("groups: 6", "groups: 9")
    found = outcome(network_of(BRANCHES), network_of(wider), tmp_path)
    assert found.plan.exact, found.plan.reasons
    check(found)


def test_repeated_units_part_in_training(tmp_path: Path) -> None:
    """Their outgoing weights differ, so their gradients do."""
    found = outcome(
        network_of(IMAGES),
        network_of(IMAGES.replace("Linear: 6", "Linear: 12")),
        tmp_path,
    )
    head = found.new["head.weight"]
    assert torch.equal(found.new["fc.weight"][:6], found.new["fc.weight"][6:])
    assert torch.allclose(head[:, :6] * 2, head[:, 6:])
    assert torch.allclose(head[:, :6] + head[:, 6:], found.old["head.weight"])


def test_new_rounds_begin_with_nothing(tmp_path: Path) -> None:
    deeper = RESIDUAL.replace("depth: 2", "depth: 3")
    found = outcome(network_of(RESIDUAL), network_of(deeper), tmp_path)
    new = [each.key for each in found.plan.moves if each.status == "new"]
    assert new
    assert all(each.startswith("stage.2.") for each in new)
    assert not found.new["stage.2.bn.weight"].any()
    assert found.new["stage.2.conv.weight"].any()


def test_every_status_is_said() -> None:
    changed = IMAGES.replace("name: fc", "name: dense").replace(
        "Linear: 3", "Linear: 2"
    )
    changed = changed.replace("  - BatchNorm2d:\n    name: bn\n", "")
    changed = changed.replace("out_channels: 4", "out_channels: 5")
    plan = migration(network_of(IMAGES).graph, network_of(changed).graph)
    found = {each.key: each.status for each in plan.moves}
    assert found["conv.weight"] == "widened"
    assert found["dense.bias"] == "renamed"
    assert found["slopes.weight"] == "kept"
    assert found["head.weight"] == "narrowed"
    assert found["bn.running_mean"] == "dropped"
    assert "bn" in next(x.why for x in plan.moves if x.key == "bn.weight")


@pytest.mark.parametrize(
    ("size", "why"),
    [
        (6, "from `fc.weight`"),
        (7, "from `fc.weight` [6, 64]: units repeated"),
        (5, "from `fc.weight` [6, 64]: the first stay"),
    ],
)
def test_another_name_is_said_also_with_another_size(size: int, why: str) -> None:
    changed = IMAGES.replace(
        "Linear: 6\n    name: fc", f"Linear: {size}\n    name: dense"
    )
    plan = migration(network_of(IMAGES).graph, network_of(changed).graph)
    assert next(x.why for x in plan.moves if x.key == "dense.weight") == why


@pytest.mark.parametrize(
    "path",
    [
        each
        if each.stem in ("resnet18", "swin_t", "gpt2")
        else pytest.param(each, marks=pytest.mark.exhaustive)
        for each in SPECS
    ],
    ids=lambda path: path.stem,
)
def test_a_spec_is_its_own_successor(path: Path) -> None:
    try:
        graph = api.load(path).graph
    except SpecError:
        pytest.skip("only blocks")
    plan = migration(graph, graph)
    assert plan.exact, plan.reasons
    assert plan.counts.keys() == {"kept"}


@pytest.mark.parametrize(
    ("name", "settings"), [("unet", {"width": 48}), ("densenet121", {"growth": 40})]
)
def test_real_networks_widen(name: str, settings: dict[str, int]) -> None:
    path = ROOT / "specs" / "zoo" / f"{name}.yaml"
    plan = migration(api.load(path).graph, api.load(path, settings).graph)
    assert plan.exact, plan.reasons
    assert plan.counts.keys() == {"kept", "widened"}


BILINEAR = """
name: Net
input: [4]
layers:
  - Linear: 4
    name: side
  - Bilinear: 3
    from: [side, input]
    name: pair
"""


def test_a_layer_of_two_inputs_is_no_sum(tmp_path: Path) -> None:
    renamed = BILINEAR.replace("name: pair", "name: product")
    found = outcome(network_of(BILINEAR), network_of(renamed), tmp_path)
    assert found.plan.counts == {"kept": 2, "renamed": 2}
    check(found)


def test_an_output_more_changes_no_other(tmp_path: Path) -> None:
    more = IMAGES + "  - Linear: 2\n    name: second\n    from: slopes\n"
    found = outcome(
        network_of(IMAGES), network_of(more + "outputs: [head, second]\n"), tmp_path
    )
    assert found.plan.exact, found.plan.reasons
    assert len(found.plan.compared) == 1
    check(found)


def test_a_checkpoint_keeps_the_values_of_its_buffers(tmp_path: Path) -> None:
    text = """
name: Net
input: [4]
layers:
  - buffer: {values: [1, 2, 3, 4]}
    name: numbers
  - mul:
    from: [input, numbers]
"""
    found = outcome(
        network_of(text), network_of(text.replace("[1, 2,", "[5, 6,")), tmp_path
    )
    assert found.plan.exact, found.plan.reasons
    assert found.new["numbers"].tolist() == found.old["numbers"].tolist()
    check(found)


def test_a_tied_tensor_changes_with_the_other(tmp_path: Path) -> None:
    tied = """
name: Net
input: {tokens: {shape: [5], dtype: int64}}
layers:
  - Embedding: {num_embeddings: 7, embedding_dim: 4}
    name: table
  - Linear: {out_features: 7, bias: false}
    name: head
    share: table
"""
    wider = network_of(tied.replace("embedding_dim: 4", "embedding_dim: 6"))
    found = outcome(network_of(tied), wider, tmp_path)
    assert not found.plan.exact
    assert "same tensor as `table.weight`" in str(found.plan.reasons)
    check(found)
    assert torch.equal(found.new["head.weight"], found.new["table.weight"])
