"""Which epoch is the best one, and what is said of it."""

from __future__ import annotations

import argparse
import json
import runpy
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import torch
import yaml

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError

from .networks import network
from .shared_modules import SHARED, shared
from .test_training import rows, train, tried

if TYPE_CHECKING:
    from pathlib import Path

ROWS = {
    "higher": ({"test_accuracy": 0.9, "test_loss": 3.0}, True),
    "lower": ({"test_accuracy": 0.7, "test_loss": 0.1}, False),
    "equal, with less loss": ({"test_accuracy": 0.8, "test_loss": 0.9}, True),
    "equal, with more loss": ({"test_accuracy": 0.8, "test_loss": 1.1}, False),
    "the same": ({"test_accuracy": 0.8, "test_loss": 1.0}, False),
    "equal, without a loss": ({"test_accuracy": 0.8}, False),
}


@pytest.mark.parametrize("name", ROWS)
def test_of_equal_epochs_the_loss_decides(name: str) -> None:
    row, better = ROWS[name]
    best = {"test_accuracy": 0.8, "test_loss": 1.0}
    assert shared("best").is_better(row, best, "test_accuracy", 1) is better


def test_of_a_loss_the_lowest_is_the_best() -> None:
    is_better = shared("best").is_better
    low, high = {"validation_loss": -1.0}, {"validation_loss": 2.0}
    sign = shared("best").sign_of("validation_loss")
    assert is_better(low, high, "validation_loss", sign)
    assert not is_better(high, low, "validation_loss", sign)


@pytest.mark.parametrize(
    ("score", "lowest", "sign"),
    [
        ("test_loss", False, -1),
        ("validation_loss", False, -1),
        ("test_f1", False, 1),
        ("test_mae", True, -1),
        # a metric of one's own, of which the spec says it
        ("test_hinge_loss", False, 1),
        ("test_hinge_loss", True, -1),
    ],
)
def test_which_value_is_the_best(score: str, lowest: bool, sign: int) -> None:
    """Scripts and notebooks agree."""
    assert shared("best").sign_of(score, lowest=lowest) == sign
    run = runpy.run_path(str(SHARED.parent / "notebook" / "run.py"))["Run"]
    made = run(SimpleNamespace(epochs=1))
    next(made.epochs(score, lowest=lowest))
    assert made._sign == sign


SPEC = {"training": {"loss": "CrossEntropyLoss"}}
BY_F1 = {"training": {**SPEC["training"], "best": "f1"}}
OTHERS: dict[str, tuple[dict[str, Any], str, Any, str]] = {
    "the same": ({"score": "test_f1", "spec": BY_F1}, "test_f1", BY_F1, ""),
    "as always": ({"score": "test_accuracy", "spec": SPEC}, "test_accuracy", SPEC, ""),
    "another one": (
        {"score": "test_accuracy", "spec": SPEC},
        "test_f1",
        BY_F1,
        "test_accuracy chose the best epoch, and test_f1 does now",
    ),
    "not measured": ({"score": "test_f1"}, "test_auc", SPEC, "test_auc was not"),
    "another loss": (
        {"score": "test_loss", "spec": {"training": {"loss": "NLLLoss"}}},
        "test_loss",
        SPEC,
        "the loss is another one",
    ),
    "another loss that nobody asks": (
        {"score": "test_f1", "spec": {"training": {"loss": "NLLLoss", "best": "f1"}}},
        "test_f1",
        BY_F1,
        "",
    ),
    "the other end": (
        {"score": "test_f1", "spec": {"training": {"best": "{f1: min}"}}},
        "test_f1",
        BY_F1,
        "another test_f1 is the best now",
    ),
    "of older scripts": ({"spec": None}, "test_accuracy", SPEC, ""),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_best_epoch_that_counts_no_more(name: str) -> None:
    state, score, spec, says = OTHERS[name]
    row = {"test_accuracy": 0.5, "test_f1": 0.5, "test_loss": 1.0}
    said = shared("best").other_best(state, row, score, spec)
    assert said.startswith(says)
    assert bool(said) == bool(says)


SORTER: dict[str, Any] = {
    "name": "Tried",
    "input": [2],
    "layers": [{"Linear": 2}],
    "training": {
        "data": {"csv": "table.csv", "target": "y"},
        "loss": {"CrossEntropyLoss": {"weight": "balanced"}},
        "metrics": ["f1", "auc"],
        "optimizer": {"SGD": {"lr": 0.5}},
        "batch_size": 8,
        "epochs": 3,
    },
}
PRICER = {
    "layers": [{"Linear": 1}],
    "loss": "MSELoss",
    "metrics": ["mae", "rmse", "r2"],
}
OWN = {"custom": {"path": "mine.py", "function": "gap"}}
CALLS: dict[str, tuple[dict[str, Any], str]] = {
    "usual": ({}, '"test_accuracy"'),
    "as is usual": ({"best": "accuracy"}, '"test_accuracy"'),
    "loss": ({"best": "loss"}, '"test_loss"'),
    "f1": ({"best": "f1"}, '"test_f1"'),
    "with its end": ({"best": {"f1": "max"}}, '"test_f1"'),
    "validation": ({"best": "auc", "validation": 0.2}, '"validation_auc"'),
    "stops": (
        {"best": "f1", "early_stopping": 2, "target": 0.9},
        '"test_f1", patience=EARLY_STOPPING, target=TARGET',
    ),
    "numbers": (PRICER, '"test_loss"'),
    "mae": ({**PRICER, "best": "mae"}, '"test_mae", lowest=True'),
    "rmse": ({**PRICER, "best": "rmse"}, '"test_rmse", lowest=True'),
    "r2": ({**PRICER, "best": "r2"}, '"test_r2"'),
    "own, highest": ({"metrics": [OWN], "best": {"gap": "max"}}, '"test_gap"'),
    "own, lowest": (
        {"metrics": [OWN], "best": {"gap": "min"}, "epochs": 4},
        '"test_gap", lowest=True',
    ),
    "schedule": (
        {**PRICER, "best": "mae", "scheduler": "CosineAnnealingLR"},
        '"test_mae", lowest=True, fixed=True',
    ),
}


def sorter(keys: dict[str, Any]) -> dict[str, Any]:
    layers = keys.get("layers", SORTER["layers"])
    rest = {key: value for key, value in keys.items() if key != "layers"}
    return {**SORTER, "layers": layers, "training": {**SORTER["training"], **rest}}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.thinned(3)
def test_what_scripts_are_told(name: str) -> None:
    keys, given = CALLS[name]
    loaded = network(sorter(keys))
    texts = api.render(loaded, "explicit")
    assert f"run.epochs({given})" in texts["train_tried.py"]
    (notebook,) = api.render(loaded, "explicit", notebook=True).values()
    assert json.dumps(f"run.epochs({given})")[1:-1] in notebook


def test_the_best_epoch_by_another_metric(tmp_path: Path) -> None:
    """It is kept, told, and found anew by a run that continues with another one."""
    rows_of_table = [f"{i % 7},{i % 5},{int(i % 7 > 4)}" for i in range(120)]
    (tmp_path / "table.csv").write_text("\n".join(["a,b,y", *rows_of_table]))

    def render(**keys: Any) -> None:
        texts = api.render(network(sorter({"validation": 0.25, **keys})), "explicit")
        for name, text in texts.items():
            (tmp_path / name).write_text(text, encoding="utf-8")

    script, run = tmp_path / "train_tried.py", tmp_path / "run"
    render(best="auc")
    train(script, "--data-dir", ".", "--out", "run")
    state = torch.load(run / "best.pt", weights_only=True)
    found = [float(row["validation_auc"]) for row in rows(run)]
    assert state["score"] == "validation_auc"
    assert found[state["best_epoch"] - 1] == state["best"] == max(found)
    config = json.loads((run / "config.json").read_text())
    assert config["best"] == "validation_auc"
    render(best="loss")
    done = tried(script, "--resume", "run", "--epochs", "5")
    assert done.stderr.splitlines()[-2:] == [
        "best was auc, is loss: from now on",
        "validation_auc chose the best epoch, and validation_loss does now: "
        "the best epoch is looked for from now on",
    ]
    state = torch.load(run / "best.pt", weights_only=True)
    losses = [float(row["validation_loss"]) for row in rows(run)]
    assert state["best_epoch"] in (4, 5)
    assert losses[state["best_epoch"] - 1] == -state["best"] == min(losses[3:])


REMARKS = {
    "the test chose": (False, "test_loss", 2, "the test chose that epoch"),
    "a single epoch": (False, "test_loss", 1, ""),
    "held out": (False, "validation_loss", 2, ""),
    "one batch": (True, "test_loss", 2, "the loss went from 2.5 to 0.125"),
}


@pytest.mark.parametrize("name", REMARKS)
def test_what_metrics_mean_is_said(name: str) -> None:
    one_batch, score, epochs, says = REMARKS[name]
    rows = [{f"{part}_loss": 2.5 for part in ("test", "validation")}]
    rows.append(dict.fromkeys(rows[0], 0.125))
    args = argparse.Namespace(overfit_batch=one_batch)
    said = shared("best").remark(args, rows[:epochs], score)
    assert says in said
    assert bool(says) == bool(said)


@pytest.mark.parametrize(
    ("flags", "epochs"),
    [
        ([], 3),
        (["--overfit-batch"], 100),
        (["--overfit-batch", "--epochs", "7"], 7),
    ],
)
def test_a_batch_learned_by_heart_takes_enough_steps(
    flags: list[str], epochs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    command_line = shared("command_line")
    parser = command_line.command_line("Train.", "net", 3, 10, 0.1, 1)
    monkeypatch.setattr(sys, "argv", ["train_net.py", "--device", "cpu", *flags])
    assert command_line.settings(parser).epochs == epochs


def test_a_closed_pipe_is_no_mistake() -> None:
    code = (
        "import errors\nerrors.guarded(lambda: [print('line') for _ in range(99999)])"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, cwd=SHARED, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"line\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


POISSON = {**PRICER, "loss": "PoissonNLLLoss"}
TARGETS: dict[str, tuple[dict[str, Any], str]] = {
    "own": ({"metrics": [OWN], "best": {"gap": "max"}}, ""),
    "own, lowest": ({"metrics": [OWN], "best": {"gap": "min"}}, ""),
    "r2": ({**PRICER, "best": "r2"}, ""),
    "a loss of counts": (POISSON, ""),
    "one of several": ({**PRICER, "loss": ["MSELoss", OWN]}, ""),
    "an own loss": ({**PRICER, "loss": OWN}, ""),
    "accuracy": ({}, "accuracy"),
    "f1": ({"best": "f1"}, "f1"),
    "a loss of classes": ({"best": "loss"}, "loss"),
    "a loss": (PRICER, "loss"),
    "a metric of a loss of counts": ({**POISSON, "best": "mae"}, "mae"),
}


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("target", [-25, 0, -1e-3, 0.5])
def test_targets_may_be_what_can_be_reached(name: str, target: float) -> None:
    keys, never = TARGETS[name]
    spec = sorter({**keys, "target": target})
    if never and target <= 0:
        with pytest.raises(SpecError) as caught:
            network(spec)
        (found,) = caught.value.diagnostics
        assert found.code == "MG204"
        assert found.message == f"`target` must be a number above 0, not `{target:g}`"
        assert f"`{never}` chooses" in found.notes[0]
        return
    script = api.render(network(spec), "explicit")["train_tried.py"]
    assert f"\nTARGET = {float(target)!r}" in script


@pytest.mark.parametrize("target", [".inf", "-.inf", ".nan", "far", "true"])
def test_targets_are_numbers(target: str, tmp_path: Path) -> None:
    text = yaml.safe_dump(sorter({**PRICER, "best": "r2"})) + f"  target: {target}\n"
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(SpecError):
        api.load(tmp_path / "x.yaml")
