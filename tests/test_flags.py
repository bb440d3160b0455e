"""Parameters of a model are flags of its training, and saved in its checkpoint."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen import api
from mlpgen.names.flags import TAKEN, settings_of
from mlpgen.scripts.flags import flags

from .networks import network
from .test_training import refused, tiny, train, tried, weights

if TYPE_CHECKING:
    from .linters import Gathered

__all__ = ["tiny"]  # a fixture

ROOT = Path(__file__).parent.parent
PARAMETERS = {
    "hidden_1": 8,
    "p": 0.25,
    "biased": True,
    "plain": False,
    "lr": 4,
    "seed": 3,
    "epochs": 2,
    "out": 10,
    "h": 5,
    "help_": 6,
    "_x": 7,
    "x": 8,
    "no_plain": 9,
    "class_": 4,
    "device_": 4,
    "model_seed": 3,
    "act": "ReLU",
    "gate": "Double",
}
SIZES = " + ".join(
    name for name, value in PARAMETERS.items() if type(value) is int and name != "out"
)
SPEC: dict[str, Any] = {
    "name": "Tried",
    "parameters": PARAMETERS,
    "input": [1, 28, 28],
    "blocks": {"Double": {"layers": [{"mul": 2}]}},
    "layers": [
        "Flatten",
        {"Linear": {"out_features": f"${{{SIZES}}}", "bias": "${biased}"}},
        "${act}",
        "${gate}",
        {"Dropout": "${p}"},
        {"Linear": {"out_features": "${out}", "bias": "${not plain}"}},
    ],
    "training": {
        "data": "mnist",
        "loss": "CrossEntropyLoss",
        "optimizer": {"SGD": {"lr": 0.05}},
        "epochs": 1,
        "batch_size": 50,
    },
}
SETTINGS = {
    "hidden_1": "hidden_1",
    "p": "p",
    "biased": "biased",
    "plain": "plain",
    "lr": "model_lr",
    "seed": "model_model_seed",
    "epochs": "model_epochs",
    "out": "model_out",
    "h": "model_h",
    "help_": "model_help",
    "_x": "x",
    "x": "model_x",
    "no_plain": "model_no_plain",
    "class_": "model_class",
    "device_": "model_device",
    "model_seed": "model_seed",
    "act": "act",
    "gate": "gate",
}


@pytest.fixture
def script(tmp_path: Path) -> Path:
    for name, text in api.render(network(SPEC), "explicit").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / "train_tried.py"


def test_the_flag_of_each_parameter() -> None:
    assert settings_of(PARAMETERS) == SETTINGS
    found = flags(network(SPEC).graph)
    assert {each.parameter: each.setting for each in found} == SETTINGS
    assert [each.option for each in found][:6] == [
        *("--hidden-1", "--p", "--biased", "--plain", "--model-lr"),
        "--model-model-seed",
    ]


def test_render_says_which_flags_are_called_otherwise() -> None:
    said = [each.message for each in network(SPEC).warnings if each.code == "MG408"]
    renamed = [name for name, flag in SETTINGS.items() if flag != name.strip("_")]
    assert [each.rpartition(" ")[2].strip("`") for each in said] == renamed
    assert said[0] == "`--lr` is taken: scripts use `--model-lr` for `lr`"
    untrained = {key: value for key, value in SPEC.items() if key != "training"}
    assert not [each for each in network(untrained).warnings if each.code == "MG408"]


def test_the_flags_of_a_training_are_taken(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exactly the options of the command line that are not parameters."""
    monkeypatch.syspath_prepend(str(script.parent))
    found = runpy.run_path(str(script.with_name("command_line.py")))
    parser = found["command_line"]("", "tried", 1, 1, 0.1, 1)
    known = {
        option.lstrip("-").replace("-", "_")
        for action in parser._actions
        for option in action.option_strings
    }
    assert known == TAKEN


def test_values_of_parameters_are_typed(script: Path) -> None:
    shown = train(script, "--help")
    for option in ("--hidden-1", "--model-lr", "--no-biased", "--model-no-plain"):
        assert option in shown
    for wrong in (["--hidden-1", "1.5"], ["--p", "x"], ["--biased", "1"]):
        refused(script, *wrong, says="error: ")
    refused(script, "--act", "Gelu", says="no layer 'Gelu': did you mean GELU?")


def test_a_run_is_of_its_parameters(script: Path, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    given = ["--hidden-1", "16", "--no-biased", "--model-lr", "5", "--p", "0.5"]
    given += ["--act", "PReLU", "--gate", "Identity"]
    train(script, "--data-dir", str(tiny), "--out", str(out), *given)
    wide = sum(value for name, value in PARAMETERS.items() if name in SIZES.split())
    found = weights(out)
    assert found["linear_2.weight"].shape == (10, wide + 16 - 8 + 5 - 4)
    assert "linear_1.bias" not in found
    assert found["act_1.weight"].shape == (1,)
    settings = torch.load(out / "last.pt", weights_only=True)["settings"]
    assert settings["hidden_1"] == 16 and settings["model_lr"] == 5
    assert settings["biased"] is False and settings["p"] == 0.5
    assert (settings["act"], settings["gate"]) == ("PReLU", "Identity")
    train(script, "--resume", str(out), "--epochs", "2")
    assert weights(out)["linear_2.weight"].shape == found["linear_2.weight"].shape
    for other in (["--hidden-1", "8"], ["--biased"], ["--model-lr", "4"]):
        args = ("--resume", str(out), "--epochs", "3")
        refused(script, *args, *other, says=" of a run cannot change: ")
    predicting = script.with_name("predict_tried.py")
    shown = train(predicting, "--evaluate", "--data-dir", str(tiny), "--run", str(out))
    assert "test_accuracy" in shown


@pytest.mark.parametrize(
    "args",
    [
        ("--hidden-1", "-100"),
        ("--p", "7"),
        ("--hidden-1", str(10**15)),
        ("--act", "Conv2d"),
    ],
)
def test_models_that_cannot_be_made(
    script: Path, tiny: Path, args: tuple[str, ...]
) -> None:
    done = tried(script, "--data-dir", str(tiny), *args)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1


def test_scripts_with_flags_are_clean(script: Path, gathered: Gathered) -> None:
    gathered.take(script.parent)
