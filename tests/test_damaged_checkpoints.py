"""Damaged, handmade and foreign checkpoints: one line, and exit code 2."""

from __future__ import annotations

import copy
import csv
import pickle
import random
import re
import runpy
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen import api

from .networks import network
from .shared_modules import imported_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.filterwarnings("ignore")
MODEL = {
    "name": "Tried",
    "parameters": {"hidden": 4},
    "input": [3],
    "layers": [{"Linear": "${hidden}"}, "ReLU", {"Linear": 2}],
    "training": {
        "data": {"csv": "table.csv", "target": "kind"},
        "loss": "CrossEntropyLoss",
        "optimizer": "Adam",
        "ema": 0.5,
        "epochs": 1,
        "batch_size": 4,
    },
}
ROUNDS = 60
"""Number of damages of each kind, by a seed."""
OTHERS = (
    *(None, True, -1, 2**63, 10**30, 0.5, float("nan"), "", "x\n\x1b[31m", b"x"),
    *([], [1], {}, {"x": 1}, torch.zeros(2, 2), torch.zeros(0, dtype=torch.int64)),
)
"""Values that replace others."""


class Scripts:
    """The scripts of a model in a folder, and a run that has been trained."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.best = folder / "run" / "best.pt"
        self.said = ""

    def call(self, kind: str, *args: str) -> tuple[int, str]:
        """Run a script in this process; return its exit code and its errors."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", [f"{kind}_tried.py", *args])
            patch.chdir(self.folder)
            try:
                runpy.run_path(f"{kind}_tried.py", run_name="__main__")
                code: Any = 0
            except SystemExit as error:
                code = error.code
        self.said, errors = self.capsys.readouterr()
        return int(code or 0), errors

    def state(self) -> dict[str, Any]:
        """Read the checkpoint."""
        found: dict[str, Any] = torch.load(self.best, weights_only=True)
        return found

    def predict(self, checkpoint: Path | str) -> tuple[int, str]:
        """Predict a file with a checkpoint."""
        looking = ("table.csv", "--layers", "--run", str(checkpoint))
        return self.call("predict", *looking)

    def told(self, checkpoint: Path | str) -> str:
        """Return what predictions say of the checkpoint of the only epoch."""
        with (self.folder / "run" / "metrics.csv").open(newline="") as file:
            (row,) = csv.DictReader(file)
        accuracy = float(row["test_accuracy"])
        return f"{checkpoint}: epoch 1, test_accuracy {accuracy:.4g}\n"

    def refuses(self, checkpoint: Path | str, says: str = "") -> None:
        """Check that a checkpoint is refused in one line, for resuming too."""
        for code, said in (
            self.predict(checkpoint),
            self.call("train", "--resume", str(checkpoint), "--epochs", "9"),
        ):
            assert code == 2
            assert says in said
            self.is_one_line(said)

    def is_one_line(self, said: str) -> None:
        """Check that each error is an escaped line with safe advice.

        There is one error, except for weights of another network; a line about the
        checkpoint may stand before it.
        """
        lines = said.removesuffix("\n").split("\n")
        told = [line for line in lines if not line.startswith("error: ")]
        assert lines[-1].startswith("error: ") and all(map(str.isprintable, lines))
        usual = r"\.pt: | since: | from now on$|: the run's is used$"
        assert all(re.search(usual, line) for line in told), told
        several = len(lines) - len(told) > 1
        assert several == ("is of another network: use the code" in said)
        assert "weights_only" not in said


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Render the scripts beside a table."""
    made = tmp_path_factory.mktemp("scripts")
    for name, text in api.render(network(MODEL), "explicit").items():
        (made / name).write_text(text, encoding="utf-8")
    rows = [f"{i % 7},{i % 5},{i % 3},{'ab'[i % 2]}" for i in range(40)]
    (made / "table.csv").write_text("\n".join(["x,y,z,kind", *rows, ""]))
    with imported_from(made):
        yield made


@pytest.fixture
def scripts(folder: Path, capsys: pytest.CaptureFixture[str]) -> Scripts:
    """Train once for all tests."""
    found = Scripts(folder, capsys)
    if not found.best.exists():
        given = ("--data-dir", ".", "--out", "run", "--threads", "1")
        assert found.call("train", *given, "--device", "cpu") == (0, "")
    return found


def test_undamaged_checkpoints_work(scripts: Scripts) -> None:
    assert scripts.predict("run") == (0, scripts.told("run/best.pt"))
    assert scripts.predict(scripts.best) == (0, scripts.told(scripts.best))


class Code:
    """An object whose unpickling runs code."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return (Path.touch, (Path("was_here"),))


def test_files_other_than_checkpoints(scripts: Scripts, tmp_path: Path) -> None:
    """None is accepted, and none runs code."""
    whole = scripts.best.read_bytes()
    contents = {
        "empty.pt": b"",
        "torn.pt": whole[: len(whole) // 2],
        "longer.pt": whole[100:] + whole[:100],
        "text.pt": b"no checkpoint",
        "code.pt": pickle.dumps(Code()),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        scripts.refuses(tmp_path / name, says="cannot be read")
    torch.save({"model": Code()}, tmp_path / "code_in_it.pt")
    scripts.refuses(tmp_path / "code_in_it.pt", says="more than plain data")
    assert not (scripts.folder / "was_here").exists()
    scripts.refuses(tmp_path / "none.pt", says="No such file")
    scripts.refuses(tmp_path, says="has no run yet")
    (tmp_path / "best.pt").mkdir()
    (tmp_path / "last.pt").mkdir()
    scripts.refuses(tmp_path, says="cannot be read")
    scripts.refuses("\0.pt", says="a path has no NUL")
    torch.save([1, 2], tmp_path / "list.pt")
    scripts.refuses(tmp_path / "list.pt", says="no checkpoint of a run")


def test_cut_and_flipped(scripts: Scripts, tmp_path: Path) -> None:
    """Readable ones are used; all others give one line."""
    chance, whole = random.Random(1), scripts.best.read_bytes()
    refused = 0
    for _ in range(ROUNDS):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 1, 4, 30))):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        if chance.random() < 0.3:
            del content[chance.randrange(len(content)) :]
        (tmp_path / "best.pt").write_bytes(content)
        code, said = scripts.predict(tmp_path)
        assert code in (0, 2)
        if code:
            scripts.is_one_line(said)
        refused += code == 2
    assert refused > ROUNDS // 5


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to every value in nested data."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in items:
        yield (*before, key)
        if isinstance(each, dict | list):
            yield from places(each, (*before, key))


def changed(state: Any, way: tuple[Any, ...], value: Any) -> Any:
    """Return nested data with one value replaced or removed."""
    state = copy.deepcopy(state)
    inner = state
    for key in way[:-1]:
        inner = inner[key]
    if value is changed:
        del inner[way[-1]]
    else:
        inner[way[-1]] = value
    return state


@pytest.mark.parametrize("step", [15, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_types_changed(scripts: Scripts, tmp_path: Path, step: int) -> None:
    """Another value anywhere is used or refused in one line, for resuming too."""
    chance, state = random.Random(2), scripts.state()
    ways = sorted(places(state), key=str)[::step]
    refused = 0
    for way in ways:
        value = chance.choice((*OTHERS, changed))
        for name in ("best.pt", "last.pt"):
            torch.save(changed(state, way, value), tmp_path / name)
        goes_on = ("--resume", str(tmp_path), "--epochs", "2", "--data-dir", ".")
        for code, said in (scripts.predict(tmp_path), scripts.call("train", *goes_on)):
            assert code in (0, 2), (way, value)
            if code:
                scripts.is_one_line(said)
            refused += code == 2
    assert refused > len(ways) // 2


@pytest.mark.parametrize(
    ("way", "value", "says"),
    [
        (("settings", "hidden"), 5, "error: linear_1.bias was [4], is [5]\n"),
        (("settings", "hidden"), "4", "TypeError"),
        (("settings", "hidden"), changed, "it knows no hidden"),
        (("settings",), [], "no checkpoint of a run"),
        (("about", "classes"), ["a"] * 3, "names 3 classes, the model tells 2"),
        (("about", "classes"), changed, "it knows no classes"),
        (("average", "module.linear_1.weight"), changed, "linear_1.weight is not in"),
        (("spec",), 1, "does not tell what it is of"),
        (("spec", "network", "layers", "relu_1"), "Tanh", "relu_1 was Tanh, is ReLU"),
        (("spec", "network", "layers"), None, "does not tell what it is of"),
        (("about", "columns"), None, "has no right columns"),
        (("about", "columns"), {}, "has no right columns"),
        (("about", "columns", "x"), {}, "has no right columns.x"),
        (("about", "columns", "x", "mean"), "1", "has no right columns.x.mean"),
        (("about", "columns", "x", "mean"), 1e308, "has no right columns.x.mean"),
        (("about", "columns", "x", "std"), 0.0, "has no right columns.x.std"),
        (("about", "columns", "x", "std"), changed, "has no right columns.x.std"),
        (("about", "format"), {"odd": ""}, "has no right format.odd"),
        (("about", "targets"), {"mean": [], "std": [1.0]}, "has no right targets.mean"),
        (("about", "parted"), 3, "has no right parted"),
        (("rows", 0, "test_accuracy"), 10**400, "does not tell what it is of"),
        (("version",), 99, "is of version 99: newer scripts can read it"),
    ],
)
def test_what_a_prediction_says(
    scripts: Scripts, tmp_path: Path, way: tuple[Any, ...], value: Any, says: str
) -> None:
    torch.save(changed(scripts.state(), way, value), tmp_path / "best.pt")
    code, said = scripts.predict(tmp_path)
    assert code == 2 and says in said
    scripts.is_one_line(said)


@pytest.mark.parametrize("odd", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("name", ["linear_1.weight", "linear_2.bias"])
def test_weights_that_are_no_numbers(
    scripts: Scripts, tmp_path: Path, name: str, odd: float
) -> None:
    """One that has diverged or is damaged neither predicts nor goes on."""
    state = scripts.state()
    for values, key in ((state["model"], name), (state["average"], f"module.{name}")):
        values[key].view(-1)[0] = odd
    for file in ("best.pt", "last.pt"):
        torch.save(state, tmp_path / file)
    says = f"is damaged: {name} has NaN or infinite weights; {tmp_path / 'last.pt'} may"
    assert says in scripts.predict(tmp_path)[1]
    scripts.refuses(tmp_path / "best.pt", says="NaN or infinite weights")
    code, said = scripts.call("train", "--weights", str(tmp_path), "--data-dir", ".")
    assert code == 2 and "values that are not numbers, but NaN or infinite" in said


def test_a_bit_of_a_weight(scripts: Scripts, tmp_path: Path) -> None:
    """Each part of a file has a sum, so no weight changes unseen."""
    content = bytearray(scripts.best.read_bytes())
    state = scripts.state()["average"]["module.linear_1.weight"]
    place = content.find(state.numpy().tobytes())
    assert place > 0
    content[place + 3] ^= 1
    for name in ("best.pt", "last.pt"):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "previous.pt").write_bytes(scripts.best.read_bytes())
    scripts.refuses(tmp_path / "best.pt", says="best.pt cannot be read: it is damaged")
    scripts.refuses(tmp_path / "last.pt", says="previous.pt is the one before it")
    code, said = scripts.call("train", "--weights", str(tmp_path), "--data-dir", ".")
    assert code == 2 and "it is incomplete or damaged" in said


def test_the_mean_of_the_weights_is_used(scripts: Scripts, tmp_path: Path) -> None:
    """Predictions use the average if there is one, not the last step."""
    state = scripts.state()
    state["model"] = {key: value * 0 for key, value in state["model"].items()}
    torch.save(state, tmp_path / "best.pt")
    printed = []
    for run in (tmp_path, scripts.best):
        looking = ("table.csv", "--layer", "linear_2", "--run", str(run))
        told = scripts.told(run / "best.pt" if run == tmp_path else run)
        assert scripts.call("predict", *looking) == (0, told)
        printed.append(scripts.said)
    assert printed[0] == printed[1] != ""


def test_what_was_trained_on_is_not_tested(scripts: Scripts) -> None:
    """With one row more the seed holds out others: nothing is evaluated or resumed."""
    table = scripts.folder / "table.csv"
    before, best = table.read_bytes(), scripts.best.read_bytes()
    goes_on = ("train", "--resume", "run", "--epochs", "9")
    calls = (("predict", "--evaluate"), ("predict", "--evaluate", "--plot"), goes_on)
    usual = (scripts.call(kind, *args, "--run", "run") for kind, *args in calls[:1])
    assert [code for code, _ in usual] == [0]
    try:
        table.write_bytes(before + b"3,1,2,b\n")
        for kind, *args in calls:
            run = ("--run", "run") if kind == "predict" else ()
            code, said = scripts.call(kind, *args, *run)
            assert code == 2 and "it has 41 examples, not 40" in said
            assert "may have been trained on: use that data" in said
    finally:
        table.write_bytes(before)
    assert scripts.best.read_bytes() == best


def test_the_whole_error_is_shown_where_it_is_asked_for(scripts: Scripts) -> None:
    with pytest.raises(Exception, match="cannot be read"):
        scripts.call("predict", "table.csv", "--run", "none", "--traceback")


FOREIGN = {
    "config.json": '{"mine": 1}',
    "data.json": "[]",
    "metrics.csv": "x,y\n1,2\n",
    "curves.png": "a picture",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_no_file_of_somebody_is_written_over(
    scripts: Scripts, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text(FOREIGN[name])
    (tmp_path / "lock").write_text("mine")
    given = ("--data-dir", ".", "--out", str(tmp_path))
    code, said = scripts.call("train", *given)
    assert code == 2 and f"{tmp_path} has {name} that no training wrote: --out" in said
    assert (tmp_path / name).read_text() == FOREIGN[name]
    (tmp_path / name).unlink()
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
    assert scripts.call("train", *given)[0] == 0
    assert (tmp_path / "lock").read_text() == "mine"


@pytest.mark.parametrize("inside", ["", "inside/of"])
def test_a_file_is_no_folder(scripts: Scripts, tmp_path: Path, inside: str) -> None:
    (tmp_path / "file").write_text("mine")
    out = tmp_path / "file" / inside
    code, said = scripts.call("train", "--data-dir", ".", "--out", str(out))
    says = f"--out {out}: {tmp_path / 'file'} is a file, and a run gets a folder"
    assert (code, said) == (2, f"error: {says}\n")


def test_what_a_run_has_left_may_go(scripts: Scripts, tmp_path: Path) -> None:
    """It ended before its first checkpoint."""
    for name in ("config.json", "data.json"):
        content = (scripts.folder / "run" / name).read_bytes()
        (tmp_path / name).write_bytes(content)
    given = ("--data-dir", ".", "--out", str(tmp_path))
    assert scripts.call("train", *given) == (0, "")


def test_predictions_replace_only_predictions(scripts: Scripts, tmp_path: Path) -> None:
    """Not what is predicted for, a checkpoint, a script, or any other file."""
    before = {path: path.read_bytes() for path in scripts.folder.rglob("*.*")}
    for name in ("table.csv", "run/best.pt", "predict_tried.py", "run/metrics.csv"):
        out = ("table.csv", "--run", "run", "--out", name)
        code, said = scripts.call("predict", *out)
        assert code == 2 and f"--out {name} is " in said and "another" in said
        scripts.is_one_line(said)
    assert before == {path: path.read_bytes() for path in scripts.folder.rglob("*.*")}
    mine, told = tmp_path / "mine", (0, scripts.told("run/best.pt"))
    for content in ("mine\n", '[{"x": 1}]', "file,row\n", "table.csv\n"):
        mine.write_text(content)
        call = ("table.csv", "--run", "run", "--out", str(mine))
        for form in ("text", "csv", "json"):
            assert scripts.call("predict", *call, "--format", form)[0] == 2
        assert mine.read_text() == content
    mine.write_text("")
    for form in ("text", "csv", "json", "csv", "text", "text"):
        assert scripts.call("predict", *call, "--format", form) == told
    inside = tmp_path / "folder"
    inside.mkdir()
    shutil.copy(scripts.folder / "table.csv", inside)
    call = (str(inside), "--run", "run", "--out", str(tmp_path / "text"))
    for _ in range(2):
        assert scripts.call("predict", *call) == told


def test_predictions_that_are_no_numbers_are_told(
    scripts: Scripts, tmp_path: Path
) -> None:
    state = scripts.state()
    for name, value in state["average"].items():
        if name.endswith("weight"):
            value.fill_(3e38)
    torch.save(state, tmp_path / "best.pt")
    code, said = scripts.predict(tmp_path)
    assert code == 0
    assert "NaN or infinite numbers are predicted for table.csv, row" in said


def test_rows_keep_their_numbers(scripts: Scripts, tmp_path: Path) -> None:
    """Empty ones are left out, and said; also where values have quotes and lines."""
    table = tmp_path / "gaps.csv"
    for first in ("1,2,3,a", '"1",2,3,"two\nlines"'):
        table.write_text(f"x,y,z,more\n{first}\n,,,\n4,5,6,b\n\n7,8,9,c\n")
        call = (str(table), "--run", "run", "--format", "csv")
        code, said = scripts.call("predict", *call)
        assert code == 0 and "gaps.csv: 2 empty rows are left out" in said
        rows = [line.split(",")[1] for line in scripts.said.splitlines()]
        assert rows == ["row", "1", "3", "5"]


def test_what_is_missing_is_said(scripts: Scripts, tmp_path: Path) -> None:
    """What stands for it, or that it is to be filled in."""
    table = tmp_path / "gaps.csv"
    table.write_text("x,y,z\n1,2,3\n1,,3\n1,,3\n")
    code, said = scripts.call("predict", str(table), "--run", "run")
    says = "line 3: 'y' is missing, as in no row of the training: fill it in"
    assert code == 2 and f"{table}: {says}" in said
    state = scripts.state()
    state["about"]["columns"]["y"]["missing"] = 1.25
    torch.save(state, tmp_path / "best.pt")
    code, said = scripts.call("predict", str(table), "--run", str(tmp_path))
    assert code == 0 and f"{table}: y: missing in 2 rows, 1.25 stands there" in said


def test_a_look_draws_over_its_own_pictures_alone(
    scripts: Scripts, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib")
    picture, given = tmp_path / "examples.png", ("--data-dir", ".", "--look", "--plot")
    picture.write_text("mine")
    code, said = scripts.call("train", *given, "--out", str(tmp_path))
    assert code == 2 and "has examples.png that no training wrote" in said
    assert picture.read_text() == "mine"
    picture.unlink()
    for _ in range(2):
        assert scripts.call("train", *given, "--out", str(tmp_path)) == (0, "")


def test_older_checkpoints_do_not_tell_what_was_tested(
    scripts: Scripts, tmp_path: Path
) -> None:
    state = changed(scripts.state(), ("about", "parted"), changed)
    torch.save(state, tmp_path / "best.pt")
    code, said = scripts.call("predict", "--evaluate", "--run", str(tmp_path))
    says = (
        f"older scripts made {tmp_path / 'best.pt'}: it does not tell what was tested"
    )
    assert code == 0 and says in said
