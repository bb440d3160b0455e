"""Which epoch is the best one, and what is said of it."""

from __future__ import annotations

import argparse
import subprocess
import sys

import pytest

from .shared_modules import SHARED, shared

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
    assert shared("best").is_better(row, best, "test_accuracy") is better


def test_of_a_loss_the_lowest_is_the_best() -> None:
    is_better = shared("best").is_better
    low, high = {"validation_loss": -1.0}, {"validation_loss": 2.0}
    assert is_better(low, high, "validation_loss")
    assert not is_better(high, low, "validation_loss")


REMARKS = {
    "the test chose": (False, "test_loss", 1, "the test chose that epoch"),
    "the last epoch": (False, "test_loss", 2, ""),
    "held out": (False, "validation_loss", 1, ""),
    "one batch": (True, "test_loss", 2, "the loss went from 2.5 to 0.125"),
}


@pytest.mark.parametrize("name", REMARKS)
def test_what_metrics_mean_is_said(name: str) -> None:
    one_batch, score, best, says = REMARKS[name]
    rows = [{f"{part}_loss": 2.5 for part in ("test", "validation")}]
    rows.append(dict.fromkeys(rows[0], 0.125))
    args = argparse.Namespace(overfit_batch=one_batch)
    said = shared("best").remark(args, rows, best, score)
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
