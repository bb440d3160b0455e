"""`mlpgen init text` sees what the scripts see, and its specs train."""

from __future__ import annotations

import os
import random
import re
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlpgen import api
from mlpgen.cli import run
from mlpgen.drafts import images, running_text, targets, texts
from mlpgen.drafts.text import beginning, yaml_list
from mlpgen.source import parse

from .networks import network
from .shared_modules import load, shared
from .test_own_text import reviews, story, table
from .test_training import rows, train

if TYPE_CHECKING:
    from collections.abc import Callable

OF_REVIEWS = """\
# A spec of mlpgen, of what it found in texts: look at it, `mlpgen render THIS_FILE`,
# and run the train_our_reviews.py that this writes with `--data-dir FOLDER`.
name: OurReviews
# 600 texts
# words of a text: 5 to 10, half of them up to 7
parameters: {vocabulary: 63, width: 64}  # all 61 different words come more than once
input:
  tokens: {shape: [10], dtype: int64}  # all texts fit
  lengths: {shape: [1], dtype: int64}  # how many words each has
layers:
  - Embedding:
      num_embeddings: "${vocabulary}"
      embedding_dim: "${width}"
      padding_idx: 0
    from: tokens
  - sum: 1
    name: total
  - div:  # the mean of the words of a text, whatever their order
    from: [total, lengths]
  - Dropout: 0.3
  - Linear: 1
    name: logit
training:
  data:
    text: our reviews.csv  # in the folder that `--data-dir` names
    column: review  # its texts are the longest
    target: mood  # 2 classes: bad and good
    units: words  # or characters
  # The texts are few: the test decides which epoch is the best one, by the loss.
  # With `validation: 0.2` a fifth of the others would.
  loss: BCEWithLogitsLoss
  metrics: [accuracy, f1, auc]  # f1 and auc are of good, the more frequent one
  optimizer: {AdamW: {lr: 0.003}}
  epochs: 50
  batch_size: 16
"""


def written(kind: str, folder: Path) -> list[str]:
    """Write data of a kind; return what names it on the command line."""
    found = reviews(600)
    chance = random.Random(2)
    if kind == "table":
        numbered = [{"id": n, **row, "code": "x"} for n, row in enumerate(found)]
        table(folder / "our reviews.csv", numbered)
        return ["our reviews.csv", "--target", "mood"]
    if kind == "numbers":
        quarters = [{**row, "stars": row["stars"] + 0.25} for row in found]
        table(folder / "r.tsv", quarters, delimiter="\t")
        return ["r.tsv", "--target", "stars", "--column", "review"]
    if kind == "unequal":
        rare = [row for row in found if row["mood"] == "bad"][:8]
        some = [*(row for row in found if row["mood"] == "good"), *rare]
        for number, row in enumerate(some):
            path = folder / "moods" / row["mood"] / "more" / f"{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{row['review']} {number % 5}")
        return ["moods"]
    if kind == "names":
        people = {
            "Elves": ["la", "ri", "el", "an", "dri"],
            "Orcs": ["gr", "ug", "ak", "zz", "og"],
            "Ents": ["ho", "om", "ru", "bu", "ro"],
        }
        every = [
            (each, *found)
            for each in people
            for found in product(people[each], repeat=3)
        ]
        kinds, names = zip(
            *((each, "".join(parts)) for each, *parts in every), strict=True
        )
        pairs = zip(names, kinds, strict=True)
        table(folder / "n.csv", [{"name": a, "of": b} for a, b in pairs], delimiter=";")
        return ["n.csv", "--target", "of"]
    if kind == "lines":
        syllables = ["la", "ri", "el", "an", "mo", "ka", "tu"]
        names = ["".join(chance.choices(syllables, k=3)) for _ in range(300)]
        (folder / "names.txt").write_text("\n\n".join(names))
        return ["names.txt"]
    (folder / "story.txt").write_text(
        story(200).replace("\n", " ").replace(". ", ".\n")
    )
    return ["story.txt"]


def drafted(kind: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the spec that `init text` writes for data of a kind."""
    path, *args = written(kind, folder)
    assert run(["init", "text", str(folder / path), *args]) == 0
    return capsys.readouterr().out


SAID = {
    "table": ("column: review  # its texts are the longest\n",),
    "numbers": (
        "column: review\n",
        "target: stars  # a number; `CrossEntropyLoss` is for classes\n",
        "    # A tab separates columns.\n",
        "loss: MSELoss\n  metrics: [mae, r2]\n",
    ),
    "unequal": (
        "# 331 texts: good (323) and bad (8)\n",
        "# of one class there are 323 texts, of another 8\n",
        "loss: {BCEWithLogitsLoss: {pos_weight: balanced}}\n",
    ),
    "names": (
        "units: characters  # the texts are of one or two words\n",
        "target: of  # 3 classes: Elves, Ents and Orcs\n",
        "loss: CrossEntropyLoss\n  metrics: [accuracy, f1]\n",
    ),
    "lines": (
        "    by: lines  # each is an example of its own\n",
        "input: {tokens: {shape: [10], dtype: int64}}  # with its end, all lines fit\n",
    ),
    "running": (
        "parameters: {places: 18, width: 64, hidden: 128}\n",
        "shape: [32], dtype: int64}}  # characters that the network sees at once\n",
        "    units: characters  # or words, for a text of millions of them\n",
    ),
}


@pytest.mark.parametrize("kind", SAID)
def test_a_draft_is_what_the_scripts_find(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It renders in both styles, and nothing about its data is odd."""
    text = drafted(kind, tmp_path, capsys)
    for each in SAID[kind]:
        assert each in text
    if kind == "table":
        assert text == OF_REVIEWS.replace("FOLDER", tmp_path.as_posix())
    spec = yaml.safe_load(text)
    loaded = network(spec)
    assert not loaded.warnings
    for style in ("explicit", "sequential"):
        assert len(api.render(loaded, style)) > 10
    assert loaded.graph.recipe is not None
    chooses = re.findall(
        r"decides which epoch is the best one, by (?:the )?(\w+)", text
    )
    assert chooses == [loaded.graph.recipe.best.metric]
    data = load(spec, tmp_path)
    assert not data.warnings
    assert len(data.train) > len(data.test) > 0
    places = spec["parameters"].get("places", spec["parameters"].get("vocabulary"))
    assert len(data.about["vocabulary"]) <= places
    if kind in ("lines", "running"):
        assert len(data.about["vocabulary"]) == places


TRAINED = {
    "table": ("test_accuracy", 0.95, 8),
    "numbers": ("test_r2", 0.5, 20),
    "unequal": ("test_accuracy", 0.9, 20),
    "names": ("test_accuracy", 0.95, 8),
    "lines": ("test_accuracy", 0.4, 40),
    "running": ("test_accuracy", 0.6, 40),
}
"""What is better than chance after some epochs."""


@pytest.mark.parametrize(
    "kind",
    [
        each if each == "names" else pytest.param(each, marks=pytest.mark.exhaustive)
        for each in TRAINED
    ],
)
def test_a_draft_trains(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = yaml.safe_load(drafted(kind, tmp_path, capsys))
    score, least, epochs = TRAINED[kind]
    loaded = network({**spec, "name": "Reader"})
    for name, text in api.render(loaded, "sequential").items():
        (tmp_path / name).write_text(text, "utf-8")
    args = ("--data-dir", str(tmp_path), "--out", str(tmp_path / "run"))
    printed = train(tmp_path / "train_reader.py", *args, "--epochs", str(epochs))
    assert "warning" not in printed
    assert float(rows(tmp_path / "run")[-1][score]) > least


def put(name: str, content: str | bytes) -> Callable[[Path], object]:
    """Return what writes a file into a folder."""

    def write(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


ROWS = "".join(f"{n},we saw {n} of them,{'ab'[n % 2]}\n" for n in range(8))
WRONG: dict[str, tuple[Callable[[Path], object], list[str], str]] = {
    "nothing": (lambda folder: None, ["x.txt"], "No such file"),
    "an empty folder": (
        lambda folder: (folder / "x").mkdir(),
        ["x"],
        "has 0 texts, of no class\n = help: make a folder for each class, with its t",
    ),
    "no folders": (put("x/a.txt", "one"), ["x"], "has 1 texts, of no class"),
    "one class": (put("x/a/a.txt", "one"), ["x"], "x` has a alone"),
    "a class without": (
        lambda folder: [put(f"x/{each}", "")(folder) for each in ("a/a.txt", "b/b.md")],
        ["x"],
        "has no texts of a and b",
    ),
    "a link to nothing": (
        lambda folder: [
            put("x/a/1.txt", "one")(folder),
            (folder / "x" / "a" / "2.txt").symlink_to("nowhere"),
        ],
        ["x"],
        "x/a/2.txt` is a link to nothing\n",
    ),
    "binary in a class": (
        lambda folder: [put(f"x/{n}/a.txt", b"a\0b")(folder) for n in "ab"],
        ["x"],
        "a.txt is no text: it has NUL bytes, in line 1",
    ),
    "binary": (put("x.txt", bytes(range(256))), ["x.txt"], "(byte 0x80 in line 2)"),
    "UTF-16": (
        put("x.txt", "one two".encode("utf-16-le")),
        ["x.txt"],
        "it has NUL bytes, in line 1\n = help: save it as UTF-8",
    ),
    "cp1252": (
        put("x.txt", "one\nschön".encode("cp1252")),
        ["x.txt"],
        "no text in UTF-8 (byte 0xf6 in line 2)\n = help: save it as UTF-8\n",
    ),
    "blank": (put("x.txt", "\n \n"), ["x.txt"], "x.txt` has no text in it"),
    "short": (put("x.txt", "one two"), ["x.txt"], "x.txt` has 7 characters\n"),
    "alike": (put("x.txt", "a" * 4000), ["x.txt"], "characters, all the same"),
    "columns of a text": (
        put("x.txt", "one two"),
        ["x.txt", "--target", "y"],
        "x.txt` has no columns\n = help: a table is a file that ends with `.csv`",
    ),
    "no target": (put("x.csv", f"id,t,y\n{ROWS}"), ["x.csv"], "--target COLUMN"),
    "another target": (
        put("x.csv", f"id,t,y\n{ROWS}"),
        ["x.csv", "--target", "z"],
        "has no column `z`\n = help: its columns are id, t and y\n",
    ),
    "another column": (
        put("x.csv", f"id,t,y\n{ROWS}"),
        ["x.csv", "--target", "y", "--column", "z"],
        "has no column `z`",
    ),
    "two of a name": (
        put("x.csv", f"y,t,y\n{ROWS}"),
        ["x.csv", "--target", "y"],
        "has 2 columns `y`",
    ),
    "two columns of texts of a name": (
        put("x.csv", "t,t,y\n" + "".join(f"a {n},we {n},{n % 2}\n" for n in range(8))),
        ["x.csv", "--target", "y"],
        "x.csv` has 2 columns `t`\n = help: give each column its own name\n",
    ),
    "two columns of no texts of a name": (
        put("x.csv", "t,t,y\n" + "".join(f"{n},{n},{n % 2}\n" for n in range(8))),
        ["x.csv", "--target", "y"],
        "x.csv` has 2 columns `t`\n = help: give each column its own name\n",
    ),
    "two targets": (
        put("x.csv", f"id,t,y\n{ROWS}"),
        ["x.csv", "--target", "y", "--target", "id"],
        "takes one --target",
    ),
    "itself": (
        put("x.csv", f"id,t,y\n{ROWS}"),
        ["x.csv", "--target", "y", "--column", "y"],
        "`y` cannot be learned from itself",
    ),
    "no texts": (
        put("x.csv", "id,a,y\n" + "".join(f"{n},u,{n % 2}\n" for n in range(8))),
        ["x.csv", "--target", "y"],
        "has no column of texts in id and a\n = help: --column NAME says which",
    ),
    "one class of a table": (
        put("x.csv", "t,y\none two three,a\none three,a\n"),
        ["x.csv", "--target", "y"],
        "`y` is the same in every row",
    ),
    "a target of texts": (
        put("x.csv", f"y,t,id\n{ROWS}"),
        ["x.csv", "--target", "t", "--column", "id"],
        "`t` has 8 classes in 8 rows\n = help: a class needs several examples",
    ),
    "no rows": (
        put("x.csv", "t,y\n"),
        ["x.csv", "--target", "y"],
        "x.csv` has no rows below its line of names\n",
    ),
    "no known rows": (
        put("x.csv", "t,y\none two,NA\n,a\n"),
        ["x.csv", "--target", "y", "--column", "t"],
        "has no row with `t` and `y`",
    ),
    "an empty table": (put("x.csv", ""), ["x.csv", "--target", "y"], "x.csv is empty"),
    "a workbook": (
        put("x.csv", b"PK\x03\x04"),
        ["x.csv", "--target", "y"],
        "is no table, but an Excel or zip file",
    ),
    "values too many": (
        put("x.csv", "t,y\none two, three,a\n"),
        ["x.csv", "--target", "y"],
        "line 2: it has 3 values",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_no_draft_is_named(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, (path, *args), wanted = WRONG[name]
    make(tmp_path)
    assert run(["init", "text", str(tmp_path / path), *args]) == 2
    printed = capsys.readouterr()
    assert wanted in printed.err
    assert not printed.out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("name", ["p", "p.txt", "p.csv"])
def test_no_pipe_is_waited_for(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / name)
    target = ["--target", "y"] if name == "p.csv" else []
    assert run(["init", "text", str(tmp_path / name), *target]) == 2
    assert "is neither a file nor a folder" in capsys.readouterr().err


def test_options_are_of_their_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    for args, wanted in (
        (["images", "x", "--column", "y"], "`init images` takes no --column"),
        (["csv", "x.csv", "--column", "y"], "`init csv` takes no --column"),
        (["images", "x", "--target", "y"], "`init images` takes no --target"),
        (["csv", "x.csv"], "`init csv` needs the column to learn"),
        (["csv", "x.csv", *["--target", "y"] * 2], "--target y is given twice"),
        (["mlp", "--column", "y"], "`init mlp` takes no data"),
        (["text"], "`init text` needs the path of the data"),
    ):
        assert run(["init", *args]) == 2
        assert wanted in capsys.readouterr().err


def test_drafts_weight_what_trainings_warn_of() -> None:
    assert targets.UNEQUAL == shared("look").UNEQUAL
    for most, weighted in ((20, False), (21, True)):
        for classes in ("ab", "abc"):
            counts = {each: most if each == "a" else 1 for each in classes}
            assert targets.of_classes(counts).weighted == weighted


COLUMNS = {
    "the longest": ({"title": "A day {}", "body": "It was a day of {} rain"}, "body"),
    "not an id": ({"id": "0cc175b9-c0f1-b6a8-31c3-99e26977{}", "t": "so {} good"}, "t"),
    "not a link": ({"url": "https://example.com/p/abc/{}", "t": "good {}"}, "t"),
    "not a date": ({"when": "2024-01-01 10:{}", "t": "good {}"}, "t"),
    "not a category": ({"kind": "of the first of two kinds", "t": "good {}"}, "t"),
    "without spaces": ({"id": "e269-{}-abcdefghij-klm", "t": "今天天氣很好{}"}, "t"),
    "with signs": ({"kind": "so", "t": "+ + {}: - / a bcd - -"}, "t"),
    "names": ({"n": "{}.5", "t": "Anna{}"}, "t"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_the_column_of_texts_is_found(name: str, tmp_path: Path) -> None:
    columns, wanted = COLUMNS[name]
    found = [
        {"y": "ab"[n % 2], **{key: value.format(n) for key, value in columns.items()}}
        for n in range(10, 40)
    ]
    table(tmp_path / "t.csv", found)
    data = yaml.safe_load(texts.draft(str(tmp_path / "t.csv"), "", "y"))
    assert data["training"]["data"]["column"] == wanted
    units = "words" if len(columns[wanted].split()) > 2 else "characters"
    assert data["training"]["data"]["units"] == units


@pytest.mark.parametrize(("good", "more"), [(9, ""), (10, ""), (11, ", the more")])
def test_the_class_that_is_found_is_said(good: int, more: str, tmp_path: Path) -> None:
    found = [
        {"t": f"it is of {n} parts", "y": "good" if n < good else "bad"}
        for n in range(20)
    ]
    table(tmp_path / "t.csv", found)
    text = texts.draft(str(tmp_path / "t.csv"), "", "y")
    after = text.partition("f1 and auc are of good")[2].partition("\n")[0]
    assert after.startswith(more) and bool(after) == bool(more)


def test_another_column_of_texts_is_said(tmp_path: Path) -> None:
    found = [
        {"title": f"A day of {n}", "y": n % 2, "body": f"It was a day, {n}, of rain"}
        for n in range(30)
    ]
    table(tmp_path / "t.csv", [*found, {"title": "", "y": "", "body": "NA"}])
    text = texts.draft(str(tmp_path / "t.csv"), "", "y")
    assert "  # its texts are the longest; there are others in title\n" in text
    assert "    # 1 of 31 rows lack one of them.\n" in text


@pytest.mark.parametrize(
    ("sizes", "length", "said"),
    [
        ([5] * 95 + [90] * 5, 10, "95 % of the texts fit, of others"),
        ([5] * 95 + [60, 2000, 9, 9, 9], 10, "is seen: 21 % of all words\n"),
        ([9] * 57 + [4000] * 3, 10, "95 % of the texts fit, of others the beginning"),
        ([700] * 20, 500, "# of each of the texts the beginning is seen\n"),
        ([3000] * 20, 2000, "# of each of the texts the beginning is seen\n"),
        ([9] * 10 + [3000] * 20, 2000, "# 33 % of the texts fit"),
        ([9000] * 20, 4000, "the beginning is seen: 45 % of all words\n"),
        ([3, 4, 13] * 4, 20, "all texts fit"),
        ([4] * 20, 10, "# words of a text: all of 4\n"),
    ],
)
@pytest.mark.thinned(3)
def test_lengths_are_of_the_texts(
    sizes: list[int], length: int, said: str, tmp_path: Path
) -> None:
    """Most texts fit; where less than half of all there is is seen, that is said."""
    words = [
        " ".join(random.Random(n).choices("abcd", k=k)) for n, k in enumerate(sizes)
    ]
    found = [{"t": text, "y": "ab"[n % 2]} for n, text in enumerate(words)]
    table(tmp_path / "t.csv", found)
    text = texts.draft(str(tmp_path / "t.csv"), "t", "y")
    spec = yaml.safe_load(text)
    assert spec["input"]["tokens"]["shape"] == [length]
    assert said in text
    warned = [each for each in load(spec, tmp_path).warnings if "sees" in each]
    assert len(warned) == ("of all words" in text)


def test_many_words_are_learned_as_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_text, "MANY_WORDS", 6000)
    path = tmp_path / "long.txt"
    path.write_text("".join(f"w{n % 300}{'.' * (n % 2)} " for n in range(3900)))
    assert "units: characters" in texts.draft(str(path))
    path.write_text(path.read_text() * 2)
    text = texts.draft(str(path))
    assert "units: words  # or characters, which learn from less\n" in text
    assert "# 11,700 words; all 301 different words come more than once\n" in text
    spec = yaml.safe_load(text)
    data = load(spec, tmp_path)
    assert len(data.about["vocabulary"]) == spec["parameters"]["places"] == 303
    assert not data.warnings
    monkeypatch.setattr(running_text, "WORDS_LOOKED_AT", len(path.read_text()) * 2 // 3)
    words = r"# 7,\d{3} words in the first [\d,]+ characters; all 301 different words"
    assert re.search(words, again := texts.draft(str(path)))
    assert again.splitlines()[5:] == text.splitlines()[5:]


def test_parts_of_folders_are_what_they_say(tmp_path: Path) -> None:
    for number, row in enumerate(reviews(100)):
        part = "val" if number % 4 == 0 else "train"
        put(f"r/{part}/{row['mood']}/{number}.txt", row["review"])(tmp_path)
    text = texts.draft(str(tmp_path / "r"))
    assert "# 75 texts: " in text
    assert "  validation: 0.2  # val is used for it\n" in text
    data = load(yaml.safe_load(text), tmp_path)
    assert (len(data.train) + len(data.test), len(data.validation)) == (75, 25)


@pytest.mark.parametrize("where", [".", "x/.."])
def test_a_folder_has_its_name_wherever_one_is(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pytest.importorskip("PIL.Image")
    (tmp_path / "things" / "x").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "things")
    for label in "abx":
        put(f"{label}/1.txt", "one two two")(tmp_path / "things")
        image.new("L", (8, 8)).save(tmp_path / "things" / label / "1.png")
    for draft, key in ((texts.draft, "text"), (images.draft, "images")):
        spec: dict[str, Any] = yaml.safe_load(draft(where))
        assert spec["training"]["data"][key] == "things"
        assert spec["name"] == "Things"


def test_a_table_with_texts_says_what_reads_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = [
        {"t": f"there were {n} of them, or rather {n + 1} and a half", "y": n % 2}
        for n in range(40)
    ]
    table(tmp_path / "t.csv", long)
    said = "holds texts: `mlpgen init text` makes a spec that reads them"
    assert run(["init", "csv", str(tmp_path / "t.csv"), "--target", "y"]) == 2
    assert f"= help: `t` {said}\n" in capsys.readouterr().err
    table(tmp_path / "t.csv", [{**row, "n": n * 0.5} for n, row in enumerate(long)])
    assert run(["init", "csv", str(tmp_path / "t.csv"), "--target", "y"]) == 0
    printed = capsys.readouterr().out
    assert f"    # t {said}.\n" in printed
    assert "    drop: [t]\n" in printed


@pytest.mark.parametrize(
    ("folder", "shown"),
    [("", "."), ("all texts", "'all texts'"), ("a\nb", "FOLDER"), ("../x", "../x")],
)
def test_the_first_lines_say_what_is_next(
    folder: str,
    shown: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """They name the script that is rendered, and its `--data-dir`."""
    (here := tmp_path / "here").mkdir()
    monkeypatch.chdir(here)
    place = here / folder
    place.mkdir(exist_ok=True)
    (place / "old tales.txt").write_text("once upon a time\n" * 200)
    data = os.path.join(folder, "old tales.txt")  # noqa: PTH118
    assert run(["init", "text", data]) == 0
    text = capsys.readouterr().out
    script = (
        f"# and run the train_old_tales.py that this writes with `--data-dir {shown}`."
    )
    assert text.splitlines()[1] == script
    assert "train_old_tales.py" in api.render(network(yaml.safe_load(text)))


WORDS = ("null", "true", "yes", "on", "y", "NO", "OFF", "~", "nan", ".nan", ".inf")
NUMBERS = ("1", "-1.5", "0x1f", "0o7", "1e3", "1_000", "1:30", "2024-01-01", "=", "<<")


@pytest.mark.parametrize("word", [*WORDS, *NUMBERS])
def test_words_of_yaml_are_names(word: str) -> None:
    """Whatever a file or a column is called, readers of both YAMLs read a name."""
    every = [word, word.capitalize(), word.upper(), f"{word}.csv"]
    written = yaml_list(every)
    assert yaml.safe_load(written) == every
    assert parse(f"name: {written}".encode(), "x").data["name"] == every
    name = beginning(Path(f"{word}.csv"), "Table")["name"]
    read = yaml.safe_load(f"name: {name}")["name"]
    assert isinstance(read, str)
    assert read == parse(f"name: {name}".encode(), "x").data["name"]
    assert network({"name": read, "input": [4], "layers": [{"Linear": 2}]})
