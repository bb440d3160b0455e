"""Texts of known rules are learned, and each way to get them wrong has its line."""

from __future__ import annotations

import csv
import json
import math
import random
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch.nn import functional as F

from mlpgen import api

from . import processes
from .networks import network
from .shared_modules import CPU, load, shared
from .test_training import rows, train

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

GOOD, BAD, PLAIN = (
    [f"{name}{number}" for number in range(20)] for name in ("good", "bad", "plain")
)
NOUNS, VERBS = ["cat", "dog", "bird"], ["sees", "likes"]
TRAINING = {"loss": "CrossEntropyLoss", "optimizer": {"AdamW": {"lr": 0.02}}}


def spec(
    data: dict[str, Any], layers: list[Any], length: int = 12, **training: Any
) -> dict[str, Any]:
    """Return the spec of a network that reads texts."""
    return {
        "name": "Reader",
        "input": {"tokens": {"shape": [length], "dtype": "int64"}},
        "layers": layers,
        "training": {**TRAINING, "batch_size": 20, "data": data, **training},
    }


def embedded(*others: Any, places: int = 200) -> list[Any]:
    sizes = {"num_embeddings": places, "embedding_dim": 16, "padding_idx": 0}
    return [{"Embedding": sizes}, *others]


MEAN: list[Any] = embedded({"mean": 1}, {"Linear": 2})
REVIEWS = {"text": "reviews.csv", "column": "review", "target": "mood"}
KINDS: dict[str, dict[str, Any]] = {
    "table": spec({**REVIEWS, "units": "words"}, MEAN),
    "folder": spec(
        {"text": "moods"},
        embedded({"GRU": 24, "select": "output"}, {"amax": 1}, {"Linear": 2}),
        60,
    ),
    "numbers": spec(
        {**REVIEWS, "target": "stars", "units": "words"},
        embedded({"sum": 1}, {"Linear": 1}),
        loss="MSELoss",
        metrics=["r2"],
    ),
    "two": spec(
        {"text": "moods", "units": "words"},
        embedded({"mean": 1}, {"Linear": 1}),
        loss="BCEWithLogitsLoss",
        metrics=["accuracy"],
    ),
    "last step": spec(
        {"text": "moods", "units": "words"},
        embedded({"GRU": 24, "select": "last"}, {"Linear": 2}),
        40,
    ),
    "lengths": {
        **spec(
            {"text": "moods", "units": "words"},
            [
                {**embedded()[0], "from": "tokens"},
                {"sum": 1},
                {"div": None, "from": ["sum_1", "lengths"]},
                {"Linear": 2},
            ],
        ),
        "input": {
            "tokens": {"shape": [12], "dtype": "int64"},
            "lengths": {"shape": [1], "dtype": "int64"},
        },
    },
    "packed": {
        **spec(
            {"text": "moods", "units": "words"},
            [
                {**embedded()[0], "from": "tokens"},
                {
                    "LSTM": {"hidden_size": 12, "bidirectional": True, "lengths": True},
                    "from": ["embedding_1", "lengths"],
                    "select": "hidden",
                },
                {"Linear": 2},
            ],
        ),
        "input": {
            "tokens": {"shape": [40], "dtype": "int64"},
            "lengths": {"shape": [], "dtype": "int64"},
        },
    },
    "words": spec(
        {"text": "story.txt", "units": "words"},
        embedded({"GRU": 32, "select": "output"}, {"Linear": 40}, places=40),
        28,
        metrics=["accuracy"],
    ),
    "lines": spec(
        {"text": "story.txt", "units": "words", "by": "lines", "vocabulary": 20},
        embedded({"GRU": 32, "select": "output"}, {"Linear": 20}, places=40),
        metrics=["accuracy"],
    ),
}


@cache
def reviews(count: int = 400) -> list[dict[str, Any]]:
    """Make texts of 4 to 10 words: they are as good as most of their telling words."""
    chance = random.Random(1)
    found = []
    for _ in range(count):
        good = chance.random() < 0.5
        stars = chance.randint(1, 3)
        words = chance.choices(PLAIN, k=chance.randint(3, 6))
        words += chance.choices(GOOD if good else BAD, k=stars)
        chance.shuffle(words)
        text = f"{' '.join(words).capitalize()}."
        mood = "good" if good else "bad"
        found.append({"review": text, "mood": mood, "stars": stars if good else -stars})
    return found


def table(path: Path, found: Iterable[dict[str, Any]], **more: Any) -> None:
    found = [*found]
    with path.open("w", newline="", encoding=more.pop("encoding", "utf-8")) as file:
        writer = csv.DictWriter(file, [*found[0]], **more)
        writer.writeheader()
        writer.writerows(found)


@cache
def story(count: int = 800) -> str:
    """Make sentences: which words may follow one is known, and all are as likely."""
    chance = random.Random(1)
    lines = (
        f"The {chance.choice(NOUNS)} {chance.choice(VERBS)} the {chance.choice(NOUNS)}."
        for _ in range(count)
    )
    return "\n".join(lines)


def texts_into(folder: Path, kind: str) -> None:
    """Write the texts of a kind; recurrent layers need more of them."""
    found = reviews(1200 if kind in ("last step", "packed") else 400)
    if kind in ("folder", "two", "last step", "lengths", "packed"):
        for number, row in enumerate(found):
            path = folder / "moods" / row["mood"] / f"{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(row["review"])
        return
    table(folder / "reviews.csv", found)
    (folder / "story.txt").write_text(story())


def made(kind: str, folder: Path, **training: Any) -> Path:
    """Render the scripts of a kind, and return the one that trains."""
    folder.mkdir(exist_ok=True)
    given = KINDS[kind]
    loaded = network({**given, "training": {**given["training"], **training}})
    for name, text in api.render(loaded, "explicit").items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "train_reader.py"


def said(script: Path, *args: str) -> tuple[str, str]:
    """Run a prediction; return what it prints, and what it says beside."""
    predict = script.with_name("predict_reader.py")
    done = processes.run(predict, "--run", str(script.parent / "run"), *args)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


EPOCHS = {
    "table": 5,
    "folder": 15,
    "numbers": 40,
    "two": 10,
    "last step": 4,
    "lengths": 6,
    "packed": 6,
    "words": 12,
    "lines": 3,
}
SHORT = ("table", "lines")
BEST = (4 + 1 / 3 + 1 / 2 + 1 / 3) / 7
"""Of a sentence, one of 3, of 2 and of 3 words cannot be known, four words can."""


@pytest.mark.parametrize(
    "kind",
    [
        each if each in SHORT else pytest.param(each, marks=pytest.mark.exhaustive)
        for each in KINDS
    ],
)
@pytest.mark.thinned(2)
def test_a_rule_is_learned(kind: str, tmp_path: Path) -> None:
    """What is learned is within 3 points of the best possible."""
    texts_into(tmp_path, kind)
    script = made(kind, tmp_path / "made", epochs=EPOCHS[kind])
    out = str(script.parent / "run")
    train(script, "--data-dir", str(tmp_path), "--out", out)
    last = rows(script.parent / "run")[-1]
    if kind in ("words", "lines"):
        assert float(last["test_accuracy"]) > BEST - 0.03
        entropy = (2 * math.log(3) + math.log(2)) / 7
        assert math.log(float(last["test_perplexity"])) < entropy + 0.05
    elif kind == "numbers":
        assert float(last["test_r2"]) > 0.97
    else:
        assert float(last["test_accuracy"]) > 0.97
    check_predictions(kind, script, tmp_path)
    if kind == "packed":
        predict = script.with_name("predict_reader.py")
        done = processes.run(predict, "--run", out, "--export", "pt2")
        assert done.returncode == 2 and "cannot follow a packed sequence" in done.stderr


def check_predictions(kind: str, script: Path, folder: Path) -> None:
    """Predict for files of each form: what is unknown is counted, and said."""
    if kind in ("words", "lines"):
        (folder / "a.txt").write_text("The unicorn likes the")
        printed, beside = said(script, str(folder / "a.txt"))
        first = printed.splitlines()[0].removeprefix(f"{folder / 'a.txt'}: ")
        assert first in {f"The <unknown> likes the {noun}." for noun in NOUNS}
        assert "unknown words: 1 of " in beside and "('unicorn')" in beside
        return
    rows_ = ["review,other", "Good1 good2!,1", '"",', "  ,9", '"bad3, bad4\nzebra",2']
    (folder / "b.csv").write_text("\n".join(rows_))
    (folder / "c.txt").write_text("good5 plain1\n")
    names = ["b.csv", "c.txt"] if kind in ("table", "numbers") else ["c.txt"]
    files = [str(folder / name) for name in names]
    printed, beside = said(
        script,
        *files,
        "--format",
        "json",
        "--evaluate",
        "--out",
        str(folder / "out.json"),
    )
    found = json.loads((folder / "out.json").read_text())
    predicted = [each["prediction"] for each in found]
    if kind == "numbers":
        assert predicted == pytest.approx([2, -2, 1], abs=0.8)
    else:
        assert predicted == (["good", "bad", "good"] if len(names) > 1 else ["good"])
    if kind == "table":
        assert [each["row"] for each in found] == [1, 4, 1]
        assert "1 empty row is left out" in beside
        assert "1 of 3 rows without a text are left out: row 3" in beside
        assert "unknown words: 3 of 9 ('!', ',' and 'zebra')" in beside
        assert "test_accuracy" in printed


def notes(kind: str, folder: Path, **data: Any) -> str:
    """Load the data of a kind as its script does; return what it says."""
    found = load(changed(kind, **data), folder)
    return "\n".join([*found.notes, *found.warnings])


def changed(kind: str, **data: Any) -> dict[str, Any]:
    """Return the spec of a kind, with other keys of its data; None takes one away."""
    given = KINDS[kind]
    keys = {**given["training"]["data"], **data}
    kept = {key: value for key, value in keys.items() if value is not None}
    return {**given, "training": {**given["training"], "data": kept}}


def lines_of(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    path.write_text("\n".join(change(path.read_text().splitlines())))


def two_classes_more(folder: Path) -> None:
    for name in ("odd", "even"):
        (folder / "moods" / name).mkdir()
        (folder / "moods" / name / "1.txt").write_text("good1 bad1")


def raw(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


def edited(name: str, old: str, new: str) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        path = folder / name
        path.write_text(path.read_text().replace(old, new))

    return edit


def no(folder: Path) -> None:
    """Change nothing."""


WRONG: dict[str, tuple[str, Callable[[Path], object], dict[str, Any], str]] = {
    "one class": (
        "table",
        lambda folder: table(
            folder / "reviews.csv", [row | {"mood": "good"} for row in reviews(20)]
        ),
        {},
        "'mood' has one class only, 'good': nothing is to learn",
    ),
    "more classes than outputs": (
        "table",
        no,
        {"target": "stars"},
        "'stars' has 6 classes (-3, -2, -1, 1, 2 and 3), and the model tells 2 apart",
    ),
    "more folders than outputs": (
        "folder",
        two_classes_more,
        {},
        "moods has 4 classes (bad, even, good and odd), and the model tells 2 apart",
    ),
    "no such column": (
        "table",
        no,
        {"column": "text"},
        "reviews.csv has no column 'text', only review, mood and stars",
    ),
    "words for numbers": (
        "numbers",
        no,
        {"target": "mood"},
        "'mood' is not always a number: it is 'good' and 'bad'",
    ),
    "another separator": (
        "table",
        no,
        {"separator": ";"},
        "reviews.csv has no column 'review', only review,mood,stars",
    ),
    "a comma in a text": (
        "table",
        raw("reviews.csv", b"review,mood\ngood, really,good\nbad1,bad\n"),
        {},
        "line 2: it has 3 values, the line of names has 2; a text with ',' in it "
        "stands in quotes",
    ),
    "a quote that is not closed": (
        "table",
        raw("reviews.csv", b'review,mood\n"good,good\nbad1,bad\n'),
        {},
        "reviews.csv is no table: line 2: a quote is not closed",
    ),
    "no UTF-8": (
        "words",
        raw("story.txt", "one two\nschön\n".encode("cp1252") * 20),
        {},
        "story.txt is no text in UTF-8 (byte 0xf6 in line 2): save it as UTF-8, or "
        "name another encoding, such as `encoding: cp1252`",
    ),
    "two encodings": (
        "table",
        raw("reviews.csv", "review,mood\nä,good\n".encode() + b"\xf6,bad\n"),
        {},
        "reviews.csv mixes encodings: line 2 is UTF-8, line 3 is not; save it as UTF-8",
    ),
    "NUL bytes": (
        "words",
        raw("story.txt", b"one two\nthree \0 four\n" * 20),
        {},
        "story.txt is no text: it has NUL bytes, in line 2",
    ),
    "UTF-16 without a mark": (
        "words",
        raw("story.txt", story(50).encode("utf-16-le")),
        {},
        "in line 1: write `encoding: utf-16` if it is UTF-16",
    ),
    "an empty table": ("table", raw("reviews.csv", b""), {}, "reviews.csv is empty"),
    "no rows": (
        "table",
        raw("reviews.csv", b"review,mood\n"),
        {},
        "reviews.csv has no rows below a line of names",
    ),
    "only empty texts": (
        "table",
        raw("reviews.csv", b"review,mood\n,good\n  ,bad\n"),
        {},
        "reviews.csv has no row with 'review' and 'mood'",
    ),
    "one row": (
        "table",
        raw("reviews.csv", b"review,mood\na b,good\n"),
        {},
        "'mood' has one class only, 'good'",
    ),
    "two columns of a name": (
        "table",
        raw("reviews.csv", b"review,review,mood\na,b,good\n"),
        {},
        "reviews.csv has 2 columns 'review'",
    ),
    "one word": (
        "table",
        raw("reviews.csv", b"review,mood\nyes,good\nyes,bad\n" + b"yes,bad\n" * 20),
        {},
        "reviews.csv has one of the words only: yes",
    ),
    "one number": (
        "numbers",
        lambda folder: table(
            folder / "reviews.csv", [row | {"stars": 3} for row in reviews(20)]
        ),
        {},
        "all 16 examples to train on have the target 3: nothing can be learned",
    ),
    "one word that goes on": (
        "words",
        raw("story.txt", b"well " * 200),
        {},
        "story.txt has one word only, 'well'",
    ),
    "an empty text": (
        "words",
        raw("story.txt", b" \n"),
        {},
        "story.txt has less than two pieces of 28 words",
    ),
    "no lines": (
        "lines",
        raw("story.txt", b"\n\n"),
        {},
        "there are no lines in the text",
    ),
    "a folder for a text": (
        "words",
        lambda folder: (folder / "moods").mkdir(),
        {"text": "moods"},
        "moods is a folder, not a text; a model that tells folders of texts apart ",
    ),
    "a file for a folder": (
        "folder",
        lambda folder: (folder / "plain").write_text("text"),
        {"text": "plain"},
        "plain is a file: name a folder with a folder for each class",
    ),
    "no folders": (
        "folder",
        lambda folder: (folder / "none").mkdir(),
        {"text": "none"},
        "none has no folders: one with texts for each class",
    ),
    "an empty folder": (
        "folder",
        lambda folder: (folder / "moods" / "odd").mkdir(),
        {},
        "odd has no texts in it (.txt, .md, .text)",
    ),
    "a class that only the test has": (
        "folder",
        lambda folder: in_parts(folder, ("train", "test"), only="test"),
        {"text": "parts"},
        "parts has nothing to train on for odd",
    ),
}


def in_parts(folder: Path, parts: Iterable[str], only: str = "") -> None:
    """Write texts of two classes in folders of parts."""
    for number, row in enumerate(reviews(60)):
        for part in parts:
            path = folder / "parts" / part / row["mood"] / f"{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{row['review']} {part}")
    if only:
        (folder / "parts" / only / "odd").mkdir()
        (folder / "parts" / only / "odd" / "1.txt").write_text("good1")


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str, tmp_path: Path) -> None:
    kind, spoil, data, says = WRONG[name]
    texts_into(tmp_path, kind)
    spoil(tmp_path)
    with pytest.raises(shared("data_common").DataError) as error:
        load(changed(kind, **data), tmp_path)
    (line,) = str(error.value).splitlines()
    assert says in line


NOTED: dict[str, tuple[str, Callable[[Path], object], dict[str, Any], str]] = {
    "lengths of texts": (
        "table",
        no,
        {},
        "400 texts of 5 to 10 words, half of them up to 8; the model takes 12: 0 are "
        "cut, 400 padded",
    ),
    "lengths of lines": (
        "lines",
        edited("story.txt", ".\n", " and so on and so on and so on.\n"),
        {},
        "800 lines with their ends of 7 to 16 words, half of them up to 16; the model "
        "takes 12: 799 are cut, 1 padded",
    ),
    "a vocabulary": (
        "table",
        no,
        {"vocabulary": 32},
        "30 of 61 different words are known, most often '.', ",
    ),
    "rows that are left out": (
        "table",
        lambda folder: lines_of(
            folder / "reviews.csv",
            lambda lines: [*lines[:3], ",good,1", "  ,bad,1", "some,,2", *lines[3:]],
        ),
        {},
        "2 of 403 rows without 'review' are left out: row 3 and 4\n"
        "1 of 403 rows without 'mood' are left out: row 5",
    ),
    "that all words are known": (
        "table",
        lambda folder: (folder / "reviews.csv").write_bytes(
            b"\n\nreview,mood\n" + b"so good,good\nso bad,bad\n" * 20
        ),
        {},
        "all 3 different words are known, most often 'so', ",
    ),
    "a separator": (
        "table",
        lambda folder: table(folder / "reviews.csv", reviews(), delimiter="\t"),
        {},
        r"reviews.csv: '\t' parts the values",
    ),
    "hidden files": (
        "folder",
        lambda folder: [
            (folder / "moods" / ".git").mkdir(),
            (folder / "moods" / "good" / ".DS_Store").write_text("a"),
        ],
        {},
        "left out, hidden: 2 (.git and good/.DS_Store)",
    ),
    "other files": (
        "folder",
        lambda folder: [
            (folder / "moods" / "good" / "a.pdf").write_text("a"),
            (folder / "moods" / "README.md").write_text("a"),
        ],
        {},
        "left out, no texts of a class: 2 (README.md and good/a.pdf)",
    ),
    "empty files": (
        "folder",
        lambda folder: (folder / "moods" / "good" / "a.txt").write_text(" \n"),
        {},
        "left out, empty texts: 1 (good/a.txt)",
    ),
    "short inputs": (
        "folder",
        edited("moods/good/1.txt", "g", "g" * 99_999),
        {},
        "the model sees ",
    ),
    "unknown words": (
        "table",
        lambda folder: table(
            folder / "reviews.csv",
            [row | {"review": f"{n} {n}a the"} for n, row in enumerate(reviews())],
        ),
        {},
        "of the words to test with are unknown: a larger `vocabulary`",
    ),
    "texts that are trained on, for the model": (
        "table",
        lambda folder: table(
            folder / "reviews.csv",
            [
                row | {"review": change(row["review"])}
                for row in reviews(50)
                for change in (str, str.upper, lambda text: text.replace(".", "  ."))
            ],
        ),
        {},
        " of 30 texts to test with are also trained on, such as ",
    ),
    "texts that are trained on": (
        "table",
        lambda folder: table(folder / "reviews.csv", reviews(50) * 4),
        {},
        " of 40 texts to test with are also trained on, such as ",
    ),
}


@pytest.mark.parametrize("name", NOTED)
def test_what_is_found_is_said(name: str, tmp_path: Path) -> None:
    kind, change, data, says = NOTED[name]
    texts_into(tmp_path, kind)
    change(tmp_path)
    assert says in notes(kind, tmp_path, **data)


def test_lengths_are_those_of_the_texts(tmp_path: Path) -> None:
    """Of what is cut, the length of the input; what is read has them too."""
    texts_into(tmp_path, "lengths")
    (tmp_path / "moods" / "good" / "a.txt").write_text("well " * 99)
    found = load(KINDS["lengths"], tmp_path)
    (tokens, lengths), targets = found.train.between(0, len(found.train))
    assert tokens.shape == (len(targets), 12) and lengths.shape == (len(targets), 1)
    assert torch.equal((tokens != 0).sum(dim=1, keepdim=True), lengths)
    assert int(lengths.min()) >= 4 and int(lengths.max()) == 12
    (tmp_path / "a.txt").write_text("good1 bad1 zebra")
    (tmp_path / "b.txt").write_text(" ")
    module = shared("data_texts_with_lengths")
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    read = shared("text_unknown").texts_read
    empty = read.empty
    tokens, lengths = module.read_files(paths, found.about)
    assert read.empty == empty + 1
    assert lengths.flatten().tolist() == [3, 1]
    vocabulary = found.about["vocabulary"]
    assert [vocabulary[place] for place in tokens[0]][:3] == [
        "good1",
        "bad1",
        "<unknown>",
    ]


def test_an_encoding_is_that_of_the_file(tmp_path: Path) -> None:
    """Its mark says it, or the key; ends of lines are all the same."""
    table(tmp_path / "plain.csv", reviews())
    content = (tmp_path / "plain.csv").read_bytes().replace(b"plain1", b"sch\xf6n")
    text = content.decode("cp1252")
    wanted = None
    for encoding, key in (
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", None),
        ("utf-32", None),
        ("cp1252", "cp1252"),
        ("utf-16-be", "utf-16-be"),
    ):
        (tmp_path / "reviews.csv").write_bytes(text.encode(encoding))
        found = load(changed("table", encoding=key), tmp_path)
        features, _ = found.train.between(0, len(found.train))
        assert "schön" in found.about["vocabulary"]
        assert wanted is None or torch.equal(features, wanted)
        wanted = features


def test_words_are_what_people_call_words() -> None:
    """With their marks, in any script; signs are alone, and emojis stay whole."""
    units_of = shared("word_patterns").units_of
    text = "Don't stop: e\u0301te\u0301, नमस्ते! 👍🏽👨\u200d👩\u200d👧 x_1\u00a0…\n\n"
    assert units_of(text, "words") == [
        *("Don't", "stop", ":", "été", ",", "नमस्ते", "!", "👍🏽", "👨\u200d👩\u200d👧"),
        *("x_1", "…", "\n", "\n"),
    ]
    assert units_of("e\u0301👍", "characters") == ["é", "👍"]


LAST_STEPS: list[list[Any]] = [
    [{"GRU": 24, "select": "last"}, {"Linear": 2}],
    [{"LSTM": 24, "select": "hidden"}, {"Linear": 2}],
    [{"RNN": 24, "name": "rnn"}, {"Linear": 2, "from": "rnn.last"}],
    [{"GRU": 24}, {"select": {"dim": 1, "index": -1}}, {"Linear": 2}],
]
OTHERS: list[list[Any]] = [
    [{"GRU": 24}, {"amax": 1}, {"Linear": 2}],
    [{"GRU": 24}, {"select": {"dim": 1, "index": 0}}, {"Linear": 2}],
    [{"mean": 1}, {"Linear": 2}],
]


@pytest.mark.parametrize("layers", [*LAST_STEPS, *OTHERS])
def test_padding_is_in_front_of_the_last_step(
    layers: list[Any], tmp_path: Path
) -> None:
    """A recurrent layer would forget a short text over the padding behind it."""
    texts_into(tmp_path, "table")
    given = {**KINDS["table"], "layers": embedded(*layers)}
    found = load(given, tmp_path)
    features, _ = found.train.between(0, len(found.train))
    ends = features[:, 0], features[:, -1]
    padded, full = ends if layers in LAST_STEPS else ends[::-1]
    assert (padded == 0).all() and (full != 0).all()
    assert ("in front" in " ".join(found.notes)) == (layers in LAST_STEPS)


SIGNS = ("\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029")
"""What ends a line for Python, and for no file."""


@pytest.mark.parametrize("module", ["data_text", "data_words"])
@pytest.mark.parametrize("sign", SIGNS)
def test_lines_end_alike_where_they_are_learned_and_continued(
    module: str, sign: str, tmp_path: Path
) -> None:
    """What is read to go on with is the beginning of the line that was trained on."""
    path = tmp_path / "a.txt"
    line = f"one{sign}two one"
    path.write_bytes("\r\n".join([line] * 8).encode())
    given = {"path": "a.txt", "length": 16, "vocabulary": 20, "padding": -100}
    texts = shared(module)
    found = texts.load(tmp_path, CPU, **given)
    (note,) = [each for each in found.notes if "lines with their ends" in each]
    assert note.startswith("8 lines")
    read = texts.read_window([path], found.about)
    features, _ = found.train.between(0, 1)
    assert torch.equal(read, features)


@pytest.mark.parametrize("module", ["data_text", "data_words"])
def test_files_that_are_continued_are_lines_apart(module: str, tmp_path: Path) -> None:
    """A word that one file ends with does not begin in another one."""
    texts = shared(module)
    (tmp_path / "a.txt").write_text("one two\n" * 40)
    given = {"path": "a.txt", "length": 6, "vocabulary": 20}
    about = texts.load(tmp_path, CPU, **given).about
    for number, text in enumerate(("one two", "two one\n", "one")):
        (tmp_path / f"{number}.txt").write_text(text)
    paths = [tmp_path / f"{number}.txt" for number in range(3)]
    read = texts.read_files(paths, about)
    assert texts.decode(read, about) == "one two\ntwo one\none"


@pytest.mark.parametrize("module", ["data_text", "data_words"])
@pytest.mark.parametrize("text", ["one two ", "one two\n"])
def test_the_last_end_of_a_line_counts_where_it_was_learned(
    module: str, text: str, tmp_path: Path
) -> None:
    texts = shared(module)
    (tmp_path / "a.txt").write_text(text * 40)
    given = {"path": "a.txt", "length": 6, "vocabulary": 20}
    about = texts.load(tmp_path, CPU, **given).about
    (tmp_path / "start.txt").write_text("two one\n")
    read = texts.read_files([tmp_path / "start.txt"], about)
    assert texts.decode(read, about) == "two one" + "\n" * text.endswith("\n")


@pytest.mark.parametrize("module", ["data_text", "data_words"])
@pytest.mark.parametrize("weights", [None, torch.arange(1.0, 21)])
def test_parts_of_a_step_weigh_by_what_is_learned(
    module: str, weights: torch.Tensor | None, tmp_path: Path
) -> None:
    """The losses of parts, by their shares, are the loss of the whole step."""
    (tmp_path / "a.txt").write_text("ab ba ab ba ab ba ab\nab\nab ba\n" * 8)
    given = {"path": "a.txt", "length": 12, "vocabulary": 20, "padding": -100}
    data = shared(module).load(tmp_path, CPU, **given).train
    if weights is not None:
        data.counted = data.class_weights = weights
    order = (data.targets != -100).sum(1).argsort()
    parts = order.tensor_split(3)
    values = torch.randn(len(data), 20, 12, generator=torch.manual_seed(0))

    def loss(places: torch.Tensor) -> torch.Tensor:
        _, targets = data.at(places)
        return F.cross_entropy(values[places], targets, weight=weights)

    shares, count = data.shares(parts)
    assert len({*shares}) == 3 and int(count) == int(data.count(data.targets.long()))
    pairs = zip(shares, parts, strict=True)
    together = sum(share * loss(part) for share, part in pairs)
    torch.testing.assert_close(together, loss(order))


RATED = spec(
    {**REVIEWS, "target": "stars", "units": "words"},
    embedded({"sum": 1}, {"Linear": 1}),
    loss="MSELoss",
    metrics=["mae"],
)
WITHOUT_LENGTHS: dict[str, dict[str, Any]] = {
    "classes": KINDS["table"],
    "numbers": RATED,
    "zeros and ones": KINDS["two"],
    "numbers from 0 to 1": {
        **RATED,
        "training": {**RATED["training"], "loss": "BCEWithLogitsLoss"},
    },
}


def with_lengths(given: dict[str, Any]) -> dict[str, Any]:
    """Let a network divide by the lengths of texts, which are another input."""
    first, *layers = given["layers"]
    return {
        **given,
        "layers": [
            {**first, "from": "tokens"},
            {"sum": 1, "name": "all"},
            {"div": None, "from": ["all", "lengths"]},
            *layers[1:],
        ],
        "input": given["input"] | {"lengths": {"shape": [1], "dtype": "int64"}},
    }


@pytest.mark.parametrize("more", [{}, {"validation": 0.2, "subset": 100}])
@pytest.mark.parametrize("name", WITHOUT_LENGTHS)
def test_lengths_change_nothing_else(
    name: str, more: dict[str, Any], tmp_path: Path
) -> None:
    """Scale, marks and what is said of the data are those without lengths."""
    texts_into(tmp_path, "two" if name == "zeros and ones" else "table")
    if name == "numbers from 0 to 1":
        rated = [row | {"stars": (row["stars"] + 3) / 6} for row in reviews()]
        table(tmp_path / "reviews.csv", rated)
    given = WITHOUT_LENGTHS[name]
    given = {**given, "training": given["training"] | more}
    one, other = load(given, tmp_path), load(with_lengths(given), tmp_path)
    facts = shared("look").facts
    told, told_too = facts(one), facts(other)
    texts, inputs = told.pop("inputs")["input"], told_too.pop("inputs")
    assert inputs.pop("lengths")["shape"] == [1] and inputs == {"tokens": texts}
    assert told_too == told
    assert other.about == {**one.about, "names": ["tokens", "lengths"]}
    for part, other_part in zip(one[:3], other[:3], strict=True):
        assert torch.equal(part.targets, other_part.targets)
        marks = [vars(each).copy() for each in (part, other_part)]
        for mark in marks:
            scale = mark.pop("target_scale", None)
            assert (scale is not None) == ("targets" in one.about)
            for key in ("features", "targets", "_by_name"):
                mark.pop(key, None)
        assert marks[0] == marks[1]


@pytest.mark.parametrize("change", [lambda given: given, with_lengths])
def test_targets_of_another_table_get_the_scale_of_the_model(
    change: Callable[[dict[str, Any]], dict[str, Any]], tmp_path: Path
) -> None:
    """Their words are the same, their numbers are not."""
    table(tmp_path / "reviews.csv", reviews())
    was = load(change(RATED), tmp_path)
    more = [row | {"stars": 10 * row["stars"] + 100} for row in reviews()]
    table(tmp_path / "reviews.csv", more)
    now = load(change(RATED), tmp_path)
    own = now.test.in_own_unit(now.test.targets)
    now.test.rescale(now.about, was.about)
    mean, std = (was.about["targets"][key][0] for key in ("mean", "std"))
    torch.testing.assert_close(now.test.targets, (own - mean) / std)
    torch.testing.assert_close(now.test.in_own_unit(now.test.targets), own)
    assert now.test.between(0, 2)[0][0].dtype == torch.int64


def test_what_stands_behind_lines_is_no_word(tmp_path: Path) -> None:
    """Whatever number the loss ignores: words have the same while they are counted."""
    words = [f"w{number} w{number % 7}" for number in range(40)]
    (tmp_path / "a.txt").write_text("\n".join(words * 2))
    given = {"path": "a.txt", "length": 4, "vocabulary": 20}
    module = shared("data_words")
    one, other = (
        module.load(tmp_path, CPU, padding=padding, **given).train
        for padding in (-100, 30)
    )
    assert torch.equal(one.targets == -100, other.targets == 30)
    assert one.count(one.targets) == other.count(other.targets)
