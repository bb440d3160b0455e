"""A training can be stopped or killed at any time, and resumed bit for bit."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from . import processes
from .shared_modules import shared
from .test_training import (
    MLP,
    SAMPLE,
    refused,
    rendered,
    rows,
    start,
    tiny,
    train,
    tried,
)
from .test_training_keys import BOTH, OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["tiny"]  # a fixture

TRAINING: dict[str, Any] = {
    "optimizer": {"SGD": {"lr": 0.05, "momentum": 0.9}},
    "scheduler": {"OneCycleLR": {"max_lr": 0.1}},
    "epochs": 3,
}
NOISY = [
    "Flatten",
    {"Linear": 16},
    "BatchNorm1d",
    "ReLU",
    {"Dropout": 0.2},
    {"Linear": {"out_features": 10}, "name": "logits"},
]
"""A network whose steps depend on random numbers and on buffers."""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return rendered(NOISY, TRAINING, tmp_path)


def state(out: Path, name: str = "last.pt") -> dict[str, Any]:
    found: dict[str, Any] = torch.load(out / name, weights_only=True)
    return found


def metrics(out: Path) -> list[dict[str, str]]:
    """Return the metrics without the seconds, which are never the same."""
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows(out)]


def same_end(one: Path, other: Path) -> None:
    """Two runs must end with equal weights, states and metrics, bit for bit."""
    for name in ("last.pt", "best.pt"):
        first, second = state(one, name), state(other, name)
        for found in (first, second):
            found["rows"] = [row | {"seconds": 0} for row in found["rows"]]
            del found["settings"]["out"], found["settings"]["resume"]
        assert equal(first, second), name
    assert metrics(one) == metrics(other)


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen in 50 s")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)]
)
@pytest.mark.thinned(2)
def test_a_signal_leaves_a_checkpoint_to_go_on_with(
    script: Path, tiny: Path, tmp_path: Path, number: int, status: int
) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    args = ("--data-dir", str(tiny), "--epochs", "400", "--batch-size", "5")
    process = start(script, *args, "--out", str(stopped))
    wait_for(lambda: (stopped / "metrics.csv").exists())
    process.send_signal(number)
    done = process.done()
    assert done.returncode == status
    assert done.stderr == f"stopped: --resume {stopped} goes on\n"
    at = state(stopped)
    assert (at["epoch"], at["step"]) > (1, 0)
    for more in (("--resume", str(stopped)), ("--out", str(whole))):
        until(2 * at["epoch"], start(script, *args, *more), Path(more[1]))
    count = 2 * at["epoch"]
    assert metrics(whole)[:count] == metrics(stopped)[:count]


def until(epochs: int, process: processes.Started, out: Path) -> None:
    """Kill a training after some epochs."""
    path = out / "metrics.csv"
    wait_for(lambda: path.exists() and len(rows(out)) >= epochs)
    process.kill()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_killed_at_any_time(script: Path, tiny: Path, tmp_path: Path) -> None:
    """Also during a write, since checkpoints are written all the time."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    args = ("--data-dir", str(tiny), "--checkpoint-every", "1")
    args += ("--batch-size", "10", "--epochs", "6")
    train(script, *args, "--out", str(whole))
    process = start(script, *args, "--out", str(killed))
    generator = random.Random(1)
    for _ in range(4):
        wait_for((killed / "last.pt").exists)
        time.sleep(generator.random() * 0.2)
        process.kill()
        process = start(script, "--resume", str(killed), *args)
    done = process.done()
    assert done.returncode == 0, done.stderr
    same_end(whole, killed)
    assert not list(killed.glob("*.part"))


def test_the_newest_run_goes_on_with_its_own_settings(script: Path, tiny: Path) -> None:
    train(script, "--data-dir", str(tiny), "--lr", "0.01", "--epochs", "2")
    (run,) = (script.parent / "runs" / "tried").iterdir()
    before = state(run)
    train(script, "--resume")
    assert equal(before, state(run))
    assert before["settings"]["lr"] == 0.01


@pytest.mark.parametrize("damage", ["torn", "text", "other", "no run"])
def test_checkpoints_that_cannot_be_used(
    script: Path, tiny: Path, tmp_path: Path, damage: str
) -> None:
    out = tmp_path / "out"
    train(script, "--data-dir", str(tiny), "--out", str(out))
    last, says = out / "last.pt", f"{out / 'previous.pt'} is the one before it"
    if damage == "torn":
        last.write_bytes(last.read_bytes()[:-1000])
    elif damage == "text":
        last.write_text("no checkpoint")
    elif damage == "other":
        rendered(MLP, TRAINING, tmp_path)
        says = "is of another network: use the code of"
    else:
        out, says = tmp_path / "empty", "empty cannot be read: No such file"
    refused(script, "--data-dir", str(tiny), "--resume", str(out), says=says)
    if damage == "torn":
        previous = str(out / "previous.pt")
        train(script, "--data-dir", str(tiny), "--resume", previous)
        assert state(out)["epoch"] == 4


def test_out_names_the_run_that_continues(
    script: Path, tiny: Path, tmp_path: Path
) -> None:
    args = ("--data-dir", str(tiny), "--epochs", "1")
    for name in ("first", "second"):
        train(script, *args, "--out", f"runs/tried/{name}")
    train(script, "--resume", "--out", "runs/tried/first", "--epochs", "2")
    train(script, "--resume", "runs/tried/first", "--out", "runs/tried/first")
    counts = [
        state(tmp_path / "runs/tried" / name)["epoch"] for name in ("first", "second")
    ]
    assert counts == [3, 2]
    two = ("--resume", "runs/tried/first", "--out", "runs/tried/third")
    refused(script, *two, says="--resume runs/tried/first and --out runs/tried/third")
    none = ("--resume", "--out", "runs/tried/third")
    refused(script, *none, says="runs/tried/third cannot be read: No such file")


@pytest.mark.parametrize(
    "gone", ["best.pt", "last.pt", "previous.pt", "config.json", "metrics.csv"]
)
@pytest.mark.thinned(2)
def test_a_run_whose_files_are_gone_in_part(
    script: Path, tiny: Path, tmp_path: Path, gone: str
) -> None:
    out = tmp_path / "out"
    train(script, "--data-dir", str(tiny), "--epochs", "2", "--out", str(out))
    (out / gone).unlink()
    done = tried(script, "--resume", str(out), "--epochs", "3")
    said = f"{out / gone} is gone: the best epoch is looked for from now on\n"
    assert done.stderr == (said if gone == "best.pt" else "")
    assert done.returncode == 0 and len(rows(out)) == 3
    names = ("best.pt", "last.pt", "previous.pt", "config.json", "metrics.csv")
    assert all((out / name).exists() for name in names)
    assert state(out, "best.pt")["best_epoch"] == state(out)["best_epoch"]


def test_the_best_epoch_alone_is_a_run(
    script: Path, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    args = ("--data-dir", str(tiny), "--epochs", "2", "--out", str(out))
    train(script, *args)
    best = state(out, "best.pt")["best_epoch"]
    for name in ("last.pt", "previous.pt"):
        (out / name).unlink()
    refused(script, *args, says=f"{out} has a run already")
    train(script, "--resume", str(out), "--epochs", str(best + 1))
    assert len(rows(out)) == best + 1


def test_an_epoch_without_a_step_left(script: Path, tiny: Path, tmp_path: Path) -> None:
    """Killed between the last step of an epoch and its evaluation."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    args = ("--data-dir", str(tiny), "--checkpoint-every", "6", "--batch-size", "50")
    train(script, *args, "--out", str(whole))
    shutil.copytree(whole, killed)
    (killed / "previous.pt").replace(killed / "last.pt")
    assert (state(killed)["epoch"], state(killed)["step"]) == (3, 6)
    train(script, "--resume", str(killed))
    same_end(whole, killed)


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.thinned(3)
def test_all_that_has_a_state_goes_on(name: str, tiny: Path, tmp_path: Path) -> None:
    """Schedulers, scalers, averaged weights, random augmentations: the same bits."""
    layers, training = OPTIONS[name]
    outputs = ["logits", "restored"] if layers is BOTH else []
    given = {key: value for key, value in training.items() if key != "target"}
    script = rendered(layers, given | {"epochs": 2}, tmp_path, outputs)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    args = ("--data-dir", str(tiny), "--checkpoint-every", "2", "--out", str(whole))
    process = start(script, *args)
    assert process.done().returncode == 0
    shutil.copytree(whole, killed)
    (killed / "previous.pt").replace(killed / "last.pt")
    train(script, "--resume", str(killed))
    same_end(whole, killed)


def test_two_trainings_into_one_folder(
    script: Path, tiny: Path, tmp_path: Path
) -> None:
    """The second is refused while the first runs, but not after it was killed."""
    out = tmp_path / "out"
    args = ("--data-dir", str(tiny), "--epochs", "1000", "--batch-size", "5")
    first = start(script, *args, "--out", str(out))
    wait_for(lambda: (out / "metrics.csv").exists())
    for more in (("--out", str(out)), ("--resume", str(out))):
        says = f"error: another training writes into {out}"
        refused(script, *args, *more, says=says)
    done = processes.run_ranks(script, *args, "--out", str(out))
    assert done.returncode and "another training writes into" in done.stderr
    first.kill()
    at = state(out)["epoch"]
    train(script, "--resume", str(out), "--epochs", "1000", "--profile")
    short = ("--data-dir", str(tiny), "--epochs", "1", "--out", str(out))
    assert at > 1
    says = f"{out} has a run already: --resume {out} goes on with it"
    refused(script, *short, says=says)
    assert state(out)["epoch"] == at


@pytest.mark.parametrize("links", [True, False])
def test_checkpoints_have_their_names_at_any_time(
    links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another script may read, and a kill may come, between any two steps."""
    found: list[set[str]] = []
    replace = Path.replace

    def watched(path: Path, target: Path) -> Path:
        moved = replace(path, target)
        found.append({each.name for each in tmp_path.iterdir()})
        return moved

    def refuse(_path: Path, _target: Path) -> None:
        raise OSError("a file system without links")

    monkeypatch.setattr(Path, "replace", watched)
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    last, previous = tmp_path / "last.pt", tmp_path / "previous.pt"
    for number in range(4):
        if number == 2 and links:  # as after a kill before the last step
            previous.unlink()
            previous.hardlink_to(last)
        write = partial(Path.write_text, data=str(number))
        shared("checkpoint").write(last, write)
        assert last.read_text() == str(number)
        if number:
            assert previous.read_text() == str(number - 1)
    assert {each.name for each in tmp_path.iterdir()} == {"last.pt", "previous.pt"}
    assert not links or all("last.pt" in names for names in found)
    assert all("previous.pt" in names for names in found[1:])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk of Linux")
def test_a_full_disk_keeps_the_checkpoint_before(
    script: Path, tiny: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    train(script, "--data-dir", str(tiny), "--out", str(out))
    before = state(out)
    (out / "last.pt.part").symlink_to("/dev/full")
    shutil.copy(out / "previous.pt", tmp_path / "kept.pt")
    args = ("--data-dir", str(tiny), "--resume", str(out / "previous.pt"))
    refused(script, *args, says="cannot be written")
    assert equal(before, state(out))


def torchrun(script: Path, *args: str, ranks: int = 2) -> processes.Done:
    """Run a script as the command of torch does, which starts an interpreter a rank."""
    command = script.with_name("torchrun.py")
    command.write_text("from torch.distributed.run import main\n\nmain()\n", "utf-8")
    how = (f"--nproc-per-node={ranks}", "--standalone")
    return processes.Started(command, *how, script.name, *args).done(200)


@pytest.mark.parametrize(
    "launched",
    [
        processes.run_ranks,
        pytest.param(torchrun, marks=pytest.mark.exhaustive),
    ],
)
def test_two_ranks_learn_what_one_process_does(
    launched: Callable[..., processes.Done], tiny: Path, tmp_path: Path
) -> None:
    """Within rounding, also for batches that ranks cannot share evenly."""
    script = rendered(MLP, TRAINING | {"batch_size": 27}, tmp_path)
    one, two = tmp_path / "one", tmp_path / "two"
    train(script, "--data-dir", str(tiny), "--out", str(one))
    done = launched(script, "--data-dir", str(tiny), "--out", str(two))
    assert done.returncode == 0, done.stderr
    for ours, theirs in zip(rows(one), rows(two), strict=True):
        for name in ("train_loss", "test_loss", "test_accuracy"):
            assert float(ours[name]) == pytest.approx(float(theirs[name]), abs=1e-3)
    weights = state(one)["model"], state(two)["model"]
    for key, ours in weights[0].items():
        torch.testing.assert_close(ours, weights[1][key], rtol=1e-3, atol=1e-4)


ALIKE: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "a rest in one part": (
        MLP,
        {"subset": 157, "batch_size": 3, "accumulate": 4, "epochs": 2},
    ),
    "a line search": (
        MLP,
        {
            "optimizer": {"LBFGS": {"max_iter": 4, "line_search_fn": "strong_wolfe"}},
            "subset": 120,
            "batch_size": 60,
            "epochs": 2,
        },
    ),
    "an output without a loss": (
        ["Flatten", {"Linear": 10, "name": "logits"}, {"Linear": 3, "name": "spare"}],
        {"epochs": 1},
    ),
}


@pytest.mark.parametrize("name", ALIKE)
def test_ranks_have_the_metrics_of_one_process(
    name: str, tiny: Path, tmp_path: Path
) -> None:
    layers, training = ALIKE[name]
    outputs = ["logits", "spare"] if "output" in name else []
    script = rendered(layers, training, tmp_path, outputs)
    one, two = tmp_path / "one", tmp_path / "two"
    train(script, "--data-dir", str(tiny), "--out", str(one))
    done = processes.run_ranks(script, "--data-dir", str(tiny), "--out", str(two))
    assert done.returncode == 0, done.stderr
    for ours, theirs in zip(rows(one), rows(two), strict=True):
        assert float(ours["test_loss"]) == pytest.approx(
            float(theirs["test_loss"]), abs=2e-3
        )


def test_ranks_share_the_folder_of_the_first(tiny: Path, tmp_path: Path) -> None:
    """They can start in different seconds, and so name different folders."""
    script = rendered(MLP, TRAINING | {"epochs": 1, "validation": 0.2}, tmp_path)
    shared = script.with_name("command_line.py")
    text = shared.read_text(encoding="utf-8")
    named = """f"{time.strftime('%Y-%m-%d_%H-%M-%S')}_{os.getpid()}\""""
    odd = text.replace(named, "str(LOCAL_RANK)")
    assert odd != text
    shared.write_text(odd, encoding="utf-8")
    done = processes.run_ranks(script, "--data-dir", str(tiny))
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "runs" / "tried").iterdir()] == ["0"]
    assert done.stdout.count("test_accuracy") == 1


def test_another_number_of_ranks(script: Path, tiny: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    train(script, "--data-dir", str(tiny), "--epochs", "1", "--out", out)
    done = processes.run_ranks(script, "--data-dir", str(tiny), "--resume", out)
    assert (
        "was made with ranks 1, not 2" in done.stderr and "Traceback" not in done.stderr
    )


def test_settings_of_a_resume_are_kept(tiny: Path, tmp_path: Path) -> None:
    script = rendered(MLP, {}, tmp_path)
    out = str(tmp_path / "out")
    train(script, "--data-dir", str(tiny), "--epochs", "1", "--out", out)
    train(script, "--resume", out, "--epochs", "2")
    assert len(rows(tmp_path / "out")) == 2
    assert (
        json.loads((tmp_path / "out" / "config.json").read_text("utf-8"))["settings"][
            "epochs"
        ]
        == 2
    )


def test_profiles_are_not_runs(script: Path, tiny: Path) -> None:
    args = ("--data-dir", str(tiny))
    train(script, *args, "--epochs", "1", "--out", "runs/tried/a/first")
    printed = train(script, *args, "--profile", "--out", "runs/tried/later")
    assert "Self CPU" in printed
    assert (script.parent / "runs/tried/later/trace.json").exists()
    predicting = script.with_name("predict_tried.py")
    newest = train(predicting, "--evaluate", *args)
    chosen = train(predicting, "--evaluate", *args, "--run", "runs/tried/a/first")
    assert newest == chosen


def test_ranks_are_resumed(script: Path, tiny: Path, tmp_path: Path) -> None:
    """Each rank restores its own random state."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    args = ("--data-dir", str(tiny), "--checkpoint-every", "4")
    done = processes.run_ranks(script, *args, "--out", str(whole))
    assert done.returncode == 0, done.stderr
    shutil.copytree(whole, parts)
    shutil.copy(parts / "previous.pt", parts / "last.pt")
    done = processes.run_ranks(script, *args, "--resume", str(parts))
    assert done.returncode == 0, done.stderr
    same_end(whole, parts)


def test_ranks_diverge_together(script: Path, tiny: Path, tmp_path: Path) -> None:
    """The mark of it is written before one of them ends."""
    out = tmp_path / "out"
    args = ("--data-dir", str(tiny), "--out", str(out), "--lr", "1e30")
    done = processes.run_ranks(script, *args)
    assert done.returncode == 2 and "not finite in step" in done.stderr
    config = json.loads((out / "config.json").read_text("utf-8"))
    assert config["diverged"].startswith("the loss is not finite in step")
    assert not (out / "best.pt").exists()
    resumed = ("--resume", str(out), "--lr", "0.02", "--epochs", "2")
    done = processes.run_ranks(script, *resumed)
    assert done.returncode == 0, done.stderr
    assert len(rows(out)) == 2
    assert "diverged" not in (out / "config.json").read_text("utf-8")


def test_more_ranks_than_examples_in_a_batch(script: Path, tiny: Path) -> None:
    done = processes.run_ranks(script, "--data-dir", str(tiny), "--batch-size", "1")
    assert done.returncode != 0
    assert "error: --batch-size 1 must be from 2" in done.stderr


def test_a_batch_of_more_than_there_is(script: Path, tiny: Path) -> None:
    args = ("--data-dir", str(tiny), "--batch-size", "301")
    refused(script, *args, says="--batch-size 301 must be from 1")


@pytest.mark.parametrize("option", ["--profile", "--overfit-batch"])
def test_options_for_debugging(script: Path, tmp_path: Path, option: str) -> None:
    out = tmp_path / "out"
    args = ("--data-dir", str(SAMPLE), "--epochs", "3", "--out", str(out))
    printed = train(script, option, *args)
    if option == "--profile":
        assert "aten::addmm" in printed
        assert (out / "trace.json").stat().st_size > 10_000
    else:
        assert rows(out)[-1]["train_loss"] == rows(out)[-1]["test_loss"]


def test_a_run_that_is_over_looks_at_its_best_model(tiny: Path, tmp_path: Path) -> None:
    """Resumed with no epoch left, nothing was evaluated yet: dropout must be off."""
    layers = ["Flatten", {"BatchNorm1d": None}, {"Dropout": 0.5}, {"Linear": 10}]
    keys = TRAINING | {"epochs": 1, "metrics": ["confusion"]}
    script = rendered(layers, keys, tmp_path)
    out = tmp_path / "out"
    train(script, "--data-dir", str(tiny), "--out", str(out))
    counted = (out / "confusion.csv").read_text("utf-8")
    (out / "confusion.csv").unlink()
    train(script, "--resume", str(out))
    assert (out / "confusion.csv").read_text("utf-8") == counted
