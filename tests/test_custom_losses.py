"""Losses and metrics of the user: functions in a file beside the scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch.nn import functional as F

from mlpgen import SpecError, api

from . import processes
from .networks import network
from .shared_modules import seen
from .test_data import data, spec_of, table
from .test_loss_weights import (
    evaluate_in_small_batches,
    mlp,
    outputs_of_both,
    state,
)
from .test_notebook import script, settings
from .test_training import MLP, refused, rendered, rows, tiny, train
from .test_training_keys import BOTH, read

if TYPE_CHECKING:
    from pathlib import Path

    from .linters import Gathered

__all__ = ["data", "tiny"]  # fixtures

AGG = "import matplotlib\nmatplotlib.use('agg')\n"
CODE = '''"""Losses of my own."""

import torch
from torch import Tensor
from torch.nn import functional as F


def entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy."""
    return F.cross_entropy(logits, targets)


def small(logits: Tensor, restored: Tensor) -> Tensor:
    """Outputs are small."""
    return logits.square().mean() + restored.square().mean()


def far(logits: Tensor, restored: Tensor, images: Tensor) -> Tensor:
    """How far the images are."""
    return F.mse_loss(restored, images) + 0 * logits.mean()


def scaled(logits: Tensor, factor: float = 2.0) -> Tensor:
    """Outputs are small."""
    return factor * logits.square().mean()


def optional(logits: Tensor, targets: Tensor | None = None) -> Tensor:
    """Cross-entropy."""
    assert targets is not None
    return F.cross_entropy(logits, targets)


def sure(logits: Tensor) -> Tensor:
    """How sure each example is."""
    return logits.softmax(dim=1).amax(dim=1)


def right(logits: Tensor, targets: Tensor) -> Tensor:
    """Return a mean."""
    return (logits.argmax(dim=1) == targets).float().mean()


def each(logits: Tensor, targets: Tensor) -> Tensor:
    """Return no scalar."""
    return F.cross_entropy(logits, targets, reduction="none")


def table(logits: Tensor) -> Tensor:
    """Return no metric."""
    return logits


def nan(logits: Tensor) -> Tensor:
    """Return no number."""
    return logits.mean() * float("nan")


def constant(logits: Tensor) -> Tensor:
    """Depend on nothing."""
    return torch.tensor(1.0)


def said(logits: Tensor) -> str:
    """Return a text."""
    return "1"


def many(a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """Take too much."""
    return a


def none() -> Tensor:
    """Take too little."""
    return torch.tensor(1.0)


def fails(logits: Tensor) -> Tensor:
    """Fail."""
    return logits @ logits


number = 3
'''


def custom(function: str, **more: Any) -> dict[str, Any]:
    return {"custom": {"path": "losses.py", "function": function}} | more


def made(
    layers: list[Any], training: dict[str, Any], folder: Path, outputs: Any = ()
) -> Path:
    script = rendered(layers, training, folder, outputs)
    (folder / "losses.py").write_text(CODE, encoding="utf-8")
    return script


@pytest.mark.parametrize("function", ["entropy", "optional"])
def test_a_loss_of_ones_own_trains_as_that_of_torch(
    function: str, tiny: Path, tmp_path: Path
) -> None:
    """Bit for bit, with the metrics of classes."""
    for name, loss in (("own", custom(function)), ("torch", "CrossEntropyLoss")):
        folder = tmp_path / name
        folder.mkdir()
        script = made(MLP, {"loss": loss, "epochs": 2}, folder)
        train(script, "--data-dir", str(tiny), "--out", str(folder / "run"))
    own, theirs = (state(tmp_path / name / "run") for name in ("own", "torch"))
    for key, value in theirs["model"].items():
        assert torch.equal(own["model"][key], value)
    ours = rows(tmp_path / "own" / "run")[-1]
    assert ours.pop("seconds")
    assert ours.items() <= rows(tmp_path / "torch" / "run")[-1].items()
    assert "test_accuracy" in ours


def test_several_losses_and_metrics_together(tiny: Path, tmp_path: Path) -> None:
    """With targets and without, on one output and on two; targets are the images."""
    training = {
        "loss": [
            custom("small", on=["logits", "restored"], weight=0.25),
            "CrossEntropyLoss",
            custom("far", on=["restored", "logits"]),
            {"MSELoss": None, "on": "restored", "weight": 2},
        ],
        "metrics": ["f1", custom("sure"), custom("right", on="logits")],
        "epochs": 1,
    }
    script = made(BOTH, training, tmp_path, ["logits", "restored"])
    text = (tmp_path / "losses.py").read_text(encoding="utf-8")
    text = text.replace("far(logits: Tensor, restored", "far(restored: Tensor, logits")
    (tmp_path / "losses.py").write_text(text, encoding="utf-8")
    evaluate_in_small_batches(script)
    out = tmp_path / "out"
    train(script, "--data-dir", str(tiny), "--out", str(out))
    test, weights = read(tmp_path, "mnist", tiny).test, state(out)["model"]
    logits, restored = outputs_of_both(seen(test), weights)
    mse = F.mse_loss(restored.view(-1, 1, 28, 28), seen(test))
    loss = 0.25 * (logits.square().mean() + restored.square().mean())
    loss += F.cross_entropy(logits, test.targets) + mse + 2 * mse
    found = rows(out)[0]
    assert float(found["test_loss"]) == pytest.approx(loss.item(), rel=1e-4)
    sure = logits.softmax(dim=1).amax(dim=1).mean().item()
    assert float(found["test_sure"]) == pytest.approx(sure, rel=1e-4)
    assert float(found["test_right"]) == pytest.approx(
        float(found["test_accuracy"]), rel=1e-5
    )
    args = ("--run", str(out), "--evaluate", "--data-dir", str(tiny))
    done = processes.run(script.with_name("predict_tried.py"), *args)
    assert f"test_sure  {sure:.4f}" in done.stdout, done.stderr


@pytest.mark.parametrize("style", api.STYLES)
def test_code_is_clean(style: str, tmp_path: Path, gathered: Gathered) -> None:
    training = {
        "data": "mnist",
        "loss": [custom("entropy"), custom("far", on=["logits", "restored"])],
        "metrics": [custom("sure"), "f1"],
        "optimizer": {"LBFGS": {"max_iter": 2}},
    }
    spec = {
        "name": f"Losses{style.title()}",
        "input": [1, 28, 28],
        "layers": BOTH,
        "outputs": ["logits", "restored"],
        "training": training,
    }
    for name, text in api.render(network(spec), style).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "losses.py").write_text(CODE, encoding="utf-8")
    gathered.take(tmp_path)


def test_quantiles_of_a_column(data: Path, tmp_path: Path) -> None:
    """The output is not of the shape of the targets: `targets: numbers` says so."""
    table(data / "line.csv", [{"x": str(i), "y": str(2.0 * i)} for i in range(40)])
    code = (
        "def pinball(outputs, targets):\n"
        "    assert outputs.shape[1] == 3 and targets.shape == (len(outputs), 1)\n"
        "    error = targets - outputs\n"
        "    shares = error.new_tensor([0.1, 0.5, 0.9])\n"
        "    return (error * (shares - (error < 0).float())).mean()\n"
    )
    entry = {"path": "losses.py", "function": "pinball", "targets": "numbers"}
    spec = spec_of("csv", data={"csv": "line.csv", "target": "y"}, epochs=2)
    spec = spec | {"input": [1], "layers": [{"Linear": 3}]}
    spec["training"] |= {"loss": {"custom": entry}, "subset": 30}
    for name, text in api.render(network(spec), "explicit").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "losses.py").write_text(code, encoding="utf-8")
    script = tmp_path / "train_tried.py"
    out = tmp_path / "run"
    train(script, "--data-dir", str(data), "--out", str(out))
    found = rows(out)
    assert float(found[-1]["train_loss"]) < float(found[0]["train_loss"])
    done = processes.run(
        tmp_path / "predict_tried.py", "--run", str(out), str(data / "line.csv")
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 40


def test_labels_for_an_output_of_any_size(tiny: Path, tmp_path: Path) -> None:
    """An embedding is compared by labels, and nothing is classified."""
    code = (
        "def near(outputs, targets):\n"
        "    same = targets[:, None] == targets[None]\n"
        "    return (outputs[:, None] - outputs[None]).square().sum(2)[same].mean()\n"
    )
    layers = ["Flatten", {"Linear": 3}]
    script = made(layers, {"loss": custom("near")}, tmp_path)
    (tmp_path / "losses.py").write_text(code, encoding="utf-8")
    out = tmp_path / "run"
    train(script, "--data-dir", str(tiny), "--out", str(out))
    assert list(rows(out)[0]) == ["epoch", "train_loss", "test_loss", "seconds"]


@pytest.mark.parametrize("name", ["average", "closure", "parts"])
def test_a_loss_of_ones_own_beside_other_keys(
    name: str, tiny: Path, tmp_path: Path
) -> None:
    more: dict[str, dict[str, Any]] = {
        "average": {"ema": 0.5, "validation": 0.2, "precision": "bf16"},
        "closure": {"optimizer": {"LBFGS": {"max_iter": 2}}},
        "parts": {"accumulate": 3, "clip_grad_norm": 1.0, "channels_last": True},
    }
    script = made(MLP, {"loss": custom("entropy")} | more[name], tmp_path)
    out = tmp_path / "run"
    train(script, "--data-dir", str(tiny), "--out", str(out))
    found = [float(row["train_loss"]) for row in rows(out)]
    assert found[-1] < found[0]


WRONG = {
    "each": "each must return a scalar, a tensor of shape [], but its shape is [50]",
    "nan": "the loss is not finite in step 1 of epoch 1",
    "constant": "the loss of constant depends on no weight",
    "said": "said must return a tensor, not str",
    "many": "many takes 4 arguments, but it is on 1 outputs",
    "none": "none takes 0 arguments, but it is on 1 outputs",
    "fails": "--traceback shows where",
    "number": "3 is not a function",
}


@pytest.mark.parametrize("function", WRONG)
def test_losses_that_cannot_be(function: str, tiny: Path, tmp_path: Path) -> None:
    script = made(MLP, {"loss": custom(function)}, tmp_path)
    args = ("--data-dir", str(tiny), "--out", str(tmp_path / "run"))
    refused(script, *args, says=WRONG[function])


def test_metrics_that_cannot_be(tiny: Path, tmp_path: Path) -> None:
    script = made(MLP, {"metrics": [custom("table")]}, tmp_path)
    said = "table must return a scalar or a number for each of the"
    args = ("--data-dir", str(tiny), "--out", str(tmp_path / "run"))
    refused(script, *args, says=said)


def test_a_default_is_no_target(tiny: Path, tmp_path: Path) -> None:
    script = made(MLP, {"loss": custom("scaled"), "epochs": 1}, tmp_path)
    out = tmp_path / "run"
    train(script, "--data-dir", str(tiny), "--out", str(out))
    test = read(tmp_path, "mnist", tiny).test
    loss = 2 * mlp(state(out)["model"])(seen(test)).square().mean().item()
    assert float(rows(out)[0]["test_loss"]) == pytest.approx(loss, rel=1e-4)


def spec(**training: Any) -> dict[str, Any]:
    usual = {"data": "mnist", "loss": "CrossEntropyLoss", "optimizer": "SGD"}
    return {
        "name": "Tried",
        "input": [1, 28, 28],
        "layers": BOTH,
        "outputs": ["logits", "restored"],
        "training": usual | training,
    }


def named(path: str = "losses.py", function: str = "mine") -> dict[str, Any]:
    return {"custom": {"path": path, "function": function}}


@pytest.mark.parametrize(
    ("training", "code"),
    [
        ({"loss": custom("a", on="nowhere")}, "MG212"),
        ({"loss": custom("a", on=["logits", "nowhere"])}, "MG212"),
        ({"loss": custom("a", on=[])}, "MG203"),
        ({"loss": custom("a", on=3)}, "MG203"),
        ({"loss": custom("a", weight=0)}, "MG204"),
        ({"loss": {"custom": {"path": "losses.py"}}}, "MG202"),
        ({"loss": {"custom": None}}, "MG202"),
        ({"loss": {"custom": "losses.py"}}, "MG202"),
        ({"loss": named("os.py")}, "MG231"),
        ({"loss": named("torch.py")}, "MG231"),
        ({"loss": named("training.py")}, "MG231"),
        ({"loss": named("train_tried.py")}, "MG231"),
        ({"loss": named("spec_tried.py")}, "MG231"),
        ({"loss": named("../losses.py")}, "MG231"),
        ({"loss": named("/losses.py")}, "MG231"),
        ({"loss": named("losses")}, "MG231"),
        ({"loss": named(function="1a")}, "MG231"),
        ({"loss": named(function="a.b")}, "MG231"),
        ({"loss": named(function="print")}, "MG231"),
        ({"loss": named(function="evaluate")}, "MG231"),
        ({"loss": named(function="Tried")}, "MG231"),
        ({"loss": named(function="loss")}, "MG231"),
        ({"loss": named(function="weights")}, "MG231"),
        ({"loss": named(function="ranking")}, "MG231"),
        ({"loss": [named(), named("other.py")]}, "MG231"),
        ({"metrics": [named(function="accuracy")]}, "MG231"),
        ({"metrics": [named(function="count")]}, "MG231"),
        ({"metrics": [named(), named()]}, "MG231"),
        ({"metrics": [named("os.py")]}, "MG231"),
        ({"metrics": [named() | {"on": "nowhere"}]}, "MG212"),
        ({"metrics": [named() | {"weight": 2}]}, "MG20"),
        ({"metrics": [{"dice": {"path": "a.py"}}]}, "MG207"),
        ({"loss": {"MSELoss": None, "on": ["logits", "restored"]}}, "MG406"),
        ({"loss": {"custom": {**named()["custom"], "targets": "numbers"}}}, "MG406"),
        ({"loss": {"custom": {**named()["custom"], "targets": "all"}}}, "MG204"),
        ({"loss": custom("entropy"), "augment": ["mixup"]}, "MG406"),
    ],
    ids=repr,
)
def test_specs_that_cannot_be(training: dict[str, Any], code: str) -> None:
    with pytest.raises(SpecError) as error:
        network(spec(**training))
    (found,) = error.value.diagnostics
    assert found.code.startswith(code), found.message


def test_what_a_run_keeps_of_them() -> None:
    loss = custom("far", on=["logits", "restored"], weight=2)
    text = api.render(network(spec(loss=[loss, "CrossEntropyLoss"])), "explicit")
    wanted = (
        "custom {path: losses.py, function: far} on [logits, restored] weight 2.0 + "
        "CrossEntropyLoss"
    )
    assert wanted in text["spec_tried.py"].replace('"\n        "', "")


def test_a_notebook_runs_with_them(tiny: Path, tmp_path: Path) -> None:
    """Its cells import the functions; what calls them is in the cells."""
    loss = [custom("entropy"), custom("small", on=["logits", "restored"])]
    metrics = [custom("right"), "f1"]
    net = network(spec(loss=loss, metrics=metrics, subset=200, epochs=2))
    text = script(api.render(net, "explicit", notebook=True)["tried.ipynb"])
    text = settings(text, tiny, 2)
    (tmp_path / "cells.py").write_text(f"{AGG}{text}", encoding="utf-8")
    (tmp_path / "losses.py").write_text(CODE, encoding="utf-8")
    done = processes.run(tmp_path / "cells.py")
    assert done.returncode == 0, done.stderr
    assert "test_right" in done.stdout
