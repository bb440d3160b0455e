"""Generated scripts escape the files, columns and classes that they print."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING

import pytest

from mlpgen import api
from mlpgen.diagnostics import escape

from . import processes
from .test_escaping import NAME, RAW, ROOT

if TYPE_CHECKING:
    from pathlib import Path

COLUMN = RAW.replace("\r", "")
"""What a table can hold: a CR ends a line."""
SPEC = {
    "name": "Odd",
    "input": [1],
    "layers": [{"Linear": 2, "name": "logits"}],
    "training": {
        "data": {
            "csv": f"{NAME}.csv".encode(errors="ignore").decode(),
            "target": COLUMN,
        },
        "loss": "CrossEntropyLoss",
        "optimizer": {"SGD": {"lr": 0.1}},
        "metrics": ["confusion"],
        "epochs": 1,
        "batch_size": 4,
    },
}


def clean(done: processes.Done) -> str:
    text = done.stdout + done.stderr
    for line in text.split("\n"):
        assert line.isprintable(), ascii(line)
        assert not re.match(r"\s*::", line)
        assert "##[" not in line
    return text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the scripts and a table of two classes with hostile names."""
    spec = tmp_path / "odd.yaml"
    spec.write_text(json.dumps(SPEC).replace("\x7f", "\\x7f"), "utf-8")
    for name, text in api.render(spec, "explicit").items():
        (tmp_path / name).write_text(text, "utf-8")
    table = tmp_path / "data" / SPEC["training"]["data"]["csv"]  # type: ignore[index]
    table.parent.mkdir()
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["x", COLUMN])
        for number in range(40):
            writer.writerow([number % 7, f"{COLUMN}{'ab'[number % 2]}"])
    return tmp_path


def test_a_run(folder: Path) -> None:
    """Each class is taken for the other, and the file has a name of that kind."""
    train = folder / "train_odd.py"
    out = str(folder / ("runs" + NAME))
    done = processes.run(train, "--data-dir", "data", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "taken for" in clean(done)
    assert r"\x1b[31m" in clean(done)
    asked = folder / NAME
    asked.write_text("x\n3\n", "utf-8")
    done = processes.run(folder / "predict_odd.py", NAME, "--run", out)
    assert done.returncode == 0, done.stderr
    assert clean(done).startswith(r"\x3a:error::\udcff\x1b[31m")


def test_errors(folder: Path) -> None:
    train, predict = folder / "train_odd.py", folder / "predict_odd.py"
    table = folder / "data" / SPEC["training"]["data"]["csv"]  # type: ignore[index]
    table.write_text(f"x,y{RAW.partition(chr(13))[0]}\n1,2\n", "utf-8")
    for done in (
        processes.run(train, "--data-dir", "data"),
        processes.run(train, "--data-dir", NAME),
        processes.run(train, "--resume", NAME),
        processes.run(predict, NAME, "--run", NAME),
        processes.run(train, "--device", NAME),
    ):
        assert done.returncode == 2
        assert clean(done).startswith("error: ")
        assert clean(done).count("\n") == 1


def test_the_same_is_escaped_as_by_mlpgen(folder: Path) -> None:
    text = (folder / "errors.py").read_text("utf-8")
    begin = text.index("def printable")
    names: dict[str, object] = {}
    exec(text[begin:].partition("\n\n\n")[0], names)
    function = names["printable"]
    assert callable(function)
    for each in (RAW, NAME, "::a::b", " ::a", "a::b", "a ##[error]", "plain ümläut"):
        wanted = escape.line(each.replace("\t", "|"))
        assert function(each.replace("\t", "|")).replace(r"#\x23", "##") == (
            wanted.replace(r"\x23#", "##")
        )


def test_all_that_has_names_is_escaped() -> None:
    """Scripts only print numbers and escaped text."""
    plain = (
        'print("  ".join(row))',
        'print("  ".join(cells), flush=True)',
        'print(f"{name:20} {value:10.4g}")',
        'print(f"test_{name}  {value:.4f}")',
        'print(f"the first {LAYERS} of {len(shown)} layers")',
        'print("what `forward` does by functions, such as F.relu, has no hook")',
        "print(f\"{'layer':{wide}}  {'output':{long}}",
        'print(f"{name:{wide}}  {shape:{long}}  {mean:10.4g}',
        'print(f"{each}: {_described(outputs[each])[0]}")',  # the name of a layer
        "print(outputs[each])",
        'print(text, end="")',  # JSON in ASCII, or escaped by `as_shown`
    )
    for path in (ROOT / "generated").rglob("*.py"):
        for line in path.read_text("utf-8").splitlines():
            if "print(" in line and "printable(" not in line:
                known = line.strip().startswith(plain)
                assert known or "profiler" in line or "printable, lines" in line, line
