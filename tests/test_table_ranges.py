"""Numbers far outside of the training are said; so is a year that is constant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from mlpgen.cli import cli

from .shared_modules import shared
from .test_own_tables import load, rows

if TYPE_CHECKING:
    from pathlib import Path

DAYS = [f"2024-{1 + day % 2:02}-{1 + day % 28:02}" for day in range(60)]
NUMBERS = [f"{20 + 280 * step / 59:g}" for step in range(60)]
FAR = {
    "inside": (NUMBERS, ["20", "300"], ""),
    "a little outside": (NUMBERS, ["-260", "580"], ""),
    "far above": (NUMBERS, ["54900", "30"], "54900 in 1 row, 20 to 300 in training"),
    "far below": (NUMBERS, ["-261"], "-261 in 1 row, 20 to 300 in training"),
    "some": (
        NUMBERS,
        ["9000.5", "700", "90"],
        "700 to 9000.5 in 2 rows, 20 to 300 in training",
    ),
    "on both sides": (
        NUMBERS,
        ["-400", "700"],
        "-400 to 700 in 2 rows, 20 to 300 in training",
    ),
    "another than the only one": (["3"] * 60, ["3", "3.5"], "3.5 in 1 row, 3 in t"),
    "the only one": (["3"] * 60, ["3"], ""),
    "days of then": (DAYS, ["2024-02-28", "2024-03-01"], ""),
    "another year": (
        DAYS,
        ["2027-01-01", "2027-02-01"],
        "year is 2027 in 2 rows, 2024 in training",
    ),
    "another year and month": (
        DAYS,
        ["2027-11-07", "2024-12-07"],
        "year is 2027 in 1 row, 2024 in training; "
        "month is 11 to 12 in 2 rows, 1 to 2 in training",
    ),
}


def table(values: list[str]) -> str:
    """Write a table with a column `a`, one that differs, and a target."""
    return "a,b,y\n" + "".join(f"{a},{n % 7},{n}\n" for n, a in enumerate(values))


def width(values: list[str]) -> int:
    return 4 if values is DAYS else 2


@pytest.mark.parametrize("case", FAR)
def test_what_lies_far_outside_is_said(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In predictions, and of a test that is a file of its own."""
    trained, given, says = FAR[case]
    other = tmp_path / "u.csv"
    other.write_text(table(given))
    data = load(tmp_path, table(trained), width(trained), test="u.csv")
    notes = [each for each in data.notes if " in training" in each]
    shared("data_tables").read_file(other, data.about)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == len(notes) == bool(says)
    if says:
        assert f"u.csv: a: {says}" in notes[0]
        assert f"u.csv: a: {says}" in said[0]


def test_the_range_is_of_what_is_trained_on(tmp_path: Path) -> None:
    """Missing numbers have no part in it, nor has what is held out."""
    values = ["", *NUMBERS]
    data = load(tmp_path, table(values), 2, missing="median", validation=0.5)
    raw = data.train.unscaled(data.train.features)[:, 0]
    (ends,) = data.about["ranges"]["a"]
    assert ends == pytest.approx([raw.min().item(), raw.max().item()])
    assert data.about["columns"]["a"].keys() == {"mean", "std", "missing"}


def test_missing_numbers_and_categories_are_not_outside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = "a,b,y\n" + rows(40, "#", "x", "#") + ",x,3\n"
    data = load(tmp_path, content, 2, missing="mean")
    (tmp_path / "u.csv").write_text("a,b\n,x\n5,x\n")
    shared("data_tables").read_file(tmp_path / "u.csv", data.about)
    assert "in training" not in capsys.readouterr().err


def test_many_columns_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table in another unit does not fill the screen."""
    names = [f"c{place}" for place in range(50)]
    head = ",".join([*names, "y"])
    content = f"{head}\n" + rows(30, *["#.5"] * 50, "#")
    about = load(tmp_path, content, 50).about
    (tmp_path / "u.csv").write_text(f"{head}\n" + rows(3, *["#255"] * 50, "#"))
    shared("data_tables").read_file(tmp_path / "u.csv", about)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 11
    assert "c9: 255 to 2255 in 3 rows, " in said[9]
    assert "40 more columns have numbers far outside of those in training" in said[10]


def test_older_runs_tell_no_range(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They predict, go on and are evaluated as before."""
    about = load(tmp_path, table(NUMBERS), 2).about
    older = {key: value for key, value in about.items() if key != "ranges"}
    shared("data_tables").read_file(tmp_path / "t.csv", older)
    assert capsys.readouterr().err == ""
    assert not shared("resume")._other_data(older, about)
    prediction = shared("prediction")
    assert prediction.scales(older) == prediction.scales(about)
    assert [*shared("damage").faults_of(older)] == []


@pytest.mark.parametrize(
    "ranges", [3, [], {"a": []}, {"a": [[1.0]]}, {"a": [1.0, 2.0]}, {"a": [["1", "2"]]}]
)
def test_ranges_that_no_training_writes(ranges: Any, tmp_path: Path) -> None:
    faults = shared("damage").faults_of
    about = load(tmp_path, table(NUMBERS), 2).about
    assert [*faults(about)] == []
    assert [*faults(about | {"ranges": ranges})] == ["ranges"]


SAME = {
    "a year": (DAYS, ["year of a is 2024 in every row"]),
    "a year and an hour": (
        [f"{day} 12:00" for day in DAYS],
        ["year of a is 2024 in every row", "hour of a is 12 in every row"],
    ),
    "years": ([f"{2020 + n % 3}-0{1 + n % 3}-1{n % 5}" for n in range(60)], []),
    "a day": (["2024-05-05"] * 60, ["a is the same in every row"]),
    "missing ones": (["", *DAYS], ["year of a is 2024 in every row"]),
}


@pytest.mark.parametrize("case", SAME)
def test_parts_of_dates_that_are_the_same(case: str, tmp_path: Path) -> None:
    """A training warns of them, and a draft says so; it drops what is all the same."""
    values, says = SAME[case]
    hours = "12:00" in values[0]
    data = load(tmp_path, table(values), 4 + hours, missing="median")
    found = [each for each in data.warnings if each.startswith(("a ", "year", "hour"))]
    assert len(found) == len(says)
    for each, warning in zip(says, found, strict=True):
        assert warning.startswith(each) and "`drop: [a]`" in warning
    args = ["init", "csv", str(tmp_path / "t.csv"), "--target", "y"]
    draft = CliRunner().invoke(cli, args).output
    for each in says:
        assert (
            f"    # {each[:1].upper()}{each[1:]}.\n" in draft or f"# {each}.\n" in draft
        )
    assert ("drop: [a]\n" in draft) == (case == "a day")
