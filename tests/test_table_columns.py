"""What the cells of a table are taken for, and that nothing of it is silent."""

from __future__ import annotations

import csv
import io
import random
from typing import TYPE_CHECKING, Any

import pytest
import torch
import yaml
from click.testing import CliRunner

from mlpgen.cli import cli, run

from .shared_modules import Goal, shared
from .shared_modules import load as of_spec
from .test_own_tables import every, load, refused, rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

THOUSANDS = "is taken to separate thousands, `decimal: "
DECIMAL = "is taken to be the decimal, `decimal: "

NUMBERS: dict[str, tuple[str, Sequence[str], dict[str, Any], Sequence[float], str]] = {
    "points": (
        ";",
        ["2.004", "950", "1.113"],
        {},
        [2004, 950, 1113],
        f'`.` {THOUSANDS}"."` lets it be the decimal',
    ),
    "points and commas": (
        ",",
        ["2.004", "950", "1.113"],
        {},
        [2004, 950, 1113],
        f'`.` {THOUSANDS}"."`',
    ),
    "a point, and a zero behind it": (
        ";",
        ["1.250", "5", "3.111"],
        {},
        [1250, 5, 3111],
        THOUSANDS,
    ),
    "commas in quotes": (
        ",",
        ["2,004", "950", "1,113"],
        {},
        [2004, 950, 1113],
        f'`,` {THOUSANDS}","` lets it be the decimal',
    ),
    "commas": (";", ["2,004", "950", "1,110"], {}, [2004, 950, 1110], THOUSANDS),
    "signs": (
        ";",
        ["-2.004", "+950", "1.113", "0"],
        {},
        [-2004, 950, 1113, 0],
        THOUSANDS,
    ),
    "small ones": (",", ["0.123", "2.004", "950"], {}, [0.123, 2.004, 950], ""),
    "other fractions": (",", ["1.5", "2.004", "950"], {}, [1.5, 2.004, 950], ""),
    "larger ones": (",", ["1.213", "2.004", "1950"], {}, [1.213, 2.004, 1950], ""),
    "near ones": (
        ",",
        ["1.213", "2.004", "5"],
        {},
        [1.213, 2.004, 5],
        f'`.` {DECIMAL}","` lets it separate thousands',
    ),
    "points everywhere": (",", ["1.213", "2.004"], {}, [1.213, 2.004], ""),
    "points and semicolons": (";", ["1.213", "2.004"], {}, [1.213, 2.004], DECIMAL),
    "said to be the decimal": (
        ";",
        ["2.004", "950", "1.110"],
        {"decimal": "."},
        [2.004, 950, 1.11],
        "",
    ),
    "said to be none": (
        ",",
        ["2.004", "1.111"],
        {"decimal": ","},
        [2004, 1111],
        "thousands are separated",
    ),
    "millions": (
        ",",
        ["2.004.000", "950", "1.111"],
        {},
        [2_004_000, 950, 1111],
        "thousands are separated",
    ),
    "late ones": (
        ";",
        [*(str(200 + number) for number in range(150)), "2.004"],
        {},
        [*range(200, 350), 2004],
        THOUSANDS,
    ),
    "late and whole ones": (
        ";",
        [*(str(200 + number) for number in range(150)), "2.000"],
        {},
        [*range(200, 350), 2000],
        THOUSANDS,
    ),
}


@pytest.mark.parametrize("place", ["a", "y"])
@pytest.mark.parametrize("case", NUMBERS)
def test_what_a_number_is(case: str, place: str, tmp_path: Path) -> None:
    """The same for a feature and a target; what may be otherwise is said."""
    separator, cells, keys, expected, says = NUMBERS[case]
    cells = [*cells, *cells[:2]] * 2
    others = [f"{7 + number}" for number in range(len(cells))]
    pairs = zip(*((others, cells) if place == "y" else (cells, others)), strict=True)
    table = io.StringIO()
    writer = csv.writer(table, delimiter=separator, lineterminator="\n")
    writer.writerows([("a", "y"), *pairs])
    data = load(tmp_path, table.getvalue(), 1, **keys)
    found = every(data)[:, "ay".index(place)]
    want = torch.tensor([*expected, *expected[:2]] * 2).float()
    near = float(want.abs().max()) * 1e-6
    assert torch.allclose(found.sort().values, want.sort().values, atol=near)
    notes = [each for each in data.notes if each.endswith(f": {place}")]
    assert bool(notes) == bool(says)
    assert says in "".join(notes)


PIECES = ('"', '""', ",", "\n", "x", "1", "2.5", "-", " ", "é", "\r\n", "0", "'", "")


def cells_of(chance: random.Random, width: int) -> list[list[str]]:
    """Return rows of cells; some columns begin as numbers."""
    plain = [chance.choice(["7", "a", "2.25", ""]) for _ in range(width)]
    table = [["7", *plain] for _ in range(chance.choice([3, 120]))]
    for _ in range(chance.randint(1, 4)):
        text = "".join(chance.choices(PIECES, k=chance.randint(0, 4)))
        table[chance.randrange(len(table))][chance.randint(1, width)] = text
    return table


def written(chance: random.Random, table: list[list[str]], names: list[str]) -> str:
    """Write rows as programs do, or with quotes only where they are needed."""
    out = io.StringIO()
    quoting = chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    csv.writer(out, lineterminator="\n", quoting=quoting).writerows([names, *table])
    text = out.getvalue()
    if chance.random() < 0.5:  # a sign of inches, which nothing closes
        lines = text.split("\n")
        place = chance.randrange(1, len(lines) - 1)
        lines[place] = lines[place].replace(",7,", ',3",').replace(",a,", ',a"b,')
        text = "\n".join(lines)
    return text


def test_any_cell_is_read_as_the_module_csv_reads_it(tmp_path: Path) -> None:
    """Quotes, separators and ends of lines shift no column against another one."""
    files = shared("table_files")
    path, count = tmp_path / "t.csv", 0
    for seed in range(250):
        chance = random.Random(seed)
        names = ["k", *"abc"[: chance.randint(1, 3)]]
        text = written(chance, cells_of(chance, len(names) - 1), names)
        path.write_text(text, "utf-8", newline="")
        plain = text.replace("\r\n", "\n")
        try:
            found = [*csv.reader(io.StringIO(plain, newline=""), strict=True)]
        except csv.Error:
            with pytest.raises(files.TableError):
                files.read(path, files.Format(","))
            continue
        found = [row for row in found if any(map(str.strip, row))]
        if any(len(row) != len(names) for row in found):
            continue
        table = files.read(path, files.Format(","))
        columns = [[plain_value(each) for each in table.columns[n]] for n in names]
        expected = zip(*found[1:], strict=True)
        assert columns == [[plain_value(each) for each in row] for row in expected], (
            seed
        )
        count += 1
    assert count > 150


def plain_value(value: str | float | None) -> str | float:
    """Return numbers as numbers, and the others as text."""
    text = "" if value is None else str(value)
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.parametrize("place", [3, 150])
@pytest.mark.parametrize(
    ("cell", "value"),
    {
        "+1": 1.0,
        "-12": -12.0,
        "2.5": 2.5,
        ".5": 0.5,
        "1e3": 1000.0,
        "2147483647": 2.0**31 - 1,
        "2147483648": 2.0**31,
        "-2147483649": -(2.0**31) - 1,
        "99999999999999999999": 1e20,
        " 7 ": 7.0,
        "05": 5.0,
        "12 000": 12_000.0,
        "": None,
        "NA": None,
        "-": None,
        "nan": None,
    }.items(),
)
def test_a_cell_among_whole_numbers(
    tmp_path: Path, cell: str, value: float | None, place: int
) -> None:
    """Where the others are short, a longer number or a gap is read as what it is."""
    rows = [str(row % 7 + 1) for row in range(200)]
    rows[place] = cell
    (tmp_path / "t.csv").write_text("\n".join(["a,b", *(f"{r},x" for r in rows)]))
    columns, files = shared("table_columns"), shared("table_files")
    table = columns.read_table(tmp_path / "t.csv", files.Format())
    column = columns.column_of(table, "a")
    assert (column.kind, column.odd) == ("numbers", None)
    assert column.values.to_list() == [
        value if row == place else row % 7 + 1 for row in range(200)
    ]
    assert column.code == (cell if cell == "05" else "")


def test_quotes_shift_no_column(tmp_path: Path) -> None:
    """Where polars would swallow a row of some columns, the csv module reads all."""
    lines = [f"{number % 13},{number % 7},n,{number}" for number in range(300)]
    lines[150], lines[151] = '7,-,3",150', '8,-,3",151'
    (tmp_path / "t.csv").write_text("\n".join(["id,size,note,y", *lines]) + "\n")
    files = shared("table_files")
    table = files.read(tmp_path / "t.csv", files.Format())
    assert {len(each) for each in table.columns.values()} == {300}
    assert [*table.columns["size"][149:153]] == ["2", "-", "-", "5"]
    assert [*table.columns["y"]] == [*range(300)]


def test_a_column_without_a_name_holds_dates(tmp_path: Path) -> None:
    """Pandas writes an index of dates so; it is learned from, under a name."""
    content = "".join(f"2024-03-0{n},{n}.5,{n}\n" for n in range(1, 9))
    data = load(tmp_path, f",date,y\n{content}", 4)
    assert [*data.about["columns"]] == ["index", "date"]
    assert "without a name, holds dates: it is 'index'" in data.notes[0]
    content = ",y\n" + "".join(f"2024-03-0{n},{n}\n" for n in range(1, 9))
    data = load(tmp_path, content, 3)
    assert [*data.about["columns"]] == ["date"]
    (tmp_path / "new.csv").write_text(",y\n2025-01-01,\n")
    found = shared("data_tables").read_files([tmp_path / "new.csv"], data.about)
    assert found.shape == (1, 3)
    assert load(tmp_path, content.replace(",y", "date,y", 1), 3).notes == data.notes[1:]


AMBIGUOUS = "when,y\n" + "".join(f"0{n}/0{9 - n}/2024,{n}\n" for n in range(1, 9))


def test_the_day_is_first_if_that_is_said(tmp_path: Path) -> None:
    months = {
        key: every(load(tmp_path, AMBIGUOUS, 3, **key_of))[:, [1, 3]].tolist()
        for key, key_of in {
            "": {},
            "day": {"day_first": True},
            "month": {"day_first": False},
        }.items()
    }
    assert months[""] == months["month"]
    assert sorted(months[""]) == [[n, n] for n in range(1, 9)]
    assert sorted(months["day"]) == [[n, 9 - n] for n in range(1, 9)]
    note = load(tmp_path, AMBIGUOUS, 3).notes[-1]
    assert "the month is taken to be first" in note
    assert "`day_first: true` takes the day: when" in note
    assert "day" not in "".join(load(tmp_path, AMBIGUOUS, 3, day_first=True).notes[1:])
    points = AMBIGUOUS.replace("/", ".")
    swapped = every(load(tmp_path, points, 3, day_first=False))[:, [1, 3]]
    assert sorted(swapped.tolist()) == sorted(months["month"])
    said = refused(tmp_path, AMBIGUOUS + "03/25/2024,9\n", 3, day_first=True)
    assert said.endswith(
        "line 10: '03/25/2024' of 'when' is no date, if the day is first: mend it, or "
        "leave `day_first` out"
    )


def test_zeros_in_front_are_said(tmp_path: Path) -> None:
    content = "zip,y\n" + "".join(f"{n % 4 + 8000:05},{n}\n" for n in range(40))
    data = load(tmp_path, content, 1)
    assert data.warnings == (
        "zip has numbers with leading zeros, such as '08000', as codes have: "
        "`categories: [zip]` takes them as such",
    )
    late = "zip,y\n" + "".join(f"{1200 - n},{n}\n" for n in range(300))
    assert "'0901'" in load(tmp_path, late.replace("\n901", "\n0901"), 1).warnings[0]
    assert load(tmp_path, content, 4, categories=["zip"]).warnings == ()


UNITS = {
    "$": "$1#,862.40",
    "%": "4#.0%",
    "lbs": '"3,#04 lbs"',
}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("result", [{}, {"goal": Goal(classes=3)}])
def test_a_target_with_a_unit(
    unit: str, result: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = UNITS[unit]
    content = "a,y\n" + rows(40, "#.5", cell if '"' in cell else f'"{cell}"')
    says = f"has numbers with a unit, such as {cell.strip(chr(34)).replace('#', '0')!r}"
    assert says in refused(tmp_path, content, **result)
    assert run(["init", "csv", str(tmp_path / "t.csv"), "--target", "y"]) == 2
    assert f"`y` {says}: remove it in the file" in capsys.readouterr().err


HOURS = {
    "none": ("2024-03-05 99:00", "'2024-03-05 99:00' of 'a' is no date"),
    "just above": ("2024-03-05 24:30", "'2024-03-05 24:30' of 'a' is no date"),
    "minutes": ("2024-03-05 12:75", "'2024-03-05 12:75' of 'a' is no date"),
    "words": ("2024-03-05 12:15 noon!", "'2024-03-05 12:15 noon!' of 'a' is no date"),
}


@pytest.mark.parametrize("case", HOURS)
def test_hours_that_a_day_has_not(case: str, tmp_path: Path) -> None:
    cell, says = HOURS[case]
    content = "a,y\n" + rows(8, "2024-03-0#T#:15:00", "#").replace("03-00", "03-09")
    assert f"line 10: {says}" in refused(tmp_path, content + f"{cell},1\n", 4)
    last = content + "2024-03-05 24:00,50\n"
    found = every(load(tmp_path, last, 4))
    (row,) = found[found[:, -1] == 50].tolist()
    assert row[:4] == [2024, 3, 3, 0]  # Wednesday, the 6th


def test_time_zones_are_said(tmp_path: Path) -> None:
    content = "a,y\n" + rows(8, "2024-03-1#T#:15:00Z", "#")
    content += "2024-03-05T04:00:00+05:00,9\n2024-03-05 04:00 Europe/Berlin,9\n"
    notes = load(tmp_path, content, 4).notes
    says = "time zones of dates are ignored, here Z, +05:00, Europe/Berlin: a"
    assert says in notes


def test_what_float32_cannot_hold_is_named(tmp_path: Path) -> None:
    content = "a,y\n" + rows(40, "#.5", "#") + "1e39,1\n"
    assert refused(tmp_path, content) == "t.csv: line 42: 'a' is infinite, or too large"


@pytest.mark.parametrize("encoding", ["utf-7", "unicode_escape"])
def test_half_a_character_is_named(encoding: str, tmp_path: Path) -> None:
    half = "\ud800".encode(encoding, "surrogatepass")
    said = refused(tmp_path, b"a,y\n1,2\n" + half + b",2\n", encoding=encoding)
    assert "line 3 has half a character; `encoding` names another" in said
    (tmp_path / "t.txt").write_bytes(b"a\nb\n" + half)
    with pytest.raises(shared("data_common").DataError) as caught:
        shared("text_files").read_text(tmp_path / "t.txt", encoding)
    assert "half a character in line 3): write another `encoding`" in str(caught.value)


def drafted(folder: Path, content: str, target: str) -> str:
    """Return the spec that `init` writes, which loads."""
    (folder / "t.csv").write_text(content)
    args = ["init", "csv", str(folder / "t.csv"), "--target", target]
    done = CliRunner().invoke(cli, args)
    assert done.exit_code == 0, done.output
    spec = yaml.safe_load(done.output)
    data = of_spec(spec, folder)
    assert data.train.features.shape[1] == spec["input"][0]
    return done.output


def test_a_draft_says_what_may_be_otherwise(tmp_path: Path) -> None:
    content = ";zip;size;when;frost\n" + "".join(
        f"2024-0{1 + n % 9}-{10 + n // 9};{n % 4 + 8000:05};{wrote(600 + 7 * n)};"
        f"0{n % 9 + 1}/0{n % 8 + 1}/2024;{'ja' if n % 5 else 'nein'}\n"
        for n in range(100)
    )
    said = drafted(tmp_path, content, "frost")
    for each in (
        "target: frost  # 2 classes: ja and nein\n",
        "metrics: [accuracy, f1, auc]  # f1 and auc are of nein\n",
        "    # The first column, without a name, holds dates: it is 'date'.\n",
        "    categories: [zip]  # not numbers\n",
        f'    # `.` {THOUSANDS}"."` lets it be the decimal: size.\n',
        "takes the day: when.\n",
        "  # The rows are few: the test decides which epoch is the best one, by the l",
    ):
        assert each in said
    swapped = content.replace("nein", "j").replace("ja", "nein").replace("j\n", "ja\n")
    assert "of nein, the more frequent one\n" in drafted(tmp_path, swapped, "frost")
    assert THOUSANDS in drafted(tmp_path, content, "size").partition("test:")[0]
    assert "decides which epoch is the best one, by the loss\n" in drafted(
        tmp_path, "a,y\n" + rows(700, "#.5", "#.25"), "y"
    )


def wrote(number: int) -> str:
    """Write a number as German spreadsheets do."""
    return f"{number:,}".replace(",", ".")


def test_the_look_says_which_class_is_found(tmp_path: Path) -> None:
    content = "a,y\n" + "".join(
        f"{n}.5,{'ja' if n % 3 else 'nein'}\n" for n in range(40)
    )
    look = shared("look")
    goal = Goal(numbers=(1,), unit=True)
    found = look.facts(load(tmp_path, content, 1, goal=goal))
    assert "`f1` and `auc` are of 'nein', which is 1; 'ja' is 0" in found["notes"]
    ones = content.replace("ja", "0").replace("nein", "1")
    assert look.facts(load(tmp_path, ones, 1, goal=goal))["notes"] == []


STANDARDIZED = Goal(numbers=(1,), standardize=True)


def test_the_look_shows_a_zero_as_one(tmp_path: Path) -> None:
    content = "a,b,y\n" + "".join(
        f"{n * n * 0.013},{n * 3432},{n * n * 0.017}\n" for n in range(50)
    )
    facts = shared("look").facts(load(tmp_path, content, 2, goal=STANDARDIZED))
    least, most = facts["inputs"]["input"]["read"]
    assert (least, most) == (0, pytest.approx(49 * 3432))
    ends = [each["y"]["least"] for each in facts["targets"].values()]
    assert 0 in ends
