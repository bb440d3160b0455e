"""Models that the Hugging Face Hub takes and gives, by the template `examples/hub`."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from mlpgen import api

from .networks import network
from .shared_modules import imported_from
from .test_training import STYLES

HUB = Path(__file__).parent.parent / "examples" / "hub"
SPEC: dict[str, Any] = {
    "name": "Tried",
    "input": [4],
    "parameters": {"wide": 3, "sizes": [4, 6], "activation": "ReLU"},
    "blocks": {
        "Unit": {
            "layers": [
                {"Linear": 4, "name": "inner"},
                {"add": None, "from": ["inner", "input"]},
            ]
        }
    },
    "layers": [
        {"Unit": None, "name": "unit"},
        {"Linear": "${wide}"},
        {"${activation}": None},
        {"Linear": "${sizes[1]}"},
        {"Dropout": 0.5},
        {"Linear": 2},
    ],
    "outputs": ["linear_3"],
}


def rendered(style: str) -> str:
    return api.render(network(SPEC), style, templates=HUB)["tried.py"]


@pytest.mark.parametrize("style", STYLES)
def test_only_the_model_has_one_more_base(style: str) -> None:
    plain = api.render(network(SPEC), style)["tried.py"]
    base = "nn.Module" if style == "explicit" else "nn.Sequential"
    hub = "PyTorchModelHubMixin, coders=NAMES"
    names = "{type: (lambda layer: layer.__name__, lambda name: getattr(nn, name))}"
    first = "\n\n\nclass Unit"
    changed = {
        f"class Tried({base}):": f"class Tried({base}, {hub}):",
        first: f"\n\nNAMES = {names}{first}",
        "from torch import Tensor, nn": "from huggingface_hub import "
        "PyTorchModelHubMixin\nfrom torch import Tensor, nn",
    }
    for before, after in changed.items():
        assert before in plain
        plain = plain.replace(before, after)
    one, other = (
        [line for line in text.splitlines() if "sha256" not in line]
        for text in (plain, rendered(style))
    )
    assert one == other


@pytest.mark.parametrize("style", STYLES)
def test_it_comes_back_as_it_went(
    style: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its arguments; those that are types of layers are given again."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    pytest.importorskip("huggingface_hub")
    (tmp_path / "tried.py").write_text(rendered(style), encoding="utf-8")
    with imported_from(tmp_path):
        made = importlib.import_module("tried").Tried
    given = {"wide": 5, "sizes": (2, 1)}
    model = made(**given, activation=torch.nn.Tanh).eval()
    model.save_pretrained(tmp_path / "saved")
    back = made.from_pretrained(tmp_path / "saved", activation=torch.nn.Tanh)
    features = torch.randn(7, 4)
    kept = json.loads((tmp_path / "saved" / "config.json").read_text())
    assert kept == {"wide": 5, "sizes": [2, 1], "activation": "Tanh"}
    with pytest.raises(TypeError):  # rather than with another activation
        made.from_pretrained(tmp_path / "saved")
    assert not back.training
    assert torch.equal(model(features), back(features))
    assert [*model.state_dict()] == [*back.state_dict()]
