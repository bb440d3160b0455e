"""The predicted state_dict equals torch's: keys, order, shapes, dtypes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen import SpecError, api
from mlpgen.graph.state_dict import state_dict
from mlpgen.proof.checks.errors import FailsError
from mlpgen.proof.checks.state_dicts import equal_states

from .networks import module, network_of, subject_of

if TYPE_CHECKING:
    from mlpgen.api import Network

SPECS = sorted((Path(__file__).parent.parent / "specs").glob("**/*.yaml"))
IN_EVERY_RUN = ("mnist_cnn", "resnet18", "swin_t", "llama", "mobilenet_v2")

TENSORS = """
name: Net
input: [4, 16]
order: [last, scale]
layers:
  - buffer: {shape: [16], persistent: false}
    name: passing
  - buffer: {shape: [4, 1], values: [1, 2, 3, 4]}
    name: numbers
  - buffer: {layers: [{arange: {end: 16}}]}
    name: places
  - parameter: {shape: [16]}
    name: scale
  - mul:
    from: [input, scale]
  - mul:
    from: [mul_1, numbers]
  - add:
    from: [mul_2, places]
  - add:
    from: [add_1, passing]
  - Linear: 16
    name: last
"""
TIED = """
name: Net
input: {tokens: {shape: [5], dtype: int64}}
layers:
  - Embedding: {num_embeddings: 7, embedding_dim: 6}
    name: embedding
  - Linear: 6
    name: twice
  - share: twice
  - Linear: {out_features: 7, bias: false}
    name: head
    share: embedding
"""
PARAMETRIZED = """
name: Net
input: [3, 8, 8]
layers:
  - Conv2d: {out_channels: 4, kernel_size: 3}
    parametrize: weight_norm
  - ConvTranspose2d: {out_channels: 6, kernel_size: 3}
    parametrize: spectral_norm
  - Conv2d: {out_channels: 5, kernel_size: 1, bias: false}
    parametrize: spectral_norm
  - BatchNorm2d: {affine: false}
  - BatchNorm2d: {track_running_stats: false}
  - InstanceNorm2d: {track_running_stats: true}
"""
SEQUENCES = """
name: Net
input: [10, 8]
layers:
  - LSTM: {hidden_size: 3, num_layers: 2, bidirectional: true, proj_size: 2}
  - GRU: {hidden_size: 8, bias: false}
  - MultiheadAttention: {num_heads: 2, add_bias_kv: true}
  - TransformerEncoder: {nhead: 2, num_layers: 2, dim_feedforward: 5, norm: true}
"""
MEMBERS = """
name: Net
input: [8]
blocks:
  Twins:
    layers:
      - Linear: 8
        name: heads.1
      - Linear: 8
        name: tail
      - Linear: 8
        name: heads.0
      - BatchNorm1d:
        name: norms.late
      - BatchNorm1d:
        name: norms.early
layers:
  - Twins:
    repeat: 2
  - Sequential: [Linear: 4, ReLU, Linear: 4]
  - Linear: 4
    when: "${1 == 2}"
  - Linear: 4
    repeat: 2
    names: "fc${index + 1}"
"""


UNUSED = """
name: Net
input: [8]
layers:
  - Sequential: [Linear: 6, BatchNorm1d]
    name: body
  - Linear: 4
    name: fc
  - {share: body, name: trunk, unused: true}
  - {share: fc, name: head, unused: true}
  - BatchNorm1d: {num_features: 3}
    name: spare
    unused: true
"""


def saved(model: torch.nn.Module) -> list[tuple[str, tuple[int, ...], str]]:
    """Return what torch says of a state_dict."""
    return [
        (key, tuple(each.shape), str(each.dtype).removeprefix("torch."))
        for key, each in model.state_dict().items()
    ]


def predicted(loaded: Network) -> list[tuple[str, tuple[int, ...], str]]:
    """Return what mlpgen says of it."""
    return [
        (each.key, each.shape, each.dtype) for each in state_dict(loaded.graph).tensors
    ]


def made(loaded: Network, style: str) -> torch.nn.Module:
    """Make a model without memory for its tensors."""
    text = api.render(loaded, style)[f"{loaded.graph.stem}.py"]
    with torch.device("meta"):
        model: torch.nn.Module = getattr(module(text), loaded.graph.name)()
    return model


@pytest.mark.parametrize("style", api.STYLES)
@pytest.mark.parametrize(
    "text", [TENSORS, TIED, PARAMETRIZED, SEQUENCES, MEMBERS, UNUSED]
)
def test_each_kind_of_tensor(text: str, style: str) -> None:
    loaded = network_of(text)
    assert predicted(loaded) == saved(made(loaded, style))


@pytest.mark.parametrize(
    "path",
    [
        each
        if each.stem in IN_EVERY_RUN
        else pytest.param(each, marks=pytest.mark.exhaustive)
        for each in SPECS
    ],
    ids=lambda path: path.stem,
)
def test_specs_of_the_repository(path: Path) -> None:
    try:
        loaded = api.load(path)
    except SpecError:
        pytest.skip("only blocks")
    assert predicted(loaded) == saved(made(loaded, "explicit"))


def test_a_tied_tensor_knows_the_other() -> None:
    state = state_dict(network_of(TIED).graph)
    assert [(x.key, x.tied) for x in state.tensors if x.tied] == [
        ("head.weight", "embedding.weight")
    ]


def test_a_second_name_of_a_module_is_tied_whole() -> None:
    state = state_dict(network_of(UNUSED).graph)
    tied = {x.key: x.tied for x in state.tensors if x.tied}
    assert tied["trunk.batch_norm1d_1.running_mean"] == (
        "body.batch_norm1d_1.running_mean"
    )
    assert tied["head.bias"] == "fc.bias"
    assert len(tied) == 2 + 5 + 2


def test_learned_tensors_are_told_from_buffers() -> None:
    state = state_dict(network_of(TENSORS).graph)
    found = {each.key: (each.learned, each.layer, each.name) for each in state.tensors}
    assert found == {
        "scale": (True, "scale", ""),
        "numbers": (False, "numbers", ""),
        "places": (False, "places", ""),
        "last.weight": (True, "last", "weight"),
        "last.bias": (True, "last", "bias"),
    }


def test_a_custom_module_is_unknown() -> None:
    text = """
name: Net
input: [8]
layers:
  - custom: {path: mine.py, class: Mine, output: [4]}
    name: mine
  - Linear: 2
"""
    state = state_dict(network_of(text).graph)
    assert state.unknown == ("mine",)
    assert [each.key for each in state.tensors] == ["linear_1.weight", "linear_1.bias"]


@pytest.mark.parametrize(
    ("key", "said", "other"),
    [
        (0, "wrong", "`last.weight`"),
        (1, "int64", "`last.weight`, float32"),
        (2, [1], "[16, 16]"),
    ],
)
def test_prove_names_a_wrong_prediction(key: int, said: Any, other: str) -> None:
    subject = subject_of(network_of(TENSORS))
    state = [[*each] for each in subject.claims["state"]]
    at = next(at for at, each in enumerate(state) if each[0] == "last.weight")
    state[at][key] = said
    subject.claims["state"] = state
    with pytest.raises(FailsError, match="was predicted") as raised:
        equal_states(subject)
    assert other in str(raised.value)
