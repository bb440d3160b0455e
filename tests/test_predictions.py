"""Predictions for files and folders, as text, CSV or JSON, for every kind of data."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import re
import shutil
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import torch

from mlpgen import api

from . import processes
from .networks import network
from .test_predict import OF_TEXT, TABLE, TEXT, png
from .test_training import refused, tiny, train

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["tiny"]  # a fixture

needs = pytest.mark.skipif
NO_PILLOW = importlib.util.find_spec("PIL") is None
MODULE = """
import torch

def load(folder):
    chance = torch.Generator().manual_seed(1)
    features = torch.randn(40, 4, generator=chance)
    targets = features.sum(dim=1, keepdim=True)
    return (features[:30], targets[:30]), (features[30:], targets[30:])

def read(path):
    rows = [line.split() for line in path.read_text().splitlines()]
    return torch.tensor([[float(each) for each in row] for row in rows])
"""


class Kind(NamedTuple):
    """A kind of data.

    Attributes:
        input: Of the spec.
        layers: Of the spec.
        training: What `training` says besides.
        endings: Of the two files that are predicted for.
        rows: The examples in each.
        keys: Of a record, after file and row.
        other: The ending of a file of another kind.
    """

    input: Any
    layers: list[Any]
    training: dict[str, Any]
    endings: tuple[str, str]
    rows: int
    keys: list[str]
    other: str


ENDS = [f",{i % 2}" for i in range(40)]
LINES = zip(TABLE.splitlines(), [",one", *ENDS], strict=True)
WORDS = "".join(f"{line}{end}\n" for line, end in LINES)
CLASSES = ["prediction", "probabilities"]
FLAT: list[Any] = ["Flatten", {"Linear": 10}]
KINDS = {
    "mnist": Kind(
        [1, 28, 28],
        FLAT,
        {"data": "mnist", "normalize": "auto"},
        (".png", ".PNG"),
        1,
        CLASSES,
        ".csv",
    ),
    "restored": Kind(
        [1, 28, 28],
        [
            "Flatten",
            {"Linear": 784},
            {"Unflatten": {"dim": 1, "unflattened_size": [1, 28, 28]}},
        ],
        {"data": "mnist", "loss": "MSELoss"},
        (".png", ".png"),
        1,
        ["mean_squared_error"],
        ".csv",
    ),
    "images": Kind(
        [3, 8, 8],
        ["Flatten", {"Linear": 2}],
        {"data": {"images": "photos"}, "normalize": [0.5, 0.25]},
        (".png", ".png"),
        1,
        CLASSES,
        ".csv",
    ),
    "classes": Kind(
        [5],
        [{"Linear": 4}],
        {"data": {"csv": "table.csv", "target": "kind"}},
        (".csv", ".csv"),
        40,
        CLASSES,
        ".png",
    ),
    "numbers": Kind(
        [6],
        [{"Linear": 1}],
        {"data": {"csv": "table.csv", "target": "number"}, "loss": "MSELoss"},
        (".csv", ".csv"),
        40,
        ["prediction"],
        ".png",
    ),
    "words": Kind(
        [6],
        [{"Linear": 1}],
        {"data": {"csv": "words.csv", "target": "kind"}, "loss": "BCEWithLogitsLoss"},
        (".csv", ".csv"),
        40,
        CLASSES,
        ".png",
    ),
    "two": Kind(
        [7],
        [{"Linear": 1}, "Sigmoid"],
        {"data": {"csv": "words.csv", "target": "one"}, "loss": "BCELoss"},
        (".csv", ".csv"),
        40,
        CLASSES,
        ".png",
    ),
    "arrays": Kind(
        [3, 2],
        ["Flatten", {"Linear": 5}],
        {"data": {"npz": "arrays.npz"}, "normalize": "auto"},
        (".npz", ".npy"),
        40,
        CLASSES,
        ".png",
    ),
    "module": Kind(
        [4],
        [{"Linear": 1}],
        {"data": {"module": "mine.py"}, "loss": "MSELoss", "normalize": "auto"},
        (".rows", ".other"),
        3,
        ["prediction"],
        ".png",
    ),
    "text": Kind(
        {"tokens": {"shape": [9], "dtype": "int64"}},
        OF_TEXT,
        {"data": {"text": "text.txt"}},
        (".txt", ".txt"),
        1,
        ["text"],
        ".png",
    ),
    "lines": Kind(
        {"tokens": {"shape": [50], "dtype": "int64"}},
        OF_TEXT,
        {"data": {"text": "text.txt", "by": "lines"}},
        (".txt", ".txt"),
        1,
        ["text"],
        ".png",
    ),
    "next words": Kind(
        {"tokens": {"shape": [9], "dtype": "int64"}},
        OF_TEXT,
        {"data": {"text": "text.txt", "units": "words"}},
        (".txt", ".txt"),
        1,
        ["text"],
        ".png",
    ),
    "texts of a table": Kind(
        {"tokens": {"shape": [9], "dtype": "int64"}},
        [*OF_TEXT[:1], {"mean": 1}, {"Linear": 2}],
        {"data": {"text": "texts.csv", "column": "said", "target": "mood"}},
        (".csv", ".tsv"),
        40,
        CLASSES,
        ".png",
    ),
    "texts in folders": Kind(
        {"tokens": {"shape": [9], "dtype": "int64"}},
        [*OF_TEXT[:1], {"mean": 1}, {"Linear": 1}],
        {
            "data": {"text": "moods", "units": "words"},
            "loss": "BCEWithLogitsLoss",
        },
        (".txt", ".txt"),
        1,
        CLASSES,
        ".png",
    ),
}


class Made(NamedTuple):
    """A kind of data with a trained model, and a folder of files to predict for."""

    kind: Kind
    script: Path
    files: Path

    def predict(self, *args: str) -> str:
        done = processes.run(self.script, str(self.files), *args)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def printed(self, kind: str) -> str:
        """What it predicts in a format, which several tests read: it runs once."""
        return _printed(self.script, self.files, kind)

    @property
    def names(self) -> list[str]:
        """The files that count, sorted."""
        return [
            str(self.files / f"{i}{end}") for i, end in enumerate(self.kind.endings)
        ]


@cache
def _printed(script: Path, files: Path, kind: str) -> str:
    done = processes.run(script, str(files), "--format", kind)
    assert done.returncode == 0, done.stderr
    return done.stdout


def data_into(folder: Path, tiny: Path) -> None:
    """Write data of all kinds into a folder."""
    import numpy as np

    shutil.copytree(tiny / "MNIST", folder / "MNIST")
    (folder / "table.csv").write_text(TABLE)
    (folder / "words.csv").write_text(WORDS)
    (folder / "text.txt").write_text(TEXT)
    moods = [f'"so, {"good" if i % 2 else "bad"}",{i % 2}' for i in range(40)]
    (folder / "texts.csv").write_text("\n".join(["said,mood", *moods]))
    for number, line in enumerate(moods):
        path = folder / "moods" / line[-1] / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(line)
    chance = np.random.default_rng(1)
    features = chance.normal(3, 2, size=(40, 3, 2)).astype(np.float32)
    np.savez(folder / "arrays.npz", x=features, y=np.arange(40) % 5)
    np.save(folder / "arrays.npy", features)
    (folder / "four.rows").write_text("1 2 3 4\n" * 3)
    for name in ("cat", "dog"):
        (folder / "photos" / name).mkdir(parents=True)
        for number in range(10):
            level = 20 * number + 40 * (name == "dog")
            png(folder / "photos" / name / f"{number}.png", [[level] * 9] * 7)
    png(folder / "one.png", [[0] * 28] * 14 + [[255] * 28] * 14)


SOURCES = {
    ".png": "one.png",
    ".csv": "table.csv",
    ".tsv": "texts.csv",
    ".npz": "arrays.npz",
    ".npy": "arrays.npy",
    ".rows": "four.rows",
    ".other": "four.rows",
    ".txt": "text.txt",
}


ALIKE = (
    *("lines", "module", "two", "next words", "texts of a table", "texts in folders"),
)
"""Kinds that share nearly all code with others."""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(each, marks=pytest.mark.exhaustive) if each in ALIKE else each
        for each in KINDS
    ],
)
def made(
    request: pytest.FixtureRequest,
    tiny: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Made:
    """Train each kind; `--data-dir` is relative to the scripts."""
    if NO_PILLOW and KINDS[request.param].endings[0] == ".png":
        pytest.skip("reading images needs Pillow")
    folder = tmp_path_factory.mktemp(request.param)
    data_into(folder, tiny)
    return trained(KINDS[request.param], folder)


def trained(kind: Kind, folder: Path) -> Made:
    own = {"loss": "CrossEntropyLoss", "optimizer": "Adam", "batch_size": 5}
    spec = {"name": "Tried", "input": kind.input, "layers": kind.layers}
    loaded = network({**spec, "training": {**own, "epochs": 1, **kind.training}})
    for name, text in api.render(loaded, "explicit").items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "mine.py").write_text(MODULE)
    train(folder / "train_tried.py", "--data-dir", ".")
    files = folder / "files"
    files.mkdir()
    for number, ending in enumerate(kind.endings):
        data = kind.training["data"]
        source = data.get("csv", data.get("text")) if ending == ".csv" else None
        source = source or SOURCES[ending.lower()]
        shutil.copy(folder / source, files / f"{number}{ending}")
    (files / ".hidden.png").write_text("nothing")
    (files / "folder.csv").mkdir()
    if kind.endings[0] != ".rows":  # a module of one's own may read any
        (files / "notes.unknown").write_text("nothing")
    return Made(kind, folder / "predict_tried.py", files)


@pytest.mark.thinned(4)
def test_weights_of_no_run_predict_the_same(made: Made) -> None:
    """The data tells of itself what it told the run."""
    (best,) = made.script.parent.glob("runs/tried/*/best.pt")
    path = made.script.with_name("alone.pt")
    torch.save(torch.load(best, weights_only=True)["model"], path)
    found = made.predict("--format", "json", "--weights", str(path), "--data-dir", ".")
    assert found == made.printed("json")


@pytest.mark.thinned(2)
def test_a_folder_stands_for_its_files(made: Made) -> None:
    """Sorted, of the kind, without hidden ones; by name as on the command line."""
    printed = made.printed("text")
    done = processes.run(made.script, *made.names)
    assert done.stdout == printed
    lines = [line for line in printed.splitlines() if str(made.files) in line]
    if made.kind.rows > 1:
        rows = [
            f"{n}, row {i + 1}: " for n in made.names for i in range(made.kind.rows)
        ]
    else:
        rows = [f"{name}: " for name in made.names]
    assert len(lines) == len(rows)
    assert all(line.startswith(row) for line, row in zip(lines, rows, strict=True))


@pytest.mark.thinned(2)
def test_json_has_every_class_and_digit(made: Made) -> None:
    found = json.loads(made.printed("json"))
    places = [(each.pop("file"), each.pop("row")) for each in found]
    rows = range(1, made.kind.rows + 1)
    assert places == [(name, row) for name in made.names for row in rows]
    assert [list(each) for each in found] == [made.kind.keys] * len(found)
    if made.kind.keys == CLASSES:
        state = torch.load(newest(made), weights_only=True)
        for each in found:
            chances = each["probabilities"]
            assert {*chances} == {*classes_of(state)}
            assert [*chances.values()] == sorted(chances.values(), reverse=True)
            assert sum(chances.values()) <= 1.00001
            assert each["prediction"] == next(iter(chances))


def classes_of(state: dict[str, Any]) -> list[str]:
    """Name the classes of a run; two without names are 0 and 1."""
    found: list[str] = state["about"].get("classes", ["0", "1"])
    return found


def newest(made: Made) -> Path:
    return next(made.script.parent.glob("runs/tried/*/best.pt"))


@pytest.mark.thinned(2)
def test_csv_says_the_same(made: Made) -> None:
    """In the order of the classes; into a file too, whose name says the format."""
    text = made.printed("csv")
    table = [*csv.DictReader(io.StringIO(text))]
    found = json.loads(made.printed("json"))
    for row, record in zip(table, found, strict=True):
        for name, value in record.pop("probabilities", {}).items():
            assert row.pop(f"probability_{name}") == str(value)
        assert row == {key: str(value) for key, value in record.items()}
    out = made.files.parent / "found.csv"
    assert made.predict("--out", str(out)) == ""
    assert out.read_text() == text
    assert made.predict("--out", str(out), "--format", "json") == ""
    assert len(json.loads(out.read_text())) == len(found)


@pytest.mark.thinned(2)
def test_text_goes_into_a_file(made: Made) -> None:
    out = made.files.parent / "found.txt"
    assert made.predict("--out", str(out)) == ""
    assert out.read_text() == made.printed("text")


@pytest.mark.thinned(2)
def test_top_says_how_many(made: Made) -> None:
    if made.kind.keys != CLASSES:
        says = "--top is for a model that tells classes apart"
        refused(made.script, str(made.files), "--top", "2", says=says)
        return
    first = made.predict("--top", "1").splitlines()[0]
    assert len(first.rpartition(": ")[2].split()) == 2
    found = json.loads(made.predict("--top", "2", "--format", "json"))
    assert {len(each["probabilities"]) for each in found} == {2}
    table = csv.DictReader(io.StringIO(made.predict("--top", "2", "--format", "csv")))
    for row in table:
        cells = [value for key, value in row.items() if key.startswith("probability_")]
        assert len([cell for cell in cells if cell]) == 2
    most = made.predict("--top", "99").splitlines()[0].rpartition(": ")[2].split()
    state = torch.load(newest(made), weights_only=True)
    assert len(most) == 2 * len(classes_of(state))


@pytest.mark.thinned(2)
def test_the_data_is_where_it_was_in_training(made: Made) -> None:
    done = processes.run(made.script, "--evaluate")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("test_loss  ")
    if (
        "mnist" not in str(made.kind.training)
        and "module" not in made.kind.training["data"]
    ):
        says = "elsewhere"
        refused(made.script, "--evaluate", "--data-dir", "elsewhere", says=says)


@pytest.mark.thinned(2)
def test_wrong_files(made: Made) -> None:
    """One line each, which names the file."""
    folder = made.script.parent
    wrong = shutil.copy(folder / SOURCES[made.kind.other], folder / "wrong")
    refused(made.script, *made.names, str(wrong), says="wrong")
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    (empty / ".hidden.png").write_text("nothing")
    refused(made.script, str(empty), says=f"{empty} has no ")


@pytest.mark.thinned(4)
def test_wrong_settings(made: Made) -> None:
    files = str(made.files)
    for args, says in (
        (("--top", "0"), "--top 0 must be at least 1"),
        (("--out", "none/found.csv"), "there is no folder none"),
        (("--out", "."), "--out . is a folder"),
        (("--format", "xml"), "invalid choice: 'xml'"),
        (("--format", "csv", "--evaluate"), "--out FILE keeps them apart"),
    ):
        refused(made.script, files, *args, says=says)
    for args in (("--format", "csv"), ("--top", "2"), ("--out", "found.csv")):
        says = f"{args[0]} needs a FILE"
        refused(made.script, "--evaluate", *args, says=says)


@needs(NO_PILLOW, reason="reading images needs Pillow")
def test_names_do_not_reach_a_terminal(tiny: Path, tmp_path: Path) -> None:
    """Of classes and files, in every format; a file of predictions keeps them."""
    data_into(tmp_path, tiny)
    odd = "\x1b[31mred"
    (tmp_path / "photos" / "cat").rename(tmp_path / "photos" / odd)
    made = trained(KINDS["images"], tmp_path)
    (made.files / "0.png").rename(made.files / f"{odd}.png")
    for kind in ("text", "csv", "json"):
        assert "\x1b" not in made.predict("--format", kind)
    found = json.loads(made.predict("--format", "json"))
    assert {odd, "dog"} == {*found[0]["probabilities"]}
    made.predict("--out", str(tmp_path / "found.csv"))
    with (tmp_path / "found.csv").open(newline="") as file:
        assert f"probability_{odd}" in next(csv.reader(file))


EXPORTED = """
import json, sys
from pathlib import Path
import torch
from predict_tried import load

loaded = load()
extra = {"classes.json": "", "preprocessing.json": ""}
path = next(Path("runs").rglob("model.pt2"))
program = torch.export.load(path, extra_files=extra).module()
scale = json.loads(extra["preprocessing.json"])
assert json.loads(extra["classes.json"]) == loaded.classes
assert scale["raw"] == str(loaded.preprocess.dtype).removeprefix("torch.")
(raw,) = loaded.preprocess.examples([(3, *json.loads(sys.argv[1]))])
features = loaded.preprocess(raw)
given = raw if scale["in_graph"] else features
ours, theirs = loaded.model(features), program(given)
ours = loaded.postprocess(ours) if scale["in_graph"] else ours
assert torch.allclose(ours, theirs, rtol=1e-3, atol=1e-4)
if features.is_floating_point():
    mean, std = torch.tensor(scale["mean"]), torch.tensor(scale["std"])
    assert torch.allclose(features, (raw.float() - mean) / std)
print(json.dumps(scale["in_graph"]), features.dtype)
"""


@pytest.mark.thinned(4)
def test_exports_carry_what_they_need(made: Made) -> None:
    """Classes and scale; raw examples go in where the preprocessing is inside."""
    folder = made.script.parent
    (folder / "exported.py").write_text(EXPORTED)
    shape = made.kind.input
    shape = shape["tokens"]["shape"] if isinstance(shape, dict) else shape
    for args, inside in (((), "false"), (("--with-preprocessing",), "true")):
        of_text = "text" in made.kind.training["data"]
        if args and of_text:
            says = "a text becomes numbers outside of the model"
            refused(made.script, "--export", "pt2", *args, says=says)
            continue
        done = processes.run(made.script, "--export", "pt2", *args)
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("model.pt2: the same outputs\n")
        done = processes.run(folder / "exported.py", json.dumps(shape))
        assert done.returncode == 0, done.stderr
        dtype = "int64" if of_text else "float32"
        assert done.stdout == f"{inside} torch.{dtype}\n"
    says = "--with-preprocessing is for --export"
    refused(made.script, "--evaluate", "--with-preprocessing", says=says)


READ = """
import json, sys
import torch
from predict_tried import load

loaded = load()
features = loaded.read(sys.argv[1])
raw = torch.load("raw.pt")
same = torch.allclose(loaded.preprocess(raw), features, atol=1e-5)
print(loaded.model(features).shape[0], len(loaded.classes), same)
"""


@pytest.mark.thinned(2)
def test_load_reads_and_scales(made: Made) -> None:
    """What `preprocess` makes of raw examples is what `read` makes of a file."""
    folder = made.script.parent
    source = made.names[0]
    torch.save(raw_of(made), folder / "raw.pt")
    (folder / "reads.py").write_text(READ)
    done = processes.run(folder / "reads.py", source)
    assert done.returncode == 0, done.stderr
    state = torch.load(newest(made), weights_only=True)
    classes = len(classes_of(state)) if made.kind.keys == CLASSES else 0
    assert done.stdout == f"{made.kind.rows} {classes} True\n"


def raw_of(made: Made) -> torch.Tensor:
    """Return the examples of the first file as they are, read in another way."""
    import numpy as np

    ending, shape = made.kind.endings[0], made.kind.input
    data = made.kind.training["data"]
    if "text" in data and (data.get("units") or "target" in data):
        about = torch.load(newest(made), weights_only=True)["about"]
        return as_numbers(made, about["vocabulary"], shape["tokens"]["shape"][0])
    if ending == ".npz":
        return torch.from_numpy(np.load(made.names[0])["x"])
    if ending == ".rows":
        return torch.tensor([[1.0, 2.0, 3.0, 4.0]] * 3)
    if ending == ".csv":
        return torch.tensor(raw_rows(made))
    if ending == ".png":
        from PIL import Image

        image = Image.open(made.names[0])
        size = (shape[2], shape[1])
        image = image.convert("RGB" if shape[0] == 3 else "L").resize(size)
        pixels = torch.from_numpy(np.array(image)).view(*shape[1:], shape[0])
        return pixels.permute(2, 0, 1).unsqueeze(0)
    text = TEXT if made.kind.training["data"].get("by") is None else "\n"
    known = sorted(set(TEXT))
    last = text[-shape["tokens"]["shape"][0] :]
    if made.kind.training["data"].get("by"):
        last = "\n" + TEXT.rstrip("\n").rpartition("\n")[2]
    numbers = torch.zeros(1, shape["tokens"]["shape"][0], dtype=torch.int64)
    numbers[0, : len(last)] = torch.tensor([known.index(each) for each in last])
    return numbers


def as_numbers(made: Made, vocabulary: list[str], length: int) -> torch.Tensor:
    """Return the places of what the first file has, padded behind it."""
    with open(made.names[0], newline="") as file:  # noqa: PTH123
        if made.names[0].endswith(".csv"):
            texts = [[*row["said"]] for row in csv.DictReader(file)]
        else:
            content = file.read().replace("\n", " \n ")
            texts = [re.findall(r"\w+|[^\w ]", content)]
    if "moods" in str(made.kind.training):
        texts = [[each.lower() for each in texts[0] if each != "\n"]]
    else:
        texts = [each[-length:] if len(texts) == 1 else each for each in texts]
    found = torch.zeros(len(texts), length, dtype=torch.int64)
    for row, text in zip(found, texts, strict=True):
        known = [vocabulary.index(e) if e in vocabulary else 1 for e in text[:length]]
        row[: len(known)] = torch.tensor(known)
    return found


def raw_rows(made: Made) -> list[list[float]]:
    """Return the rows of the table as numbers, categories one-hot."""
    target = made.kind.training["data"]["target"]
    with open(made.names[0], newline="") as file:  # noqa: PTH123
        rows = list(csv.DictReader(file))
    found: list[list[float]] = []
    for row in rows:
        values: list[float] = []
        for name, value in row.items():
            if name == target:
                continue
            kinds = sorted({each[name] for each in rows})
            if kinds[0].isdigit():
                values.append(float(value))
            else:
                values += [float(value == kind) for kind in kinds]
        found.append(values)
    return found
