"""Several numbers that are predicted of each example: each has its name and scores."""

from __future__ import annotations

import argparse
import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import nn

from mlpgen import api

from . import processes
from .networks import network
from .shared_modules import shared
from .test_training import train

if TYPE_CHECKING:
    from pathlib import Path

NAMED = {"target_columns": {"price": {}, "miles": {}}}
WANTED = [[1.0, 100.0], [2.0, 300.0], [6.0, 200.0]]
GIVEN = [[1.0, 110.0], [3.0, 300.0], [3.0, 230.0]]
NUMBERS = {
    "mae": [4 / 3, 40 / 3],
    "rmse": [(10 / 3) ** 0.5, (1000 / 3) ** 0.5],
    "r2": [1 - 10 / 14, 1 - 1000 / 20000],
}
ONES = [[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]]
CHANCES = [[0.1, 0.9], [0.6, 0.2], [0.4, 0.3]]
BINARY = {
    "accuracy": [2 / 3, 2 / 3],
    "f1": [2 / 3, 2 / 3],
    "auc": [1.0, 0.5],
    "mae": [(0.1 + 0.4 + 0.6) / 3, (0.1 + 0.8 + 0.3) / 3],
}


def splits(given: list[list[float]], wanted: list[list[float]], about: Any) -> Any:
    """Return data whose features are what the model gives."""
    common = shared("data_common")
    data = common.Data(torch.tensor(given), torch.tensor(wanted))
    data.standardize_targets(about)
    return common.Splits(data, data, data, about)


@pytest.mark.parametrize("about", [NAMED, {}, {"target_columns": {"price": {}}}])
@pytest.mark.parametrize("numbers", [True, False])
def test_each_has_its_scores(about: dict[str, Any], numbers: bool) -> None:
    expected = NUMBERS if numbers else BINARY
    given, wanted = (GIVEN, WANTED) if numbers else (CHANCES, ONES)
    rows = shared("target_scores").rows_of_targets(
        nn.Identity(), splits(given, wanted, about), 2, [*expected]
    )
    names = ["price", "miles"] if about is NAMED else ["1", "2"]
    assert [row["target"] for row in rows] == names
    for place, row in enumerate(rows):
        for name, values in expected.items():
            assert row[name] == pytest.approx(values[place])


def test_scores_are_in_the_unit_of_the_data() -> None:
    scale = {"names": ["price", "miles"], "mean": [3.0, 200.0], "std": [2.0, 50.0]}
    about = {**NAMED, "targets": scale}
    given = (torch.tensor(GIVEN) - torch.tensor(scale["mean"])) / torch.tensor(
        scale["std"]
    )
    data = splits(given.tolist(), WANTED, about)
    rows = shared("target_scores").rows_of_targets(
        nn.Identity(), data, 8, ["mae", "r2"]
    )
    for name in ("mae", "r2"):
        assert [row[name] for row in rows] == pytest.approx(NUMBERS[name], rel=1e-5)


def test_chances_of_logits() -> None:
    logits = torch.tensor(CHANCES).logit().tolist()
    rows = shared("target_scores").rows_of_targets(
        nn.Identity(), splits(logits, ONES, {}), 8, [*BINARY], inverse=torch.sigmoid
    )
    for name, values in BINARY.items():
        assert [row[name] for row in rows] == pytest.approx(values)


def test_what_has_no_score_is_zero() -> None:
    """A target that is always the same, or of which no one is a one."""
    zeros = [[0.0, 1.0], [0.0, 0.0]]
    rows = shared("target_scores").rows_of_targets(
        nn.Identity(), splits(zeros, zeros, {}), 8, ["r2", "f1", "auc"]
    )
    assert [[*row.values()] for row in rows] == [
        ["1", 0.0, 0.0, 0.5],
        ["2", 1.0, 1.0, 1.0],
    ]


def test_the_table_of_scores(tmp_path: Path, capsys: Any) -> None:
    scores = shared("target_scores")
    scores.write_targets(
        tmp_path, nn.Identity(), splits(GIVEN, WANTED, NAMED), 2, ["mae", "r2"]
    )
    path = tmp_path / "target_scores.csv"
    assert capsys.readouterr().out.splitlines() == [
        "target    mae      r2",
        "price   1.333  0.2857",
        "miles   13.33    0.95",
        str(path),
    ]
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["target"] for row in rows] == ["price", "miles"]
    assert [float(row["mae"]) for row in rows] == pytest.approx(NUMBERS["mae"])


def test_of_many_the_first_are_shown(tmp_path: Path, capsys: Any) -> None:
    data = splits([[0.0] * 30, [1.0] * 30], [[1.0] * 30, [2.0] * 30], {})
    shared("target_scores").write_targets(tmp_path, nn.Identity(), data, 2, ["mae"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:21]] == [
        "target",
        *map(str, range(1, 21)),
    ]
    assert lines[21] == "10 more targets"
    assert len((tmp_path / "target_scores.csv").read_text().splitlines()) == 31


def predicted(form: str, values: Any, names: list[str], capsys: Any) -> str:
    """Return what is printed of two examples."""
    module = shared("predictions")
    found = module.Predictions(argparse.Namespace(top=None, out=None, format=form))
    rows = [module.Name("a.csv", row, alone=False) for row in (1, 2)]
    about = {"target_columns": dict.fromkeys(names)}
    found.add_numbers(rows, torch.tensor(values), about)
    found.write()
    return str(capsys.readouterr().out)


TWO = [[1.5, 2.0], [3.0, 40_000.0]]
SHOWN = {
    "named": (TWO, ["price", "miles"], "price 3  miles 40,000", "price,miles",
              {"price": 3.0, "miles": 40_000.0}),
    "without names": (TWO, [], "3  40,000", "1,2", [3.0, 40_000.0]),
    "other names": (TWO, ["price"], "3  40,000", "1,2", [3.0, 40_000.0]),
    "one": ([[1.5], [3.0]], ["price"], "3", "", 3.0),
    "a map": ([[[1.5, 2.0]], [[3.0, 4.0]]], [], "3  4", "1,2", [[3.0, 4.0]]),
}  # fmt: skip


@pytest.mark.parametrize("case", SHOWN)
def test_predictions_have_the_names_of_targets(case: str, capsys: Any) -> None:
    values, names, said, columns, record = SHOWN[case]
    lines = predicted("text", values, names, capsys).splitlines()
    assert lines[1] == f"a.csv, row 2: {said}"
    header = predicted("csv", values, names, capsys).splitlines()[0]
    ends = [f"prediction_{name}" for name in columns.split(",")]
    wanted = ends if columns else ["prediction"]
    assert header.split(",") == ["file", "row", *wanted]
    records = json.loads(predicted("json", values, names, capsys))
    assert records[1] == {"file": "a.csv", "row": 2, "prediction": record}


@pytest.mark.parametrize(
    ("about", "columns", "names"),
    [
        (NAMED, 2, ["price", "miles"]),
        ({"target_columns": {"price": {}}}, 1, ["price"]),
        ({}, 3, ["target 1", "target 2", "target 3"]),
        ({}, 1, ["targets"]),
        ({}, 21, ["targets"]),
    ],
)
def test_the_look_has_a_line_for_each(
    about: dict[str, Any], columns: int, names: list[str]
) -> None:
    """Whether the loss sees them standardized or not."""
    rows = (torch.arange(4.0)[:, None] + torch.arange(columns)).tolist()
    found = shared("look").facts(splits(rows, rows, about))
    assert [*found["targets"]["test"]] == names
    assert [*found["targets"]["test"].values()][-1]["most"] == columns + 2


def test_which_word_is_one() -> None:
    known = {"fresh": {"classes": ["no", "yes"]}, "red": {"classes": ["0", "1"]}}
    found = shared("look").facts(splits(ONES, ONES, {"target_columns": known}))
    assert found["notes"] == ["of 'fresh', 'yes' is 1; 'no' is 0"]


CARS = {
    "name": "Cars",
    "input": [2],
    "layers": [{"Linear": 2}],
    "training": {
        "data": {"csv": "cars.csv", "target": ["price", "miles"]},
        "loss": "MSELoss",
        "metrics": ["mae", "rmse", "r2"],
        "optimizer": {"SGD": {"lr": 0.1}},
        "epochs": 2,
        "batch_size": 8,
    },
}
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "several": ({}, '["mae", "rmse", "r2"]'),
    "some": ({"metrics": ["r2"]}, '["r2"]'),
    "nothing asked for": ({"metrics": []}, ""),
    "one": ({"data": {"csv": "cars.csv", "target": "price"}}, ""),
    "ones": ({"loss": "BCEWithLogitsLoss", "metrics": ["f1", "confusion"]}, '["f1"]'),
    "an average": ({"ema": 0.9}, '["mae", "rmse", "r2"]'),
}


@pytest.mark.parametrize("case", CASES)
def test_scripts_measure_each_where_there_are_several(case: str) -> None:
    keys, metrics = CASES[case]
    layers = [{"Linear": 1 if case == "one" else 2}]
    spec = {**CARS, "layers": layers, "training": {**CARS["training"], **keys}}
    texts = api.render(network(spec), "explicit")
    for name in ("train_cars.py", "predict_cars.py"):
        assert texts[name].count("write_targets(") == bool(metrics)
        assert metrics in texts[name]
    model = "average" if "ema" in keys else "model"
    said = " ".join(texts["train_cars.py"].split()).replace("( ", "(")
    assert (f"write_targets(run.folder, {model}, " in said) == bool(metrics)
    assert ", run.about)\n" in texts["predict_cars.py"]


def test_a_table_with_two_targets(tmp_path: Path) -> None:
    """Trained, evaluated and used: what is said is the same in all."""
    draw = np.random.default_rng(0)
    lines = [
        f"{a:.3f},{b:.3f},{1000 * a:.1f},{b - a:.4f}"
        for a, b in draw.normal(size=(60, 2)).tolist()
    ]
    table = "\n".join(["a,b,price,miles", *lines])
    (tmp_path / "cars.csv").write_text(table)
    for name, text in api.render(network(CARS), "explicit").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    said = train(tmp_path / "train_cars.py", "--data-dir", ".", "--out", "run")
    assert "target" in said and "\nprice" in said and "\nmiles" in said
    with (tmp_path / "run" / "target_scores.csv").open(newline="") as file:
        first, second = csv.DictReader(file)
    assert float(first["mae"]) > 30 * float(second["mae"])
    with (tmp_path / "run" / "metrics.csv").open(newline="") as file:
        best = [*csv.DictReader(file)][-1]
    mean = (float(first["mae"]) + float(second["mae"])) / 2
    assert mean == pytest.approx(float(best["test_mae"]), rel=1e-4)
    script = tmp_path / "predict_cars.py"
    done = processes.run(script, "--run", "run", "cars.csv", "--evaluate")
    assert done.returncode == 0, done.stderr
    assert "cars.csv, row 1: price " in done.stdout
    assert said[said.index("target") :] in done.stdout
