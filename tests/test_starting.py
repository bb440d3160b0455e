"""`weights` and `freeze`: trainings that start from what exists."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from mlpgen.graph.training.parameter_names import Named, fits, named_parameters

from . import networks
from .shared_modules import shared
from .test_training import refused, rendered, tiny, train, tried, weights

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["tiny"]  # a fixture

LAYERS = [
    {"Conv2d": {"out_channels": 4, "kernel_size": 3, "stride": 2}, "name": "stem"},
    {"BatchNorm2d": None, "name": "norm"},
    "ReLU",
    "Flatten",
    {"Linear": 16, "name": "hidden"},
    {"Linear": 10, "name": "logits"},
]
EPOCH = ("--epochs", "1")


def model() -> nn.Module:
    """Make the network with initial values of another seed."""
    spec = {"name": "Tried", "input": [1, 28, 28], "layers": LAYERS}
    made = networks.model(networks.network(spec), "explicit")
    for each in made.parameters():
        nn.init.normal_(each, std=0.1)
    return made


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """Render the training of a small network."""
    return rendered(LAYERS, {"optimizer": {"AdamW": {"lr": 0.01}}}, tmp_path)


def halved(state: dict[str, Any]) -> dict[str, Any]:
    """Return weights in half precision, which float32 holds."""
    return {
        name: value.half() if value.is_floating_point() else value
        for name, value in state.items()
    }


FORMS = {
    "plain": lambda state: state,
    "half": halved,
    "double": lambda state: {
        name: value.double() if value.is_floating_point() else value
        for name, value in halved(state).items()
    },
    "nested": lambda state: {"epoch": 3, "state_dict": state},
    "parallel": lambda state: {
        f"module.{name}": value for name, value in state.items()
    },
    "averaged": lambda state: {
        "model": {name: torch.zeros_like(value) for name, value in state.items()},
        "average": {
            "n_averaged": torch.tensor(3),
            **{f"module.{name}": value for name, value in state.items()},
        },
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_weights_are_taken_in_every_form(form: str, tmp_path: Path) -> None:
    start, other = model(), model()
    state = start.state_dict()
    torch.save(FORMS[form](state), tmp_path / "start.pt")
    shared("starting").take_weights(other, tmp_path / "start.pt")
    wanted = halved(state) if form in ("half", "double") else state
    for name, value in other.state_dict().items():
        assert torch.equal(value, wanted[name].to(value.dtype)), name


def test_safetensors_are_taken(tmp_path: Path) -> None:
    package = pytest.importorskip("safetensors.torch")
    start, other = model(), model()
    package.save_file(start.state_dict(), tmp_path / "start.safetensors")
    shared("starting").take_weights(other, tmp_path / "start.safetensors")
    for one, two in zip(start.parameters(), other.parameters(), strict=True):
        assert torch.equal(one, two)
    whole = (tmp_path / "start.safetensors").read_bytes()
    (tmp_path / "start.safetensors").write_bytes(whole[:-100])
    with pytest.raises(Exception, match="it is incomplete"):
        shared("starting").take_weights(other, tmp_path / "start.safetensors")


def test_what_does_not_fit_is_told(script: Path, tiny: Path, tmp_path: Path) -> None:
    state = model().state_dict()
    kept = state["hidden.weight"].clone()
    state["logits.weight"] = torch.zeros(5, 16)
    del state["hidden.bias"]
    state["extra.weight"] = torch.zeros(3)
    torch.save(state, tmp_path / "start.pt")
    path, out = tmp_path / "start.pt", tmp_path / "out"
    args = ("--weights", str(path), "--lr", "0", "--out", str(out))
    done = tried(script, *EPOCH, "--data-dir", str(tiny), *args)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        f"{path}: 9 of 11 tensors are taken",
        f"hidden.bias [16] is not in {path}",
        f"logits.weight is [5, 16] in {path}, [10, 16] here: not taken",
        f"extra.weight [3] is in {path} alone",
    ]
    assert torch.equal(weights(out)["hidden.weight"], kept)
    settings = json.loads((out / "config.json").read_text("utf-8"))["settings"]
    assert settings["weights"] == str(path)


def test_a_run_is_a_start(script: Path, tiny: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    data = ("--data-dir", str(tiny))
    train(script, *EPOCH, *data, "--out", str(first))
    args = ("--weights", str(first), "--lr", "0", "--out", str(second))
    train(script, *EPOCH, *data, *args)
    one, two = weights(first, "best.pt"), weights(second)
    assert all(torch.equal(one[name], two[name]) for name in one if "norm" not in name)
    (first / "best.pt").unlink()  # a run continues without what it started from
    train(script, "--resume", str(second), "--epochs", "2")
    refused(
        script,
        *("--resume", str(second), "--weights", str(second)),
        says="--weights starts a training, --resume continues one",
    )


BAD: dict[str, tuple[Any, str]] = {
    "another network": ({"x": torch.zeros(3)}, "has no weights that fit this network"),
    "no tensors": ({"a": 1}, "has no weights: no tensors with names"),
    "a list": ([1, 2], "has no weights: no tensors with names"),
    "whole numbers": (
        {"hidden.bias": torch.zeros(16, dtype=torch.int8)},
        "hidden.bias is int8 in {}, which cannot become float32",
    ),
    "rounded": (
        {"hidden.bias": torch.full([16], 0.1, dtype=torch.float64)},
        "hidden.bias is float64 in {}, and float32 would round it",
    ),
    "not a number": (
        {"hidden.bias": torch.full([16], torch.nan)},
        "hidden.bias in {} has values that are not numbers, but NaN or infinite",
    ),
    "sparse": (
        {"hidden.bias": torch.zeros(16).to_sparse()},
        "hidden.bias in {} is no plain tensor: save it as float32",
    ),
    "without values": (
        {"hidden.bias": torch.zeros(16, device="meta")},
        "hidden.bias in {} is no plain tensor: save it as float32",
    ),
    "code": (nn.Linear(2, 2), "holds more than plain data and tensors"),
}


@pytest.mark.parametrize("name", BAD)
def test_wrong_weights_are_one_line(
    name: str, script: Path, tiny: Path, tmp_path: Path
) -> None:
    value, says = BAD[name]
    path = tmp_path / "start.pt"
    torch.save(value, path)
    told(script, tiny, path, says.format(path))


def test_wrong_files_are_one_line(script: Path, tiny: Path, tmp_path: Path) -> None:
    torch.save(model().state_dict(), tmp_path / "start.pt")
    whole = (tmp_path / "start.pt").read_bytes()
    (tmp_path / "cut.pt").write_bytes(whole[: len(whole) // 2])
    told(script, tiny, tmp_path / "cut.pt", "it is incomplete")
    (tmp_path / "old.pkl").write_bytes(
        pickle.dumps({"a": test_wrong_files_are_one_line})
    )
    told(script, tiny, tmp_path / "old.pkl", "holds more than plain data")
    for part in ("model-00001-of-00002.safetensors", "model.safetensors.index.json"):
        told(script, tiny, tmp_path / part, "is a part of weights in several files")
    told(script, tiny, tmp_path / "none.pt", "cannot be read: No such file")
    told(script, tiny, tmp_path, "has no best.pt: name a run, or a file of weights")


def told(script: Path, tiny: Path, path: Path, says: str) -> None:
    """Start from a file, which must end with one line."""
    args = ("--data-dir", str(tiny), "--weights", str(path))
    refused(script, *EPOCH, *args, says=says)


@pytest.mark.parametrize("by", ["spec", "flag"])
def test_frozen_layers_stay(by: str, tiny: Path, tmp_path: Path) -> None:
    """Their parameters and statistics; all others are trained."""
    patterns = ["stem", "norm.*", "hidden.bias"]
    keys: dict[str, Any] = {
        "optimizer": {"AdamW": {"lr": 0.01, "weight_decay": 0.5}},
        "ema": 0.5,
    }
    given = {"freeze": patterns} if by == "spec" else {}
    script = rendered(LAYERS, keys | given, tmp_path)
    out = tmp_path / "out"
    flags = ("--freeze", *patterns) if by == "flag" else ()
    train(script, *EPOCH, "--data-dir", str(tiny), "--out", str(out), *flags)
    torch.manual_seed(1)
    spec = {"name": "Tried", "input": [1, 28, 28], "layers": LAYERS}
    before = networks.model(networks.network(spec), "explicit").state_dict()
    after = weights(out)
    same = {name for name in after if torch.equal(before[name], after[name])}
    assert same == {
        name for name in after if not name.startswith(("logits", "hidden"))
    } | {"hidden.bias"}
    settings = json.loads((out / "config.json").read_text("utf-8"))["settings"]
    assert settings["freeze"] == patterns


def test_wrong_patterns_are_one_line(script: Path, tiny: Path) -> None:
    args = (*EPOCH, "--data-dir", str(tiny), "--freeze", "stem")
    for pattern in ("head.*", "stem.weigh", "relu"):
        says = f"--freeze {pattern} fits no parameter of the model"
        refused(script, *args, pattern, says=says)
    refused(script, *args, "*", says="--freeze leaves no parameter to train")


def test_frozen_layers_can_be_trained_later(
    script: Path, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    args = ("--data-dir", str(tiny), "--out", str(out), "--freeze", "stem", "hidden")
    train(script, *EPOCH, *args)
    before = weights(out)
    train(script, "--resume", str(out), "--epochs", "2")
    kept = weights(out)
    assert torch.equal(before["stem.weight"], kept["stem.weight"])
    train(script, "--resume", str(out), "--epochs", "3", "--freeze")
    after = weights(out)
    assert not torch.equal(kept["stem.weight"], after["stem.weight"])


NETWORKS: dict[str, dict[str, Any]] = {
    "images": {
        "input": [3, 8, 8],
        "blocks": {
            "Unit": {
                "layers": [
                    {"Conv2d": {"out_channels": 4, "kernel_size": 1}, "name": "conv"},
                    {"BatchNorm2d": None, "name": "norm"},
                    {"parameter": {"shape": [4, 1, 1]}, "name": "scale"},
                    {"buffer": {"shape": [4, 1, 1]}, "name": "shift"},
                    {"mul": None, "from": ["norm", "scale"], "name": "scaled"},
                    {"add": None, "from": ["scaled", "shift"]},
                ]
            }
        },
        "layers": [
            {"Unit": None, "name": "stem"},
            {"Unit": None, "repeat": 2, "name": "stage"},
            {"Unit": None, "when": "${1 > 2}", "name": "left_out"},
            {"Sequential": ["ReLU", {"BatchNorm2d": {"affine": False}}]},
            {
                "Conv2d": {"out_channels": 2, "kernel_size": 3},
                "parametrize": "weight_norm",
            },
            "Flatten",
            {"Linear": 5, "parametrize": "spectral_norm"},
            {"Linear": 5, "name": "first"},
            {"Linear": 5, "share": "first"},
        ],
    },
    "texts": {
        "input": {"tokens": {"shape": [6], "dtype": "int64"}},
        "layers": [
            {"Embedding": {"num_embeddings": 9, "embedding_dim": 8}},
            {"LSTM": {"hidden_size": 4, "bidirectional": True}, "select": "output"},
            {"TransformerEncoderLayer": {"nhead": 2, "dim_feedforward": 8}},
            {
                "TransformerEncoder": {
                    "nhead": 2,
                    "dim_feedforward": 8,
                    "num_layers": 2,
                },
                "name": "several",
            },
            {"MultiheadAttention": {"num_heads": 2}},
            {"LayerNorm": {"normalized_shape": [8], "bias": False}},
            {"Linear": {"out_features": 9, "bias": False}},
        ],
    },
}


@pytest.mark.parametrize("style", ["explicit", "sequential"])
@pytest.mark.parametrize("name", NETWORKS)
def test_parameters_are_known_by_name(name: str, style: str) -> None:
    """As torch names them, with their shapes and kinds."""
    found = networks.network({"name": "Tried", **NETWORKS[name]})
    made = networks.model(found, style)
    every = [each for each in named_parameters(found.graph.nodes) if each.known]
    assert {each.name: tuple(map(int, each.shape)) for each in every} == {
        key: tuple(value.shape)
        for key, value in made.named_parameters(remove_duplicate=False)
    }
    kinds = {
        f"{key}.{part}": type(inner).__name__
        for key, inner in made.named_modules(remove_duplicate=False)
        for part, _ in inner.named_parameters(recurse=False)
    }
    for each in every:
        assert each.norm == ("Norm" in kinds.get(each.name, "")), each.name
        assert each.embedding == ("Embedding" in kinds.get(each.name, "")), each.name


def test_patterns_may_fit_what_is_in_a_custom_module() -> None:
    custom = Named("features", (), "Mine", known=False)
    for pattern in ("features", "features.*", "fea*", "*.weight", "features.0.weight"):
        assert fits(custom, pattern), pattern
    for pattern in ("feature", "features2.*", "head.*", "featuresX"):
        assert not fits(custom, pattern), pattern
