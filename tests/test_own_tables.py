"""Tables as people have them: what is read, what is named, and what is learned."""

from __future__ import annotations

import codecs
import datetime
import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
import torch
import yaml
from click.testing import CliRunner, Result

from mlpgen import api
from mlpgen.cli import cli, run

from . import processes
from .networks import network
from .shared_modules import CPU, Goal, shared
from .shared_modules import load as of_spec
from .test_training import rows as run_rows
from .test_training import train

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def load(folder: Path, content: str | bytes, features: int, **keys: Any) -> Any:
    """Load a table as a script does; without a target that counts, `y` is a number."""
    raw = content if isinstance(content, bytes) else content.encode()
    (folder / "t.csv").write_bytes(raw)
    given: dict[str, Any] = {"path": "t.csv", "target": "y", "features": features}
    given["goal"] = Goal(numbers=(1,))
    return shared("data_tables").load(folder, CPU, **{**given, **keys})


def rows(count: int, *columns: str) -> str:
    """Write rows; in each cell `#` is the number of the row, from 0."""
    lines = (",".join(columns).replace("#", str(number)) for number in range(count))
    return "".join(f"{line}\n" for line in lines)


def refused(folder: Path, content: str | bytes, features: int = 1, **keys: Any) -> str:
    with pytest.raises(shared("data_common").DataError) as caught:
        load(folder, content, features, **keys)
    said = str(caught.value)
    assert "\n" not in said
    return said.replace(f"{folder}/", "")


def every(data: Any) -> torch.Tensor:
    """Return all features and targets in the order of the first feature, raw."""
    parts = (data.train, data.validation, data.test)
    pairs = [
        torch.cat([part.unscaled(part.features), part.in_own_unit(part.targets)], dim=1)
        for part in parts
        if len(part)
    ]
    found = torch.cat(pairs)
    return found[found[:, 0].argsort()]


CELLS = [(0.5 + number, 1250.25 * number, "äöü"[number % 3]) for number in range(12)]


def lines_of(separator: str, decimal: str, thousands: str = "") -> str:
    """Write a table in one of the ways of the world; y is the number of the row."""
    found = [separator.join(["a", "b", "c", "y"])]
    for number, (a, b, c) in enumerate(CELLS):
        big = f"{b:,.2f}".replace(",", "#").replace(".", decimal)
        small = f"{a}".replace(".", decimal)
        cells = [small, big.replace("#", thousands), c, str(number)]
        quoted = (f'"{each}"' if separator in each else each for each in cells)
        found.append(separator.join(quoted))
    return "\n".join(found) + "\n"


WRITTEN: dict[str, tuple[str | bytes, str]] = {
    "plain": (lines_of(",", "."), ""),
    "semicolons": (lines_of(";", ","), "a semicolon separates columns"),
    "tabs": (lines_of("\t", "."), "a tab separates columns"),
    "bars": (lines_of("|", "."), "a bar separates columns"),
    "thousands": (lines_of(",", ".", ","), "thousands are separated: b"),
    "points": (
        lines_of(";", ",", "."),
        "`,` is the decimal and thousands are separated: b",
    ),
    "apostrophes": (lines_of(",", ".", "'"), "thousands are separated: b"),
    "spaces": (lines_of(";", ",", " "), "thousands are separated: b"),
    "quoted commas": (lines_of(",", ","), "`,` is the decimal: a and b"),
    "Excel": (
        codecs.BOM_UTF8 + lines_of(";", ",").encode(),
        "it is read as utf-8-sig",
    ),
    "Windows": (lines_of(",", ".").encode("cp1252"), "it is read as cp1252"),
    "UTF-16": (lines_of("\t", ".").encode("utf-16"), "it is read as utf-16"),
    "UTF-16 without a mark": (
        lines_of(",", ".").encode("utf-16-le"),
        "it is read as utf-16-le",
    ),
    "ends of lines": (lines_of(",", ".").replace("\n", "\r\n"), ""),
    "old ends of lines": (lines_of(",", ".").replace("\n", "\r"), ""),
    "sep=": ("sep=;\n" + lines_of(";", "."), "a semicolon separates columns"),
    "empty lines": (
        lines_of(",", ".").replace("\n", "\n\n,,,\n", 3),
        "6 empty rows are left out",
    ),
    "quotes": (lines_of(",", ".").replace("ä", '"ä"').replace("c,", '"c",'), ""),
    "space": (lines_of(",", ".").replace(",", " , "), ""),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_one_table_written_in_many_ways(way: str, tmp_path: Path) -> None:
    content, said = WRITTEN[way]
    data = load(tmp_path, content, 5)
    found = every(data)
    expected = [
        [a, b, *(float(c == each) for each in "äöü"), float(number)]
        for number, (a, b, c) in enumerate(CELLS)
    ]
    assert torch.allclose(found, torch.tensor(expected), rtol=1e-4, atol=1e-2)
    assert any(said in note for note in data.notes) if said else data.notes == ()


def test_keys_say_how_a_table_is_written(tmp_path: Path) -> None:
    text = lines_of("~", ",").encode("cp1250", "replace")
    data = load(tmp_path, text, 5, separator="~", decimal=",", encoding="cp1250")
    assert every(data)[3, :2].tolist() == pytest.approx([3.5, 3750.75])
    assert [*data.notes] == ["`,` is the decimal: a and b"]


COUNT = rows(20, "#", "#.5")
REFUSED: dict[str, tuple[str | bytes, dict[str, Any], str]] = {
    "nothing": ("", {}, "t.csv has no rows below a line of names"),
    "only names": ("a,y\n", {}, "t.csv has no rows below a line of names"),
    "one row": ("a,y\n1,2\n", {}, "too few examples to hold out 20% of them"),
    "a cut row": (
        "a,b,y\n1,2,3\n4,5\n",
        {},
        "t.csv, line 3: it has 2 values, and the first line names 3 columns",
    ),
    "a long row": (
        "a,y\n1,2\n3,4,5\n",
        {},
        "t.csv, line 3: it has 3 values, and the first line names 2 columns",
    ),
    "a cut quote": (
        'a,y\n1,2\n3,"4',
        {},
        "t.csv is no table: line 3: a quote is not closed",
    ),
    "one name twice": (
        "a,a,y\n1,2,3\n",
        {},
        "t.csv has two columns of the same name: 'a'",
    ),
    "no name": ("a,,y\n1,2,3\n", {}, "t.csv: column 2 has no name in the first line"),
    "zeros": (
        "a,y\n1,\0\n",
        {},
        "is no table: it has NUL bytes, first in line 2",
    ),
    "Excel": (b"PK\x03\x04.....", {}, "t.csv is no table, but an Excel or zip file: "),
    "an image": (b"\x89PNG\r\n\x1a\n", {}, "t.csv is no table, but an image: "),
    "two encodings": (
        "a,y\nä,1\n".encode() + "ö,2\n".encode("latin-1"),
        {},
        "t.csv mixes encodings: line 2 is UTF-8, line 3 is not; ",
    ),
    "another encoding": (
        "a,y\nä,1\n".encode("latin-1"),
        {"encoding": "utf-8"},
        "t.csv is no table in utf-8: byte 0xe4 in line 2; `encoding` names another",
    ),
    "another mark": (
        "a,y\n1,1\n".encode("utf-16"),
        {"encoding": "latin-1"},
        "t.csv begins as utf-16 does, not as `latin-1`",
    ),
    "no names": (
        "5.1,3.5,1\n4.9,3.0,2\n",
        {},
        "t.csv has no column 'y', only 5.1, 3.5 and 1; its first line must name the",
    ),
    "another separator": (
        "a^y\n1^2\n",
        {},
        "t.csv has no column 'y', only a^y; `separator` says what is between columns",
    ),
    "a wrong name": (
        "a,prices\n1,2\n",
        {"target": "price"},
        "t.csv has no column 'price'; did you mean 'prices'?",
    ),
    "a wrong column": (
        "a,b,y\n" + rows(9, "1", "2", "3"),
        {"drop": ["ab", "x", "z"]},
        "t.csv has no column 'ab', 'x' and 'z'; did you mean ",
    ),
    "no number": (
        "a,y\n" + rows(9, "#", "1") + "x,1\n",
        {},
        "t.csv: line 11: 'x' of 'a' is no number, as others are: mend it, or write "
        "`drop: [a]` or `categories: [a]`",
    ),
    "a fraction with a point": (
        "a;y\n1,5;1\n2,5;1\n3.5;1\n",
        {"decimal": ","},
        "t.csv: line 4: '3.5' of 'a' is no number, as others are",
    ),
    "no date": (
        "a,y\n2024-02-28,1\n2024-02-29,2\n2024-02-30,3\n",
        {},
        "t.csv: line 4: '2024-02-30' of 'a' is no date, as others are",
    ),
    "infinite": (
        "a,y\n" + rows(9, "#", "1") + "inf,1\n",
        {},
        "t.csv: line 11: 'a' is infinite, or too large",
    ),
    "too large": (
        "a,y\n" + rows(9, "#", "1") + "1e400,1\n",
        {},
        "t.csv: line 11: 'a' is infinite, or too large",
    ),
    "too large for a model": (
        "a,y\n" + rows(9, "#", "1") + "-1e39,1\n",
        {},
        "t.csv: line 11: 'a' is infinite, or too large",
    ),
    "a target that is too large": (
        "a,y\n" + rows(9, "#", "1") + "\n1,1e39\n",
        {},
        "t.csv: line 12: 'y' is infinite, or too large",
    ),
    "no chance": (
        "a,y\n" + rows(9, "#", "0.5") + "1,1.5\n" + rows(9, "#", "7"),
        {"goal": Goal(numbers=(1,), unit=True)},
        "t.csv: line 11: 'y' is 1.5, and the loss takes numbers from 0 to 1",
    ),
    "a feature that is no chance": (
        "a,y\n" + rows(9, "#", "1"),
        {"goal": Goal(unit=True)},
        ": what the model sees is -",
    ),
    "a missing number": (
        "a,b,y\n" + rows(9, "#", "1", "2") + ",,1\nNA,?,1\n",
        {},
        "t.csv: line 11: 'a' is missing there, a twice and b twice: write `missing: "
        "median` or `mean`, or `missing: drop` to leave rows out",
    ),
    "a missing target": (
        "a,y\n" + rows(9, "#", "1") + "1,\n",
        {},
        "t.csv: line 11: 'y' is empty there, y once: nothing can be learned from these",
    ),
    "only missing": (
        "a,b,y\n1,,1\n,2,1\n",
        {"missing": "drop"},
        "t.csv: each row has a missing value: a once and b once; `drop` these columns",
    ),
    "words for numbers": (
        "a,y\n" + rows(9, "#", "red"),
        {},
        "t.csv: 'y' has categories such as 'red', and the loss takes numbers: "
        "`CrossEntropyLoss` learns classes",
    ),
    "numbers for classes": (
        "a,y\n" + rows(40, "#", "#.5"),
        {"goal": Goal(classes=3)},
        "t.csv: 'y' has 40 classes, the model tells 3 apart: it holds numbers, which "
        "`MSELoss` learns",
    ),
    "too many classes": (
        "a,y\n1,u\n2,v\n3,w\n4,x\n",
        {"goal": Goal(classes=3)},
        "t.csv: 'y' has 4 classes, the model tells 3 apart: u, v, w and x",
    ),
    "one class": (
        "a,y\n" + rows(9, "#", "u"),
        {"goal": Goal(classes=3)},
        "t.csv: 'y' is 'u' in every row: nothing can be learned",
    ),
    "nothing to learn from": (
        "a,y\n" + rows(9, "", "1"),
        {},
        "t.csv: there are no columns to learn from",
    ),
    "more features": (
        "a,b,c,d,y\n" + rows(20, "#", "1.5", "v#", "2.5", "1"),
        {},
        "t.csv: the columns make 23 features, and the model takes 1: c makes 20; a, b "
        "and d make 1 each. c has another category in every row, as an id; write "
        "`drop: [c, a]` and `input: [2]`",
    ),
    "a wider model": (
        "a,b,y\n" + rows(20, "#.5", "red", "1"),
        {"features": 5},
        "t.csv: the columns make 2 features, and the model takes 5: a and b make 1 "
        "each. write `input: [2]`, or leave columns out by `drop`",
    ),
    "the test is the training": (
        "a,y\n" + COUNT,
        {"test": "t.csv"},
        "t.csv is the same table as t.csv: it tests nothing",
    ),
    "no test": ("a,y\n" + COUNT, {"test": "u.csv"}, "u.csv is not there"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str, tmp_path: Path) -> None:
    content, keys, says = REFUSED[case]
    assert says in refused(tmp_path, content, **{"features": 1, **keys})


INIT = {
    "numbers": ("cost", "Linear: 1", "loss: MSELoss", "[mae, r2]"),
    "two words": ("sex", "Linear: 1", "loss: BCEWithLogitsLoss", "[accuracy, f1, auc]"),
    "two numbers": (
        "won",
        "Linear: 1",
        "loss: BCEWithLogitsLoss",
        "classes: 0 and 1",
    ),
    "one and two": (
        "side",
        "Linear: 2",
        "loss: CrossEntropyLoss",
        "classes: 1 and 2",
    ),
    "classes": ("kind", "Linear: 3", "loss: CrossEntropyLoss", "3 classes: a, b and c"),
    "unequal": ("rare", "Linear: 1", "{BCEWithLogitsLoss: {pos_weight: balanced}}", ""),
    "three unequal": (
        "grade",
        "Linear: 3",
        "{CrossEntropyLoss: {weight: balanced}}",
        "  best: f1  # accuracy",
    ),
}
FEATURES = "number, cost, when, won, side, sex, kind, rare"
CHOOSES = {"loss": "the loss"}
"""How drafts call what chooses the best epoch."""


def init(*args: str) -> Result:
    return CliRunner().invoke(cli, ["init", *args])


def survey(path: Path) -> Path:
    """Write a table with an id, a mixed column, missing values, dates and codes."""
    names = ["id", "cost", "gap", "when", "zip code", "won", "side", "sex", "kind"]
    lines = [",".join(["", *names, "rare", "name", "mixed", "unit", "same", "no"])]
    lines[0] += ",grade"
    for number in range(100):
        cells = [
            *(number, 500 - number, f"{number / 7:.3f}", "" if number % 9 else number),
            *(f"2024-{1 + number % 12:02}-{1 + number % 28:02}", 1000 + number % 4),
            *(number % 2, 1 + number % 2, "mf"[number % 2], "abc"[number % 3]),
            *("yes" if number % 50 == 7 else "no", f"Person {chr(97 + number % 26)}"),
            *(number % 5 if number % 4 else "x", f"{number % 3} kg", 3, ""),
            "b" if number % 20 == 3 else "c" if number % 25 == 6 else "a",
        ]
        cells[11] += str(number)
        lines.append(",".join(map(str, cells)))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("case", INIT)
@pytest.mark.thinned(2)
def test_init_writes_a_spec_that_loads(case: str, tmp_path: Path) -> None:
    """It has the width, ids are left out and said, and the loss fits."""
    target, *said = INIT[case]
    table = survey(tmp_path / "our survey.csv")
    done = init("csv", str(table), "--target", target)
    assert done.exit_code == 0, done.output
    for each in said:
        assert each in done.output
    assert "name: OurSurvey\n" in done.output
    assert "csv: our survey.csv" in done.output
    assert "drop: [id, name, same]" in done.output
    assert "categories: [zip code, mixed]" in done.output
    assert "# id has another whole number in every row, as an id.\n" in done.output
    assert "missing: median" in done.output
    spec = yaml.safe_load(done.output)
    recipe = network(spec).graph.recipe
    assert recipe is not None
    score = CHOOSES.get(recipe.best.metric, recipe.best.metric)
    assert f"the best one, by {score}.\n" in done.output
    data = of_spec(spec, tmp_path)
    assert data.train.features.shape[1] == spec["input"][0]


def test_init_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = survey(tmp_path / "t.csv")
    for args, says in (
        (["--target", "price"], "has no column `price`"),
        (["--target", "name"], "`name` has 100 classes in 100 rows"),
        (["--target", "same"], "`same` is the same in every row"),
        (["--target", "when"], "`when` holds dates"),
        (["--target", "cost", "--target", "sex"], "`sex` does not hold numbers"),
        ([], "needs the column to learn"),
        (["--target", "cost", "--target", "cost"], "given twice"),
    ):
        assert run(["init", "csv", str(table), *args]) == 2
        assert says in capsys.readouterr().err


NOISE = 6000.0
"""The deviation of prices from their rule."""


class Sold(NamedTuple):
    """A training on cars whose price follows a rule, from `init` to predictions.

    Attributes:
        folder: Has the table, the scripts and the run.
        best: The r2 of the rule itself.
        said: What the training printed.
    """

    folder: Path
    best: float
    said: str

    def predict(self, name: str, *args: str) -> Any:
        return processes.run(
            self.folder / "predict_cars.py", str(self.folder / name), *args
        )


def cars(path: Path) -> list[str]:
    """Write cars with an index, an id, missing ages, codes and dates; return lines."""
    draw = np.random.default_rng(3)
    start = datetime.date(2020, 1, 1)
    names = ["", "id", "maker", "km", "age", "zip", "sold", "price"]
    lines = [";".join(names)]
    for number in range(500):
        maker = ("Audi", "VW", "Škoda")[draw.integers(3)]
        code = ("01234", "99999", "50667")[draw.integers(3)]
        km, age = draw.integers(1000, 200_000), draw.uniform(0, 15)
        day = start + datetime.timedelta(days=int(draw.integers(1500)))
        price = 220_000 + 60_000 * (maker == "Audi") - 0.8 * km - 3000 * age
        price += 40_000 * (code == "99999") + draw.normal(0, NOISE)
        known = f"{age:.2f}".replace(".", ",") if number % 25 else ""
        cells = [number, 9000 + number, maker, km, known, code, day]
        lines.append(";".join(map(str, [*cells, f"{price:.2f}".replace(".", ",")])))
    path.write_text("\n".join(lines) + "\n", "cp1252")
    return lines


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Sold:
    folder = tmp_path_factory.mktemp("cars")
    lines = cars(folder / "cars.csv")
    spec = init("csv", str(folder / "cars.csv"), "--target", "price").output
    (folder / "cars.yaml").write_text(spec, "utf-8")
    for name, text in api.render(
        api.load(str(folder / "cars.yaml")), "explicit"
    ).items():
        (folder / name).write_text(text, "utf-8")
    args = ("--data-dir", str(folder), "--out", str(folder / "run"), "--epochs", "30")
    said = train(folder / "train_cars.py", *args)
    prices = [float(line.split(";")[-1].replace(",", ".")) for line in lines[1:]]
    return Sold(folder, 1 - NOISE**2 / float(np.var(prices)), said)


@pytest.mark.exhaustive
def test_prices_are_learned_as_well_as_can_be(sold: Sold) -> None:
    """In their own unit: the error is that of the rule."""
    best = max(float(row["test_r2"]) for row in run_rows(sold.folder / "run"))
    assert sold.best > 0.9
    assert best > sold.best - 0.03
    error = min(float(row["test_mae"]) for row in run_rows(sold.folder / "run"))
    assert NOISE / 2 < error < 3 * NOISE
    assert "drop: [id]\n" in (sold.folder / "cars.yaml").read_text("utf-8")
    for line in (
        "the first column, without a name, counts the rows: it is left out",
        "it is read as cp1252",
        "a semicolon separates columns",
        "`,` is the decimal: age",
        "dates become year, month and weekday: sold",
        "the median stands for what is missing: age 20 times",
    ):
        assert line in sold.said
    facts = json.loads((sold.folder / "run" / "data.json").read_text("utf-8"))
    assert facts["targets"]["train"]["price"]["mean"] > 50_000


def test_predictions_are_in_the_unit_of_the_column(sold: Sold) -> None:
    """Of tables without the target, in another order, with other columns."""
    lines = [
        "sold,km,age,more,zip,maker",
        "2021-05-05,100000,5,x,01234,VW",
        '2021-05-05,100000,"5,0",y,99999,Audi',
        "2021-05-05,100000,,z,99999,Fiat",
    ]
    (sold.folder / "new.csv").write_text("\n".join(lines) + "\n")
    done = sold.predict(
        "new.csv", "--format", "json", "--run", str(sold.folder / "run")
    )
    assert done.returncode == 0, done.stderr
    prices = [each["prediction"] for each in json.loads(done.stdout)]
    assert prices[0] == pytest.approx(220_000 - 80_000 - 15_000, abs=4 * NOISE)
    assert prices[1] == pytest.approx(prices[0] + 100_000, abs=4 * NOISE)
    assert "maker: 'Fiat' in 1 row, not seen in training: all zeros" in done.stderr
    (sold.folder / "less.csv").write_text("km,age\n1,2\n")
    done = sold.predict("less.csv", "--run", str(sold.folder / "run"))
    assert done.returncode == 2
    assert "less.csv has no column 'maker', 'zip' and 'sold'" in done.stderr


WARNED = {
    "a name of an id": (
        ("userId", "9##71"),
        "another whole number in every row, as an",
    ),
    "a count": (("place", "#"), "another whole number in every row, as an id"),
    "other whole numbers": (("km", "9##71"), "`drop` only what is an id"),
    "a category each": (("name", "n#"), "another category in every row, as an id"),
    "the same": (("same", "3"), "same is the same in every row"),
    "a unit": (("size", "# kg"), "has numbers with a unit, such as '0 kg'"),
    "a price": (("size", "$#"), "has numbers with a unit, such as '$0'"),
}


@pytest.mark.parametrize("case", WARNED)
def test_what_is_warned(case: str, tmp_path: Path) -> None:
    (name, cell), says = WARNED[case]
    content = f"a,{name},y\n" + rows(60, "#.5", cell, "#")
    features = 1 + (60 if name in ("name", "size") else 1)
    (warning,) = load(tmp_path, content, features).warnings
    assert says in warning
    assert warning.startswith(name)


def test_ordinary_columns_are_no_warning(tmp_path: Path) -> None:
    content = "a,b,c,d,y\n" + rows(60, "#.5", "2#.25", "2024-01-1", "#5", "#")
    content = content.replace("2024-01-1,55", "2023-02-1,155")
    found = load(tmp_path, content, 5, drop=["d"]).warnings
    assert found == ()


STATISTICS = "a,b,y\n" + rows(40, "#", "x", "#") + ",,9\n1000,z,9\n"


@pytest.mark.parametrize("missing", ["mean", "median"])
def test_what_stands_for_missing_is_of_the_training_part(
    missing: str, tmp_path: Path
) -> None:
    data = load(tmp_path, STATISTICS, 4, missing=missing)
    known = data.about["columns"]
    raw = data.train.unscaled(data.train.features)[:, 0]
    assert float(data.train.features[:, 0].mean()) == pytest.approx(0, abs=1e-5)
    expected = {"mean": raw.mean(), "median": raw.median()}[missing]
    assert known["a"]["missing"] == pytest.approx(float(expected), rel=0.2)
    assert known["b"]["categories"] == ["", "x", "z"]
    assert any("missing: a once" in each for each in data.notes)


def test_rows_are_left_out(tmp_path: Path) -> None:
    data = load(tmp_path, STATISTICS, 3, missing="drop")
    assert sum(map(len, data[:3])) == 41
    assert "1 of 42 rows are left out: a once" in data.notes


def test_the_test_is_a_file(tmp_path: Path) -> None:
    """In another order, with another separator; its new categories are said."""
    (tmp_path / "u.csv").write_text("y;more;b;a\n1.5;q;x;2.5\n3;q;new;4\n")
    data = load(tmp_path, "a,b,y\n" + rows(30, "#", "x", "#"), 2, test="u.csv")
    assert [len(part) for part in data[:3]] == [30, 0, 2]
    assert data.test.unscaled(data.test.features).tolist() == [[2.5, 1], [4, 0]]
    assert data.test.in_own_unit(data.test.targets).flatten().tolist() == [1.5, 3]
    said = "u.csv: b: 'new' in 1 row, not seen in training: all zeros"
    assert said in data.notes


class Pair(NamedTuple):
    """Two tables with columns `a` and `y`, and what the second one means.

    Attributes:
        trained: The values of `a` that are trained on; in a table with semicolons.
        second: The other table, whose first line names `a` and `y`.
        says: Its features, raw; or why it is refused.
        keys: What the spec says.
    """

    trained: list[str]
    second: str | bytes
    says: list[list[float]] | str
    keys: Mapping[str, Any] = MappingProxyType({})


POINT, COMMA = ["1.5", "200.25", "3"], ["1,5", "200,25", "3"]
GROUPED = ["1.100,0", "2.107,1", "99"]
AMERICAN = ["03/04/2021", "01/31/2021", "12/24/2021"]
NO_POINT = "no number as in training, where `.` is the decimal and thousands are not se"
NO_COMMA = "no number as in training, where `,` is the decimal and thousands are not se"
PAIRS = {
    "thousands alone": Pair(GROUPED, "a;y\n1.234;1\n", [[1234]]),
    "thousands beside a fraction": Pair(
        GROUPED, "a;y\n1.234;1\n1.234,5;1\n", [[1234], [1234.5]]
    ),
    "a fraction with a point": Pair(
        GROUPED, "a;y\n1,5;1\n1.5;1\n", "line 3: '1.5' of 'a' is no number as in"
    ),
    "a point for a comma": Pair(
        COMMA, "a;y\n2,5;1\n2.5;1\n", f"line 3: '2.5' of 'a' is {NO_COMMA}"
    ),
    "a comma for a point": Pair(
        POINT, "a;y\n2.5;1\n2,5;1\n", f"line 3: '2,5' of 'a' is {NO_POINT}"
    ),
    "only commas for points": Pair(
        POINT, "a;y\n2,5;1\n7,5;1\n", f"line 2: '2,5' of 'a' is {NO_POINT}"
    ),
    "a fraction of three digits": Pair(POINT, "a;y\n1.234;1\n", [[1.234]]),
    "another one": Pair(COMMA, "a;y\n1,234;1\n", [[1.234]]),
    "a thousand, or a fraction": Pair(
        POINT, "a;y\n1,234;1\n", f"line 2: '1,234' of 'a' is {NO_POINT}"
    ),
    "a fraction, or a thousand": Pair(
        COMMA, "a;y\n1.234;1\n", f"line 2: '1.234' of 'a' is {NO_COMMA}"
    ),
    "nothing but a thousand": Pair(
        POINT, "a;y\n1,234.5;1\n-1,234,567;1\n1'234;1\n", [[1234.5], [-1234567], [1234]]
    ),
    "a decimal that is said": Pair(POINT, "a;y\n1,234;1\n", [[1234]], {"decimal": "."}),
    "missing ones": Pair(
        COMMA, "a;y\nNA;1\n?;1\n7,5;1\n", [[3], [3], [7.5]], {"missing": "median"}
    ),
    "whole ones in a table with commas": Pair(
        ["1", "2", "4"],
        "a;b;y\n2,5;0,5;1\n",
        [[2.5, 0.5]],
        {"features": 2, "b": "0,5"},
    ),
    "thousands of another column": Pair(
        ["1", "2", "4"],
        "a;b;y\n2.500;3,5;1\n",
        [[2500, 3.5]],
        {"features": 2, "b": "1.000,5"},
    ),
    "the month first": Pair(
        AMERICAN, "a;y\n03/04/2021;1\n", [[2021, 3, 4]], {"features": 3}
    ),
    "the day first": Pair(
        AMERICAN,
        "a;y\n03/04/2021;1\n13/04/2021;1\n14/04/2021;1\n",
        "line 3: '13/04/2021' of 'a' is no date as in training, written as `%m/%d/%Y`",
        {"features": 3},
    ),
    "dates that look like numbers": Pair(
        ["2021-03-04", "2021-03-05", "2022-01-01"],
        "a;y\n20210304;1\n",
        "line 2: '20210304' of 'a' is no date as in training, written as `%Y-%m-%d`",
        {"features": 3},
    ),
    "dates without a time": Pair(
        ["2021-03-04 10:00", "2021-03-05 23:59"],
        "a;y\n2021-03-04T08:00;1\n2021-03-05;1\n",
        "line 3: '2021-03-05' of 'a' is no date as in training, written as `%Y-%m-%d` "
        "and a time",
        {"features": 4},
    ),
    "more hours than a day has": Pair(
        ["2021-03-04 10:00", "2021-03-05"],
        "a;y\n2021-03-05;1\n2021-03-04 99:00;1\n",
        "line 3: '2021-03-04 99:00' of 'a' is no date as in training",
        {"features": 4},
    ),
    "a time that was never there": Pair(
        ["2021-03-04"] * 3 + ["2021-04-05"],
        "a;y\n2021-03-04 10:00 PM;1\n",
        [[2021, 3, 4]],
        {"features": 3},
    ),
    "categories in capitals": Pair(
        ["red", "blue"],
        "a;y\nblue;1\nRED;1\n",
        "line 3: 'RED' of 'a' is another notation of 'red' in training: write it as",
        {"features": 2},
    ),
    "codes that have become numbers": Pair(
        ["01", "2"],
        "a;y\n2;1\n1.0;1\n",
        "line 3: '1.0' of 'a' is another notation of '01' in training",
        {"features": 2, "categories": ["a"]},
    ),
    "composed letters": Pair(
        ["\u00e9", "e"],
        "a;y\ne\u0301;1\n",
        "line 2: 'e\u0301' of 'a' is another notation of '\u00e9' in training",
        {"features": 2},
    ),
    "numbers for yes and no": Pair(
        ["True", "False", ""],
        "a;y\n;1\nTrue;1\n0;1\n",
        "line 4: '0' of 'a' is another notation of 'False' in training",
        {"features": 3},
    ),
    "other words for yes and no": Pair(
        ["yes", "no"],
        "a;y\ntrue;1\n",
        "line 2: 'true' of 'a' is another notation of 'yes' in training",
        {"features": 2},
    ),
    "a letter beside others": Pair(
        ["y", "n", "x"], "a;y\n1;1\ny;1\n", [[0, 0, 0], [0, 0, 1]], {"features": 3}
    ),
    "long codes that differ": Pair(
        ["9" * 30, "1"],
        f"a;y\n{'9' * 29}8;1\n",
        [[0, 0]],
        {"features": 2, "categories": ["a"]},
    ),
    "categories that are new": Pair(
        ["red", "A", "a"],
        "a;y\nrot;1\na;1\n-;1\n",
        [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
        {"features": 3},
    ),
    "an encoding": Pair(
        ["ä", "ö", "ü"], "a;y\nö;1\n".encode("cp1252"), [[0, 1, 0]], {"features": 3}
    ),
    "a mark, and ends of lines": Pair(
        ["ä", "ö", "ü"], "a;y\r\nö;1\r\n".encode("utf-16"), [[0, 1, 0]], {"features": 3}
    ),
    "another separator": Pair(COMMA, 'y,a\n1,"2,5"\n2,"3,5"\n', [[2.5], [3.5]]),
    "a separator in values": Pair(COMMA, "a\ty\n2,5\t1,5\n", [[2.5]]),
    "the separator of Excel": Pair(COMMA, "\nsep=|\na|y\n2,5|1\n", [[2.5]]),
    "a line below empty ones": Pair(
        COMMA,
        "\n\na;y\n\n;;\n1;1\nx;1\n".replace(";;", ";"),
        f"line 7: 'x' of 'a' is {NO_COMMA}",
    ),
    "a line below quotes": Pair(
        COMMA, 'sep=;\na;y;c\n1;1;"\n\n"\nx;1;c\n', f"line 6: 'x' of 'a' is {NO_COMMA}"
    ),
    "a line below what is left out": Pair(
        COMMA,
        "a;y\n;1\n;2\n1;1\ninf;1\n",
        "line 5: 'a' is infinite, or too large",
        {"missing": "drop"},
    ),
    "too large for what is known": Pair(
        COMMA, "a;y\n\n1;1\n1e300;1\n", "line 4: 'a' is infinite, or too large"
    ),
}
"""Tables that are trained on, and others that are predicted for, or a test."""


@pytest.mark.parametrize("way", ["predict", "test"])
@pytest.mark.parametrize("case", PAIRS)
@pytest.mark.thinned(3)
def test_a_second_table_is_read_as_the_first(
    case: str, way: str, tmp_path: Path
) -> None:
    """Whatever else is in it: a value means what it has meant, or is refused."""
    trained, second, says, more = PAIRS[case]
    b = more.get("b", "")
    content = "a;b;y\n" if b else "a;y\n"
    for number in range(30):
        cells = [trained[number % len(trained)], *([b] if b else []), str(number)]
        content += ";".join(cells) + "\n"
    raw = second if isinstance(second, bytes) else second.encode()
    (tmp_path / "u.csv").write_bytes(raw)
    keys = {"features": 1} | {key: each for key, each in more.items() if key != "b"}

    def read() -> Any:
        if way == "test":
            data = load(tmp_path, content, test="u.csv", **keys)
            return data.test.unscaled(data.test.features)
        about = load(tmp_path, content, **keys).about
        module = shared("data_tables")
        scale = module.preprocessing(about)
        return module.read_files([tmp_path / "u.csv"], about) * scale.std + scale.mean

    if isinstance(says, str):
        with pytest.raises(shared("data_common").DataError) as caught:
            read()
        assert says in str(caught.value)
    else:
        assert read().tolist() == [pytest.approx(each, rel=1e-4) for each in says]


GOALS: dict[str, tuple[list[str], list[str], list[float] | str]] = {
    "the words of training": (["no", "yes", "yes"], ["yes", "yes"], [1, 1]),
    "the other word": (["no", "yes", "yes"], ["no", "no"], [0, 0]),
    "unknown words": (["no", "yes"], ["yes", "Yes"], "line 3: 's' is 'Yes', and what"),
    "numbers for words": (["no", "yes"], ["1", "0"], "line 2: 's' is '1', and what is"),
    "words for numbers": (["0", "1"], ["1", "yes"], "line 3: 'yes' of 's' is no num"),
    "only words for numbers": (["0", "1"], ["yes"], "line 2: 'yes' of 's' is no num"),
    "chances": (["0,25", "1"], ["0,5", "1"], [0.5, 1]),
    "other chances": (["0,25", "1"], ["0.5", "1"], "line 2: '0.5' of 's' is no numb"),
}


@pytest.mark.parametrize("several", [True, False])
@pytest.mark.parametrize("case", GOALS)
def test_a_target_of_a_test_is_read_as_in_training(
    case: str, several: bool, tmp_path: Path
) -> None:
    trained, tested, says = GOALS[case]
    content = "a;s;t\n"
    for number in range(30):
        content += f"{number};{trained[number % len(trained)]};{'uv'[number % 2]}\n"
    lines = [f"{number};{each};v\n" for number, each in enumerate(tested)]
    (tmp_path / "u.csv").write_text("a;s;t\n" + "".join(lines))
    target, width = (["s", "t"], 2) if several else ("s", 1)
    keys = {"target": target, "test": "u.csv", "columns": ["a"]}
    keys |= {"goal": Goal(numbers=(width,), unit=True)}
    if isinstance(says, str):
        assert says in refused(tmp_path, content, 1, **keys)
        return
    found = load(tmp_path, content, 1, **keys).test.targets
    assert found[:, 0].tolist() == says
    assert found[:, 1:].tolist() == [[1.0]] * len(says) if several else True


@pytest.mark.parametrize("more", ["", "\n", ";9\n", '"5";9\n'])
def test_a_number_does_not_depend_on_other_rows(more: str, tmp_path: Path) -> None:
    """Nor on how a table with them is read: by polars, or row by row."""
    content = "a;y\n" + rows(9, "1.#56;#")
    data = load(tmp_path, content + more, 1, missing="median")
    assert every(data)[:2, 0].tolist() == pytest.approx([1.056, 1.156])


def test_an_evaluation_wants_the_same_columns(tmp_path: Path) -> None:
    """Of the same meaning: dates and numbers that are read alike, the same words."""
    content = "a;b;y\n" + rows(28, "03/1/2021;#,5;#")
    keys: dict[str, Any] = {"features": 4, "target": "y"}
    data = load(tmp_path, content, **keys)
    data.test.rescale(data.about, data.about)
    for old, new, says in (
        ("03/1/2021", "2021-03-1", "write numbers and dates: 'a'"),
        (",5", ".5", "write numbers and dates: 'b'"),
        ("a;b", "a;c", "other columns than"),
    ):
        other = load(tmp_path, content.replace(old, new), **keys)
        with pytest.raises(shared("data_common").DataError, match=says):
            other.test.rescale(other.about, data.about)


@pytest.mark.parametrize(
    ("content", "names", "values"),
    [
        ("my review\ngood film\nbad film\n", (), [("good film",), ("bad film",)]),
        ("my review\ngood film\n", ("my review",), [("good film",)]),
        ("text mood\nfilm good\n", ("text", "mood"), [("film", "good")]),
        ("text;mood\na, b, c;good\nd;NA\n", ("text",), [("a, b, c",), ("d",)]),
        ("text;mood\nNA;NA\n", ("text", "mood"), [("NA", "")]),
        ('\nsep=|\ntext|mood\n"a\nb"|x\n', ("mood",), [("x",)]),
    ],
)
def test_columns_of_texts(
    content: str, names: tuple[str, ...], values: list[Any], tmp_path: Path
) -> None:
    """A space separates columns only if that makes the names that are wanted."""
    (tmp_path / "t.csv").write_text(content)
    found = shared("text_tables").read_columns(tmp_path / "t.csv", names)
    assert found.values == values


@pytest.mark.parametrize(
    ("content", "texts", "numbers"),
    [
        ("text\na\nb\n", ["a", "b"], [1, 2]),
        ('text\na\n""\nb\n', ["a", "b"], [1, 3]),
        ("id,text\n1,a\n2,\n,\n4,  \n5,b\n", ["a", "b"], [1, 5]),
        ('\n\nsep=;\nid;text\n\n1;"a\n\nb"\n2;NA\n', ["a\n\nb", "NA"], [2, 3]),
    ],
)
def test_texts_have_the_numbers_of_their_rows(
    content: str, texts: list[str], numbers: list[int], tmp_path: Path
) -> None:
    """Rows without a text are left out, and count."""
    (tmp_path / "t.csv").write_text(content)
    module = shared("data_labeled_texts")
    about = {"column": "text", "separator": "", "encoding": ""}
    assert module.texts_of(tmp_path / "t.csv", about) == texts
    assert module.row_numbers(tmp_path / "t.csv", about) == numbers


def test_a_table_and_its_texts_are_one_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The order of classes, the encoding, missing words and lines are the same."""
    words = ["dull", "fine", "odd", "new"]
    lines = [f"caf\xe9 {words[n % 4]};{n};{[1, 2, 10][n % 3]}\n" for n in range(40)]
    content = ("text;x;y\n" + "".join(lines) + "gone;3;NA\n;;\n").encode("cp1252")
    keys: dict[str, Any] = {"goal": Goal(classes=3)}
    found = load(tmp_path, content, 1, drop=["text"], missing="drop", **keys)
    texts = {"column": "text", "target": "y", "length": 3, "vocabulary": 50}
    as_texts = shared("data_labeled_texts").load(
        tmp_path, CPU, path="t.csv", units="words", **keys, **texts
    )
    assert found.about["classes"] == as_texts.about["classes"] == ["1", "2", "10"]
    said = capsys.readouterr().err
    for line in ("it is read as cp1252", "1 empty row is left out"):
        assert line in found.notes and f"t.csv: {line}\n" in said
    assert "café" in as_texts.about["vocabulary"]
    assert sum(map(len, found[:3])) == sum(map(len, as_texts[:3])) == 40
    (tmp_path / "t.csv").write_bytes(content + b"1;2\n")
    for module, more in (("data_tables", {}), ("data_labeled_texts", texts)):
        given = more or {"target": "y", "features": 1}
        with pytest.raises(shared("data_common").DataError, match="line 44: it has 2"):
            shared(module).load(tmp_path, CPU, path="t.csv", **keys, **given)


def test_several_targets(tmp_path: Path) -> None:
    content = "a,y,z\n" + rows(30, "#.5", "#000", "0.#")
    goal = Goal(numbers=(2,), standardize=True)
    data = load(tmp_path, content, 1, target=["y", "z"], goal=goal)
    assert data.train.targets.mean(dim=0).tolist() == pytest.approx([0, 0], abs=1e-5)
    assert data.train.targets.std(dim=0, correction=0).tolist() == pytest.approx([1, 1])
    found = data.test.in_own_unit(data.test.targets)
    number = data.test.unscaled(data.test.features)[:, 0] - 0.5
    assert torch.allclose(found[:, 0], 1000 * number, rtol=1e-3, atol=1)
    assert data.about["targets"]["names"] == ["y", "z"]


def test_codes_keep_their_zeros(tmp_path: Path) -> None:
    content = "zip,y\n" + rows(30, "0123", "#") + rows(30, "45", "#")
    data = load(tmp_path, content, 2, categories=["zip"])
    assert data.about["columns"] == {"zip": {"categories": ["0123", "45"]}}


@pytest.mark.exhaustive
def test_ten_thousand_columns(tmp_path: Path) -> None:
    names = ",".join(f"c{number}" for number in range(10_000))
    content = f"{names},y\n" + rows(12, ",".join(["#.5"] * 10_000), "#")
    said = refused(tmp_path, content, features=5)
    assert "make 10,000 features, and the model takes 5: c0, c1, c2, c3, c4 and" in said
    assert len(said) < 400
