"""Flags that a run continues with: rates are as if they had been so from the start."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
import torch

from .test_changed_spec import Scripts, folder
from .test_training import tiny, weights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["folder", "tiny"]  # fixtures

pytestmark = pytest.mark.filterwarnings("ignore")
SGD = {"SGD": {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.01}}
SCHEDULES: dict[str, dict[str, Any]] = {
    "none": {},
    "groups": {"optimizer": {**SGD, "no_decay": ["bias"]}},
    "two optimizers": {
        "optimizer": {**SGD, "groups": [{"kind": "bias", "Adam": {"lr": 0.01}}]},
        "scheduler": {"StepLR": 1},
    },
    "StepLR": {"scheduler": {"StepLR": 1}},
    "StepLR per step": {"scheduler": {"StepLR": 7, "per": "step"}},
    "CosineAnnealingLR": {"scheduler": "CosineAnnealingLR"},
    "warmup": {"scheduler": {"CosineAnnealingLR": None, "warmup": 1.5, "per": "step"}},
    "OneCycleLR": {
        "scheduler": {"OneCycleLR": {"max_lr": 0.1}},
        "optimizer": {**SGD, "no_decay": ["bias"]},
    },
    "CyclicLR": {
        "scheduler": {"CyclicLR": {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 4}}
    },
    "ExponentialLR": {"scheduler": {"ExponentialLR": 0.5}},
    "SequentialLR": {
        "scheduler": {
            "SequentialLR": {
                "schedulers": [{"ConstantLR": {"factor": 0.1}}, "CosineAnnealingLR"],
                "milestones": [1],
            }
        }
    },
    "ChainedScheduler": {
        "scheduler": {"ChainedScheduler": [{"StepLR": 2}, {"ExponentialLR": 0.9}]}
    },
    "an average, in parts": {
        "scheduler": {"OneCycleLR": {"max_lr": 0.1}},
        "accumulate": 3,
        "ema": 0.9,
    },
}
FLAGS = {
    "lr": ("--lr", "0.02"),
    "epochs": ("--epochs", "5"),
    "batch_size": ("--batch-size", "35"),
    "all": ("--lr", "0.02", "--epochs", "5", "--batch-size", "35", "--seed", "3"),
}


def spec(training: dict[str, Any]) -> dict[str, Any]:
    usual = {"data": "mnist", "loss": "CrossEntropyLoss", "optimizer": SGD}
    return {
        "name": "Tried",
        "parameters": {"hidden": 8},
        "input": [1, 28, 28],
        "layers": [
            "Flatten",
            {"Linear": "${hidden}"},
            "ReLU",
            {"Linear": 10, "name": "logits"},
        ],
        "training": {**usual, "epochs": 3, "batch_size": 50, **training},
    }


@pytest.fixture
def train(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Return what trains a spec in a folder, which is empty."""
    scripts = Scripts(folder, capsys)

    def call(*args: str) -> tuple[int, str]:
        given = ("--data-dir", "data", "--threads", "1", "--device", "cpu")
        code, _, said = scripts.call("train", *given, *args)
        return code, said

    for name in ("run", "whole"):
        shutil.rmtree(folder / name, ignore_errors=True)
    return call


def rates(run: Path) -> list[dict[str, Any]]:
    """Return all that groups of parameters have at the end, but the parameters."""
    state = torch.load(run / "last.pt", weights_only=True)
    groups: list[dict[str, Any]] = state["optimizer"]["param_groups"]
    return [{k: v for k, v in group.items() if k != "params"} for group in groups]


@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.thinned(14)
def test_rates_are_as_if_they_had_been_so(
    name: str,
    flags: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    train: Callable[..., tuple[int, str]],
) -> None:
    Scripts(folder, capsys).render(spec(SCHEDULES[name]))
    assert train("--out", "run") == (0, "")
    args = FLAGS[flags]
    # previous.pt is of the second epoch
    assert train("--resume", "run/previous.pt", *args) == (0, "")
    assert train("--out", "whole", *args) == (0, "")
    for one, other in zip(rates(folder / "run"), rates(folder / "whole"), strict=True):
        assert one == {k: pytest.approx(v) for k, v in other.items()}
    for name_, value in weights(folder / "run").items():
        assert value.isfinite().all(), name_


def test_a_rate_that_looks_at_a_metric_is_multiplied(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    train: Callable[..., tuple[int, str]],
) -> None:
    watching = {"ReduceLROnPlateau": {"patience": 0, "threshold": 100, "factor": 0.5}}
    Scripts(folder, capsys).render(spec({"scheduler": watching}))
    assert train("--out", "run") == (0, "")
    before = rates(folder / "run")[0]["lr"]
    assert before < 0.05
    assert train("--resume", "run", "--lr", "0.5", "--epochs", "4") == (0, "")
    assert rates(folder / "run")[0]["lr"] == pytest.approx(10 * before / 2)


def test_another_batch_size_in_the_middle_of_an_epoch(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    train: Callable[..., tuple[int, str]],
) -> None:
    """The rest of the epoch is trained in batches of the new size."""
    Scripts(folder, capsys).render(spec(SCHEDULES["OneCycleLR"]))
    assert train("--out", "run", "--checkpoint-every", "4") == (0, "")
    kept = torch.load(folder / "run" / "previous.pt", weights_only=True)
    assert (kept["epoch"], kept["step"], kept["steps"]) == (3, 4, 6)
    more = ("--batch-size", "25", "--checkpoint-every", "1")
    assert train("--resume", "run/previous.pt", *more) == (0, "")
    last = torch.load(folder / "run" / "last.pt", weights_only=True)
    assert last["steps"] == 12 and last["scheduler"]["last_epoch"] == 36


@pytest.mark.parametrize(
    ("flag", "value", "says"),
    [
        ("--hidden", "9", "hidden of a run cannot change: 8, not 9"),
        (
            "--overfit-batch",
            "",
            "overfit_batch of a run cannot change: False, not True",
        ),
        ("--lr", "-1", "--lr is -1.0, must be a number of at least 0"),
        ("--lr", "nan", "--lr is nan, must be a number of at least 0"),
        ("--batch-size", "0", "--batch-size must be at least 1, below 2**63"),
        ("--batch-size", "301", "--batch-size 301 must be from 1"),
        ("--epochs", "x", "argument --epochs: invalid int value: 'x'"),
    ],
)
@pytest.mark.thinned(2)
def test_flags_that_cannot_be(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    train: Callable[..., tuple[int, str]],
    flag: str,
    value: str,
    says: str,
) -> None:
    Scripts(folder, capsys).render(spec({}))
    assert train("--out", "run") == (0, "")
    given = ("--resume", "run", "--epochs", "4", flag, *([value] if value else []))
    code, said = train(*given)
    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith(f"error: {says}")
