"""What a training says of its data at its beginning, and `--look`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from mlpgen import api

from . import processes
from .networks import network
from .shared_modules import shared
from .test_data_checks import fine, of_arrays

if TYPE_CHECKING:
    from pathlib import Path


def splits(
    train: Any, test: Any, about: dict[str, Any], *lines: tuple[str, ...]
) -> Any:
    """Return data in parts, of pairs of features and targets; nothing is held out."""
    common = shared("data_common")
    parts = [common.Data(*pair) for pair in (train, test)]
    empty = parts[0].part(torch.arange(0))
    return common.Splits(parts[0], empty, parts[1], about, *lines)


def of_classes(counts: list[int], names: list[str], **more: Any) -> Any:
    """Return data with so many examples of each class."""
    targets = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))
    pair = (torch.randn(len(targets), 2), targets)
    return splits(pair, (pair[0][-4:], targets[-4:]), {"classes": names, **more})


def told(data: Any, capsys: Any) -> list[str]:
    """Return the lines that are printed of data, warnings last."""
    look = shared("look")
    look.tell(look.facts(data))
    said = capsys.readouterr()
    return [*said.out.splitlines(), *said.err.splitlines()]


def test_classes_by_name(capsys: Any) -> None:
    lines = told(of_classes([1200, 80], ["cat", "a long dog"]), capsys)
    assert lines[:4] == [
        "            train  test",
        "cat         1,200     0",
        "a long dog     80     4",
        "examples    1,280     4",
    ]


def test_the_smallest_of_many_classes(capsys: Any) -> None:
    names = [f"k{place}" for place in range(30)]
    lines = told(of_classes([*range(31, 1, -1)], names), capsys)
    assert [line.split()[0] for line in lines[1:6]] == [*names[:-6:-1]]
    assert lines[6].split() == ["25", "more", "7", "to", "31", "0"]


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ([400, 20, 399], ""),
        ([400, 19, 300], "far fewer examples than of a (400) are of b (19)"),
        ([5, 19, 400], "far fewer examples than of c (400) are of a (5) and b (19)"),
        ([400, 0, 300], ""),
    ],
)
def test_unequal_classes(counts: list[int], says: str, capsys: Any) -> None:
    data = of_classes(counts, ["a", "b", "c"])
    lines = told(data, capsys)
    mend = "`weight: balanced` in the loss makes up for it"
    assert lines[6:] == ([f"warning: {says}: {mend}"] if says else [])
    data.train.class_weights = torch.ones(3)
    assert told(data, capsys)[6:] == []
    del data.train.class_weights
    data.train.compared = False
    assert told(data, capsys)[6:] == []


def test_two_classes_without_names(capsys: Any) -> None:
    targets = (torch.arange(100) < 4).float().view(-1, 1)
    pair = (torch.randn(100, 2), targets)
    lines = told(splits(pair, pair, {}), capsys)
    assert [line.split() for line in lines[1:3]] == [["0", "96", "96"], ["1", "4", "4"]]
    assert "`pos_weight: balanced`" in lines[-1]


def test_ranges_before_and_after_the_scale(capsys: Any) -> None:
    features = torch.tensor([[0.0, 10.0], [4.0, 30.0]])
    pair = (features, torch.tensor([[250_000.0], [1.5]]))
    data = splits(pair, pair, {}, ("left out: a",), ("odd",))
    for part in (data.train, data.test):
        part.scale(torch.tensor([2.0, 20.0]), torch.tensor([2.0, 5.0]))
        part.keep_scale(torch.tensor([2.0, 20.0]), torch.tensor([2.0, 5.0]))
    number = "1.5 to 250,000, mean 125,001, deviation 124,999"
    assert told(data, capsys)[2:] == [
        "input [2]: 0 to 30, for the model -2 to 2",
        f"targets, train: {number}",
        f"targets, test: {number}",
        "left out: a",
        "warning: odd",
    ]


def test_pixels_before_and_after_the_scale(capsys: Any) -> None:
    images = shared("data_pixels").Images(
        torch.arange(256).to(torch.uint8).view(4, 1, 8, 8), torch.arange(4) % 2
    )
    images.rescale({}, {"mean": [51.0], "std": [102.0]})
    common = shared("data_common")
    data = common.Splits(images, images, images, {"classes": ["a", "b"]})
    assert "input [1, 8, 8]: 0 to 255, for the model -0.5 to 2" in told(data, capsys)


def test_classes_of_places(capsys: Any) -> None:
    pair = (torch.randn(3, 1, 2, 2), torch.tensor([[[0, 1], [1, -100]]] * 3))
    lines = told(splits(pair, pair, {"classes": ["sky", "car"]}), capsys)
    assert [line.split() for line in lines[:4]] == [
        ["places", "of", "train", "test"],
        ["sky", "3", "3"],
        ["car", "6", "6"],
        ["examples", "3", "3"],
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render scripts for arrays, and write these."""
    folder = tmp_path_factory.mktemp("made")
    arrays = fine(x=np.random.default_rng(1).random((60, 1, 8, 8)))
    np.savez(folder / "a.npz", **arrays)
    spec = of_arrays(arrays)
    for name, text in api.render(network(spec), "explicit").items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(made: Path, *flags: str) -> Any:
    return processes.run(made / "train_tried.py", "--data-dir", str(made), *flags)


def test_look_prints_that_alone(made: Path, tmp_path: Path) -> None:
    done = run(made, "--look", "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == ["train", "test"]
    assert done.stdout.splitlines()[-1].startswith("input [1, 8, 8]: ")
    assert not done.stderr
    assert not (tmp_path / "run").exists()


def test_a_run_begins_with_it_and_keeps_it(made: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    looked = run(made, "--look").stdout
    begun = run(made, "--out", str(out))
    assert begun.stdout.startswith(f"{looked}epoch")
    found = json.loads((out / "data.json").read_text("utf-8"))
    assert found["examples"] == {"train": 48, "validation": 0, "test": 12}
    assert sum(each["test"] for each in found["classes"].values()) == 12
    again = run(made, "--resume", str(out), "--epochs", "2")
    assert again.returncode == 0 and "input" not in again.stdout


def test_a_page_of_examples(made: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    done = run(made, "--look", "--plot", "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["examples.png"]
