"""What a loss compares may be a logarithm or a logit: people see what it stands for."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from mlpgen import api
from mlpgen.training import LOSSES

from . import processes
from .networks import module, network
from .test_one_logit import made
from .test_training import rows, train

if TYPE_CHECKING:
    from pathlib import Path

LAST: dict[str, list[Any]] = {"BCELoss": ["Sigmoid"], "KLDivLoss": []}
UNITS: dict[str, str] = {
    "BCEWithLogitsLoss": "torch.sigmoid(output)",
    "PoissonNLLLoss": "torch.exp(output)",
}
"""Of the losses that restore images; the others compare the output as it is."""
RESTORING = [name for name, loss in LOSSES.items() if loss.restores]


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_that_takes_a_sigmoid_says_how_to_take_it(name: str) -> None:
    """What people are told a loss does, and what is done with its output, agree."""
    loss = LOSSES[name]()
    assert (loss.itself == "a sigmoid") == (loss.inverse == "torch.sigmoid")


def autoencoder(loss: Any, *last: Any, data: Any = "mnist", side: int = 28) -> Any:
    return {
        "name": "Tried",
        "input": [1, side, side],
        "layers": [
            {"Conv2d": {"out_channels": 4, "kernel_size": 3, "padding": 1}},
            "ReLU",
            {"Conv2d": {"out_channels": 1, "kernel_size": 1}},
            *last,
        ],
        "training": {
            "data": data,
            "loss": loss,
            "metrics": ["mae"],
            "optimizer": {"Adam": {"lr": 0.05}},
            "epochs": 3,
            "batch_size": 10,
        },
    }


@pytest.mark.parametrize("name", RESTORING)
def test_all_that_is_shown_has_the_unit_of_the_data(name: str) -> None:
    """The metric, the errors of files and the pictures take the same of the output."""
    unit = UNITS.get(name, "output")
    texts = api.render(network(autoencoder(name, *LAST.get(name, []))), "explicit")
    assert f"mae=F.l1_loss({unit}, " in " ".join(texts["train_tried.py"].split())
    predict = " ".join(texts["predict_tried.py"].split())
    assert f"predictions.add_errors(names, features, {unit})" in predict
    for text in (predict, " ".join(texts["train_tried.py"].split())):
        assert f"plots.save_restored(run.folder, data, {unit})" in text


@pytest.mark.parametrize("name", UNITS)
def test_predictions_are_what_one_computes_by_hand(tmp_path: Path, name: str) -> None:
    draw = np.random.default_rng(0)
    images = (draw.random((60, 1, 4, 4)) * np.linspace(0.2, 1, 4)).astype("float32")
    np.savez(tmp_path / "a.npz", x=images)
    spec = autoencoder(name, data={"npz": "a.npz"}, side=4)
    train(made(spec, tmp_path), "--data-dir", ".", "--out", "run")
    script = tmp_path / "predict_tried.py"
    done = processes.run(script, "--run", "run", "a.npz", "--format", "json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    found = [each.get("probability", each["prediction"]) for each in said]
    text = api.render(network(spec), "explicit")["tried.py"]
    model = module(text).Tried()
    model.load_state_dict(torch.load(tmp_path / "run" / "best.pt")["model"])
    unit = torch.sigmoid if name == "BCEWithLogitsLoss" else torch.exp
    wanted = unit(model.eval()(torch.from_numpy(images)))
    assert torch.allclose(torch.tensor(found), wanted, rtol=1e-3)


@pytest.mark.parametrize("targets", [["visits"], ["visits", "calls"]])
@pytest.mark.parametrize("log_input", [True, False])
@pytest.mark.thinned(3)
def test_counts(tmp_path: Path, targets: list[str], *, log_input: bool) -> None:
    """Logarithms of counts are said to be counts, wherever people look at them."""
    draw = np.random.default_rng(0)
    x = draw.normal(size=(200, 2))
    mean = np.exp(1.5 + 0.8 * x)
    lines = ["a,b,visits,calls"]
    for row, means in zip(x, mean, strict=True):
        counts = draw.poisson(means)
        lines.append(",".join(map(str, [*row.round(3), *counts])))
    (tmp_path / "a.csv").write_text("\n".join(lines))
    spec = {
        "name": "Tried",
        "input": [2],
        "layers": [{"Linear": len(targets)}, *([] if log_input else ["Softplus"])],
        "training": {
            "data": {"csv": "a.csv", "target": targets, "columns": ["a", "b"]},
            "loss": {"PoissonNLLLoss": {"log_input": log_input}},
            "metrics": ["mae", "r2"],
            "optimizer": {"Adam": {"lr": 0.05}},
            "epochs": 15,
            "batch_size": 20,
        },
    }
    script = made(spec, tmp_path)
    train(script, "--data-dir", ".", "--out", "run")
    last = rows(tmp_path / "run")[-1]
    if log_input:
        assert float(last["test_r2"]) > 0.5
    predict = tmp_path / "predict_tried.py"
    done = processes.run(predict, "--run", "run", "a.csv", "--format", "csv")
    assert done.returncode == 0, done.stderr
    found = [*csv.DictReader(done.stdout.splitlines())]
    assert len(found) == 200
    names = [f"prediction_{each}" for each in targets]
    names = names if len(targets) > 1 else ["prediction"]
    for place, name in enumerate(names):
        given = torch.tensor([float(row[name]) for row in found])
        assert given.min() >= 0
        if log_input:
            wanted = torch.from_numpy(mean[:, place]).float()
            assert (given - wanted).abs().mean() < 0.2 * wanted.mean()
    if len(targets) > 1:
        with (tmp_path / "run" / "target_scores.csv").open(newline="") as file:
            scores = [float(row["mae"]) for row in csv.DictReader(file)]
        assert sum(scores) / 2 == pytest.approx(float(last["test_mae"]), rel=0.3)
