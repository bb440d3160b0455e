"""Outputs of each layer by hooks (`--layers`): the same in both styles."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from .networks import model, network
from .shared_modules import SHARED, imported_from

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

STYLES = ("explicit", "sequential")


@pytest.fixture(scope="module")
def hooks() -> Iterator[ModuleType]:
    """Import the shared module as scripts do."""
    with imported_from(SHARED):
        yield importlib.import_module("hooks")


IMAGE = [1, 8, 8]
NETWORKS: dict[str, dict[str, Any]] = {
    "chain": {
        "input": IMAGE,
        "layers": [
            {"Conv2d": {"out_channels": 4, "kernel_size": 3}, "name": "stem"},
            {"BatchNorm2d": {}},
            {"ReLU": {"inplace": True}},
            {"MaxPool2d": 2},
            "Flatten",
            {"Linear": 10},
        ],
    },
    "blocks": {
        "input": IMAGE,
        "blocks": {
            "Residual": {
                "layers": [
                    {"Conv2d": {"out_channels": 1, "kernel_size": 3, "padding": 1}},
                    "ReLU",
                    {"add": {}, "from": ["relu_1", "input"]},
                ]
            }
        },
        "layers": [{"Residual": {}, "repeat": 3, "name": "stage"}, "Flatten"],
    },
    "several outputs": {
        "input": [5, 6],
        "layers": [
            {"LSTM": {"hidden_size": 7, "batch_first": True}, "name": "reader"},
            {"MultiheadAttention": {"num_heads": 1, "batch_first": True}},
            {"Linear": 3},
        ],
    },
    "encoder": {
        "input": [5, 6],
        "layers": [{"TransformerEncoderLayer": {"nhead": 2, "batch_first": True}}],
    },
    "called twice": {
        "input": [6],
        "layers": [
            {"Linear": 6, "name": "one"},
            "Tanh",
            {"share": "one"},
        ],
    },
    "whole numbers": {
        "input": {"tokens": {"shape": [5], "dtype": "int64"}},
        "layers": [
            {"Embedding": {"num_embeddings": 9, "embedding_dim": 4}, "name": "known"},
            {"Linear": 3},
            {"argmax": {"dim": 2}},
        ],
    },
    "made weights": {
        "input": [6],
        "layers": [{"Linear": 5, "parametrize": "weight_norm"}, "ReLU", {"Linear": 2}],
    },
}


def looked_at(hooks: ModuleType, spec: dict[str, Any], style: str) -> Any:
    """Return the outputs of the layers of a network."""
    made = model(network({"name": "Seen", **spec}), style).eval()
    torch.manual_seed(2)
    given = spec["input"]
    if isinstance(given, dict):
        features = torch.randint(9, (2, *given["tokens"]["shape"]))
    else:
        features = torch.randn(2, *given)
    found = hooks.outputs_of_layers(made, features)
    assert not any(each._forward_hooks for each in made.modules())
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_both_styles_see_the_same(hooks: ModuleType, name: str) -> None:
    """Modules of both styles give the same; explicit style has fewer."""
    one, other = (looked_at(hooks, NETWORKS[name], style) for style in STYLES)
    common = one.keys() & other.keys()
    assert common and common == one.keys()
    assert all(torch.equal(one[each], other[each]) for each in common)
    assert [each for each in other if each in common] == list(one)
    assert not any("parametrizations" in each for each in other)


def test_names_say_which_output_and_which_call(hooks: ModuleType) -> None:
    """As the names are in the spec and in the keys of weights."""
    several = looked_at(hooks, NETWORKS["several outputs"], "explicit")
    assert {"reader[0]", "reader[1][0]", "reader[1][1]"} <= several.keys()
    twice = looked_at(hooks, NETWORKS["called twice"], "explicit")
    assert [each for each in twice if "one" in each] == ["one", "one (call 2)"]
    stages = looked_at(hooks, NETWORKS["blocks"], "explicit")
    assert [each for each in stages if each.startswith("stage.1")] == [
        "stage.1.conv2d_1",
        "stage.1",
    ]


def test_outputs_are_recorded_before_in_place_changes(hooks: ModuleType) -> None:
    """A layer that changes its input does not change recorded outputs."""
    seen = looked_at(hooks, NETWORKS["chain"], "sequential")
    assert seen["batch_norm2d_1"].min() < 0 <= seen["relu_1"].min()
    assert torch.equal(seen["relu_1"], seen["batch_norm2d_1"].relu())


class Odd(nn.Module):
    """A custom layer with unusual results."""

    def forward(self, x: torch.Tensor) -> Any:
        """Return tensors of all dtypes, and other values."""
        return {
            "whole": x.long(),
            "true": x > 0,
            "complex": torch.complex(x, x),
            "none": None,
            "more": [x, 3, (x[:0], "text")],
            "one": x.sum(),
        }


class Around(nn.Module):
    """Calls it, and has a layer that is never called."""

    def __init__(self) -> None:
        super().__init__()
        self.odd, self.idle = Odd(), nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Use one of the outputs."""
        found: torch.Tensor = self.odd(x)["more"][0]
        return found


def test_tensors_of_any_kind(
    hooks: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whole numbers, truth values, complex and empty ones have a line too."""
    found = hooks.outputs_of_layers(Around(), torch.tensor([[3.0, -1.0, 4.0]]))
    assert list(found) == [
        *("odd['whole']", "odd['true']", "odd['complex']"),
        *("odd['more'][0]", "odd['more'][2][0]", "odd['one']"),
    ]
    hooks.print_layers(Around(), found)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[1] == ["odd['whole']", "int64", "(1,", "3)", "2", "2.16"]
    assert lines[2] == ["odd['true']", "bool", "(1,", "3)", "0.6667", "0.4714"]
    assert lines[4] == ["odd['more'][0]", "float32", "(1,", "3)", "2", "2.16"]
    assert lines[5][-2:] == ["nan", "nan"]
    assert lines[6][:3] == ["odd['one']", "float32", "()"]


def test_a_model_that_fails_keeps_no_hooks(hooks: ModuleType) -> None:
    """Hooks are always removed."""
    model = nn.Sequential(nn.Linear(3, 3))
    with pytest.raises(RuntimeError):
        hooks.outputs_of_layers(model, torch.zeros(1, 4))
    assert not model[0]._forward_hooks


class Masked(nn.Module):
    """An encoder for which torch has a fast path."""

    def __init__(self) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Mask the last two steps."""
        mask = torch.arange(x.shape[1]).expand(x.shape[:2]) >= x.shape[1] - 2
        found: torch.Tensor = self.encoder(x, src_key_padding_mask=mask)
        return found


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
def test_layers_that_torch_would_pass_over(hooks: ModuleType) -> None:
    """Encoders with a mask are computed layer by layer, with the same result."""
    made, features = Masked().eval(), torch.randn(3, 5, 8)
    found = hooks.outputs_of_layers(made, features)
    assert {"encoder.layers.0.linear1", "encoder.layers.1.norm2"} <= found.keys()
    with torch.inference_mode():
        whole = made(features)
    assert torch.allclose(found["encoder"][:, :3], whole[:, :3], atol=1e-5)
    assert torch.backends.mha.get_fastpath_enabled()


def test_maps_of_outputs_of_any_shape(hooks: ModuleType, tmp_path: Path) -> None:
    """Numbers, vectors, sequences, images, empty and complex tensors."""
    pytest.importorskip("matplotlib")
    plots = importlib.import_module("plots")
    outputs = {
        "number": torch.tensor(2),
        "vector": torch.randn(2, 5),
        "sequence": torch.randn(2, 4, 5).to(torch.complex64),
        "image": torch.rand(2, 20, 6, 6) > 0.5,
        "volume $x$": torch.randn(2, 2, 3, 4, 5),
        "empty": torch.zeros(2, 0, 3),
    }
    plots.save_layers(tmp_path, outputs)
    assert (tmp_path / "layers.png").read_bytes().startswith(b"\x89PNG")
    axes = (
        importlib.import_module("plot_figures")
        .feature_maps(outputs | {"empty": torch.zeros(1)})
        .axes
    )
    labels = [each.get_ylabel() for each in axes if each.get_ylabel()]
    assert labels == list(outputs)
    assert len(axes) == 1 + 1 + 1 + 12 + 6 + 1
