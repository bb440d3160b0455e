"""Data that cannot teach anything is refused by name; what may be wrong is a warning.

Each fault is a row for each kind of data that can have it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from .shared_modules import CPU, load, shared
from .test_damaged_data import cifar, mnist

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

DRAW = np.random.default_rng(0)
ADAM = {"Adam": {"lr": 0.02}}
Arrays = dict[str, Any]


def spec(inputs: Any, layers: list[Any], data: Any, **more: Any) -> dict[str, Any]:
    """Return a spec that trains on some data."""
    usual = {"loss": "CrossEntropyLoss", "optimizer": ADAM, "epochs": 1}
    training = {**usual, "batch_size": 4, "data": data, **more}
    return {"name": "Tried", "input": inputs, "layers": layers, "training": training}


def of_arrays(arrays: Arrays, outputs: int = 3, **more: Any) -> dict[str, Any]:
    """Return a spec of a perceptron for arrays of vectors or images."""
    shape = [*arrays["x"].shape[1:]]
    return spec(shape, ["Flatten", {"Linear": outputs}], {"npz": "a.npz"}, **more)


# Data without a fault, from which each row changes something.
def fine(**changed: Any) -> Arrays:
    """Return 60 vectors of three classes, half of them apart as a test."""
    y = np.arange(60) % 3
    x = DRAW.normal(size=(60, 4)) + y[:, None]
    return {"x": x, "y": y} | changed


def numbers(**changed: Any) -> Arrays:
    """Return 60 vectors, and a number for each."""
    x = DRAW.normal(size=(60, 4))
    return {"x": x, "y": x.sum(axis=1, keepdims=True)} | changed


def twins(count: int) -> Arrays:
    """Return such data, with some rows that are in both parts."""
    made, test = fine(), fine()["x"]
    test[:count] = made["x"][7 : 7 + count]
    return made | {"x_test": test, "y_test": made["y"]}


def repeated(x: Any, count: int) -> Any:
    """Return features with some of the rows again."""
    return np.concatenate([x, x[:count]])


def flags(*counts: int) -> Any:
    """Return 600 rows of categories, each as its zeros and ones."""
    return np.hstack([np.eye(n)[DRAW.integers(0, n, 600)] for n in counts])


def votes() -> Any:
    """Return 600 rows of 16 answers, of which those of one row are mostly alike."""
    return (DRAW.random((600, 16)) < DRAW.choice([0.07, 0.93], (600, 1))) * 1.0


# Features, and about how many of the fifth that is held out are trained on too: of rows
# with a copy four fifths. What few possible rows have in common is no copy.
TWINS: dict[str, tuple[Callable[[], Any], int]] = {
    "each row three times": (lambda: np.tile(DRAW.normal(size=(200, 3)), (3, 1)), 115),
    "one column": (lambda: np.tile(DRAW.normal(size=(200, 1)), (3, 1)), 115),
    "some rows again": (lambda: repeated(DRAW.normal(size=(500, 5)), 100), 32),
    "prices": (lambda: repeated(DRAW.integers(99, 99999, (500, 1)) / 100, 100), 32),
    "a number beside categories": (
        lambda: repeated(np.c_[DRAW.normal(size=600), flags(5, 3)][:500], 100),
        32,
    ),
    "many categories": (lambda: repeated(flags(*[6] * 20)[:500], 100), 32),
    "images": (lambda: repeated(DRAW.integers(0, 255, (500, 12, 12)), 100), 32),
    "numbers": (lambda: DRAW.normal(size=(600, 3)), 0),
    "four answers": (lambda: DRAW.integers(0, 2, (600, 4)), 0),
    "rare answers": (lambda: DRAW.random((600, 30)) < 0.02, 0),
    "answers that agree": (votes, 0),
    "grades": (lambda: DRAW.integers(1, 6, (600, 5)), 0),
    "counts": (lambda: DRAW.poisson(1, (600, 6)), 0),
    "long-tailed counts": (lambda: DRAW.zipf(1.8, (600, 4)).clip(0, 10_000), 0),
    "ages": (lambda: DRAW.normal(40, 12, (300, 1)).round(), 0),
    "rounded numbers": (lambda: DRAW.normal(size=(600, 2)).round(1), 0),
    "one category": (lambda: flags(12), 0),
    "three categories": (lambda: flags(9, 9, 9), 0),
}


@pytest.mark.parametrize("name", TWINS)
def test_copies_are_told_from_rows_that_are_equal_by_chance(name: str) -> None:
    torch = pytest.importorskip("torch")
    make, count = TWINS[name]
    rows = torch.as_tensor(make()).float()
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))
    few = len(rows) // 5
    found = shared("row_twins").twins_of([rows[order[few:]]], [rows[order[:few]]])
    assert found == 0 if not count else abs(found - count) < 12


@pytest.mark.parametrize("part", ["test", "validate"])
@pytest.mark.parametrize("kind", ["npz", "csv", "inputs"])
def test_copies_that_the_seed_parts_are_said(
    kind: str, part: str, tmp_path: Path
) -> None:
    x = np.tile(DRAW.normal(size=(50, 3)), (2, 1)).round(4)
    y = np.tile(np.arange(50) % 2, 2)
    layers: list[Any] = [{"Linear": 2}]
    data: dict[str, Any] = {"npz": "a.npz"}
    inputs: Any = [3]
    np.savez(tmp_path / "a.npz", x=x, y=y, one=x[:, :1], two=x[:, 1:])
    if kind == "csv":
        pytest.importorskip("polars")
        rows = [
            ",".join(map(str, (*row, f"k{n}"))) for row, n in zip(x, y, strict=True)
        ]
        (tmp_path / "a.csv").write_text("\n".join(["a,b,c,kind", *rows]))
        data = {"csv": "a.csv", "target": "kind"}
    elif kind == "inputs":
        inputs = {"one": [1], "two": [2]}
        layers = [{"cat": {"dim": 1}, "from": ["one", "two"]}, *layers]
    found = load(spec(inputs, layers, data, validation=0.2), tmp_path)
    said = [each for each in found.warnings if f" to {part} are trained on too" in each]
    (line,) = said
    assert "keep one of each, as `" in line


class Row(NamedTuple):
    """A fault of arrays, which a module can have too.

    Attributes:
        arrays: The arrays.
        says: What is said of them.
        outputs: The outputs of the model.
        more: Keys of `training`.
    """

    arrays: Callable[[], Arrays]
    says: str
    outputs: int = 3
    more: Mapping[str, Any] = MappingProxyType({})


MSE = {"loss": "MSELoss"}
BCE = {"loss": "BCEWithLogitsLoss"}
SCALE = {"normalize": [0.5, 0.25]}
REFUSED = {
    "the last class has no examples": Row(
        lambda: fine(y=np.arange(60) % 2),
        "class 2 has no examples: 2 outputs are enough",
    ),
    "several classes have no examples": Row(
        lambda: fine(y=np.arange(60) % 2),
        "classes 2, 3, 4, 5, 6 and 3 more have no examples: 2 outputs are enough",
        10,
    ),
    "a class between has no examples": Row(
        lambda: fine(y=np.array([0, 1, 3])[np.arange(60) % 3]),
        "class 2 has no examples: `y = numpy.unique(y, return_inverse=True)[1]` counts "
        "labels from 0, for 3 outputs",
        4,
    ),
    "labels from 1": Row(
        lambda: fine(y=1 + np.arange(60) % 3),
        "labels go from 1 to 3, and the model tells 0 to 2 apart",
    ),
    "labels from 1, and an output more": Row(
        lambda: fine(y=1 + np.arange(60) % 3),
        "class 0 has no examples: labels count from 0: `y = y - 1`, for 3 outputs",
        4,
    ),
    "a class is held out": Row(
        lambda: fine(y=np.arange(60) % 2, x_test=fine()["x"], y_test=np.arange(60) % 3),
        "class 2 has no example to train on: all 20 are held out",
    ),
    "only one class": Row(
        lambda: fine(y=np.ones(60, int)),
        "all 48 examples to train on are of class 1: there is nothing to tell apart",
    ),
    "equal features": Row(
        lambda: fine(x=np.full((60, 4), 2.5)),
        "all 48 examples to train on have the same features: nothing can be learned",
    ),
    "the same vector": Row(
        lambda: fine(x=np.tile([1.0, 2.0, 3.0, 4.0], (60, 1))),
        "all 48 examples to train on have the same features: nothing can be learned",
    ),
    "equal targets": Row(
        lambda: numbers(y=np.full((60, 1), 7.5)),
        "all 48 examples to train on have the target 7.5: nothing can be learned",
        1,
        MSE,
    ),
    "zeros to learn": Row(
        lambda: numbers(y=np.zeros((60, 1))),
        "all 48 examples to train on have the target 0: nothing can be learned",
        1,
        MSE,
    ),
    "equal targets of several numbers": Row(
        lambda: numbers(y=np.tile([1.0, 2.0], (60, 1))),
        "all 48 examples to train on have the same targets: nothing can be learned",
        2,
        MSE,
    ),
    "one of two classes": Row(
        lambda: numbers(y=np.ones((60, 1))),
        "all 48 examples to train on have the target 1: nothing can be learned",
        1,
        BCE,
    ),
    "NaN in features": Row(
        lambda: fine(x=np.where(np.eye(60, 4), np.nan, 1.0)), "NaN or infinite"
    ),
    "infinite features": Row(
        lambda: fine(x=np.where(np.eye(60, 4), np.inf, 1.0)), "NaN or infinite"
    ),
    "NaN in targets": Row(
        lambda: numbers(y=np.where(np.eye(60, 1), np.nan, 1.0)),
        "NaN or infinite",
        1,
        MSE,
    ),
    "channels last": Row(
        lambda: fine(x=DRAW.normal(size=(60, 6, 5, 3))),
        "6, 5, 3], where the model takes (N, 3, 6, 5): the channels are last: "
        "`x = numpy.moveaxis(x, -1, 1)`",
        more={"input": [3, 6, 5]},
    ),
}
WARNED = {
    "0 to 255 where 0 to 1 is expected": Row(
        lambda: fine(x=DRAW.integers(0, 256, (60, 1, 6, 5)).astype("uint8")),
        "input holds whole numbers from 0 to 255, and `normalize` is for 0 to 1: "
        "divide them by 255, or write `normalize: auto`",
        more=SCALE,
    ),
    "another scale than that of `normalize`": Row(
        lambda: fine(x=DRAW.normal(size=(60, 4)) * 1000),
        "after `normalize`, input goes from",
        more=SCALE,
    ),
    "large without a scale": Row(
        lambda: fine(x=DRAW.normal(size=(60, 4)) * [1, 1, 5000, 1]),
        "input [2] is large, about ",
    ),
    "0 to 255 without a scale": Row(
        lambda: fine(x=DRAW.integers(0, 256, (60, 1, 6, 5)).astype("uint8")),
        "input is large, about 1",
    ),
    "divided by 255 twice": Row(
        lambda: fine(x=DRAW.random((60, 1, 6, 5)) / 255),
        "input hardly varies, from ",
    ),
    "0 to 1 under a scale of 0 to 255": Row(
        lambda: fine(x=DRAW.random((60, 1, 6, 5))),
        "input hardly varies, from ",
        more={"normalize": [128, 64]},
    ),
    "a class that is not tested": Row(
        lambda: fine(x_test=fine()["x"], y_test=np.arange(60) % 2),
        "no example of 2 is in the test",
    ),
    "a class that a subset leaves out": Row(
        lambda: fine(y=np.where(np.arange(60) >= 56, 2, np.arange(60) % 2)),
        "no example of 2 is trained on",
        more={"subset": 8},
    ),
    "rows that are tested and trained on": Row(
        lambda: twins(3),
        "3 of 60 examples to test are trained on too, so what is measured looks better "
        "than it is: leave them out of one",
    ),
    "large numbers to learn": Row(
        lambda: numbers(y=300_000.0 + 40_000 * (np.arange(60)[:, None] % 2)),
        "targets are large, about 32",
        1,
        MSE,
    ),
    "a column that counts": Row(
        lambda: fine(x=np.column_stack([np.arange(60), fine()["x"]])),
        "input [0] counts the examples: leave it out",
        more={"normalize": "auto"},
    ),
}
KINDS = ("npz", "module")
MODULE = """
import numpy

def load(folder):
    made = dict(numpy.load(folder / "a.npz"))
    if "x_test" not in made:
        x, y, n = made["x"], made["y"], len(made["x"]) * 4 // 5
        return (x[:n], y[:n]), (x[n:], y[n:])
    return (made["x"], made["y"]), (made["x_test"], made["y_test"])
"""


def loaded(kind: str, row: Row, folder: Path, patch: pytest.MonkeyPatch) -> Any:
    """Load arrays, or the same from a module."""
    arrays = row.arrays()
    np.savez(folder / "a.npz", **arrays)
    found = of_arrays(arrays, row.outputs)
    keys = dict(row.more)
    found["input"] = keys.pop("input", found["input"])
    found["training"] |= keys
    if kind == "module":
        (folder / "mine.py").write_text(MODULE)
        patch.setattr(shared("data_module"), "__file__", str(folder / "data_module.py"))
        found["training"]["data"] = {"module": "mine.py"}
    return load(found, folder)


def refused(do: Callable[[], Any]) -> str:
    """Return the line with which data is refused."""
    with pytest.raises(shared("data_common").DataError) as error:
        do()
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", REFUSED)
def test_arrays_that_teach_nothing(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = REFUSED[name]
    assert row.says in refused(lambda: loaded(kind, row, tmp_path, monkeypatch))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", WARNED)
def test_arrays_that_may_be_wrong(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = WARNED[name]
    (line,) = loaded(kind, row, tmp_path, monkeypatch).warnings
    assert line.startswith(row.says)


# Folders of images, tables and texts: what is refused names what is wrong.
def png(path: Path, value: int = 90) -> None:
    """Write an image of noise around a value."""
    image = pytest.importorskip("PIL.Image")
    noise = DRAW.integers(0, 9, (9, 9)) + value
    path.parent.mkdir(parents=True, exist_ok=True)
    image.fromarray(noise.astype("uint8")).save(path)


def photos(folder: Path, **counts: int) -> None:
    """Write so many images of each class; `__` in a name separates folders."""
    for number, (name, count) in enumerate(counts.items()):
        place = folder / "photos" / name.replace("__", "/")
        place.mkdir(parents=True)
        for each in range(count):
            png(place / f"{each}.png", 60 + 40 * number)


def same_photos(folder: Path) -> None:
    photos(folder, cat=6, dog=6)
    content = (folder / "photos/cat/0.png").read_bytes()
    for path in folder.rglob("*.png"):
        path.write_bytes(content)


def in_both(folder: Path) -> None:
    photos(folder, train__cat=5, train__dog=5, test__cat=2, test__dog=2)
    content = (folder / "photos/train/cat/3.png").read_bytes()
    (folder / "photos/test/cat/1.png").write_bytes(content)


def black(folder: Path) -> None:
    photos(folder, cat=12, dog=12)
    for each in range(12):
        png(folder / f"photos/dog/{each}.png", 3)


def cars(
    folder: Path, target: Callable[[int], Any], feature: Callable[[int], Any]
) -> None:
    rows = [f"{feature(each)},{target(each)}" for each in range(40)]
    (folder / "cars.csv").write_text("\n".join(["size,kind", *rows]))


def reviews(
    folder: Path, text: Callable[[int], str], stars: Callable[[int], Any]
) -> None:
    rows = [f"{text(each)},{stars(each)}" for each in range(40)]
    (folder / "reviews.csv").write_text("\n".join(["review,stars", *rows]))


def poem(each: int) -> str:
    return f"the {['good', 'bad', 'old'][each % 3]} cat number {each}"


IMAGES = spec([1, 9, 9], ["Flatten", {"Linear": 2}], {"images": "photos"})
CARS = spec([1], [{"Linear": 2}], {"csv": "cars.csv", "target": "kind"})
PRICES = CARS | {
    "layers": [{"Linear": 1}],
    "training": CARS["training"] | {"loss": "MSELoss"},
}
TEXTS = spec(
    {"tokens": {"shape": [6], "dtype": "int64"}},
    [{"EmbeddingBag": {"num_embeddings": 99, "embedding_dim": 4}}, {"Linear": 2}],
    {"text": "reviews.csv", "column": "review", "target": "stars", "units": "words"},
)
POEM = spec(
    {"tokens": {"shape": [6], "dtype": "int64"}},
    [{"Embedding": {"num_embeddings": 30, "embedding_dim": 4}}, {"Linear": 30}],
    {"text": "poem.txt"},
)
FOLDER = {"text": "reviews", "units": "words"}


def with_test(path: str) -> dict[str, Any]:
    """Return the spec of a table that is tested with another one."""
    data = {**CARS["training"]["data"], "test": path}
    return CARS | {"training": CARS["training"] | {"data": data}}


def copied(folder: Path) -> None:
    cars(folder, lambda n: "ab"[n % 2], lambda n: n * 0.7)
    (folder / "copy.csv").write_bytes((folder / "cars.csv").read_bytes())


def texts_in_both(folder: Path) -> None:
    for part, first in (("train", 0), ("test", 3)):
        for each in range(first, first + 3):
            for name in ("good", "bad"):
                path = folder / "reviews" / part / name / f"{each}.txt"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"a {name} cat of {each} years")
    content = (folder / "reviews/train/bad/1.txt").read_bytes()
    (folder / "reviews/test/bad/4.txt").write_bytes(content)


OTHERS: dict[str, tuple[dict[str, Any], Callable[[Path], None], list[str]]] = {
    "images of one class": (IMAGES, lambda f: photos(f, cat=9), ["cat"]),
    "a class without images": (
        IMAGES,
        lambda f: photos(f, cat=9, dog=0),
        ["dog", "no images"],
    ),
    "a class that is only tested": (
        IMAGES,
        lambda f: photos(f, train__cat=4, train__dog=0, test__cat=1, test__dog=4),
        ["dog"],
    ),
    "more classes than outputs": (
        IMAGES,
        lambda f: photos(f, cat=4, dog=4, owl=4),
        ["3", "cat, dog and owl"],
    ),
    "the same image": (IMAGES, same_photos, ["have the same features"]),
    "an image in both": (IMAGES, in_both, ["train/cat/3.png", "test/cat/1.png"]),
    "rows of one class": (CARS, lambda f: cars(f, lambda _: "van", abs), ["'van'"]),
    "more classes in a table": (
        CARS,
        lambda f: cars(f, lambda n: "abc"[n % 3], abs),
        ["3 classes", "a, b and c"],
    ),
    "a class of one row": (
        CARS | {"layers": [{"Linear": 3}]},
        lambda f: cars(f, lambda n: "c" if n == 5 else "ab"[n % 2], lambda n: n * 0.7),
        ["class c has no example to train on: its only one is held out"],
    ),
    "a feature that is constant": (
        CARS,
        lambda f: cars(f, lambda n: "ab"[n % 2], lambda _: 7),
        ["have the same features"],
    ),
    "a price that is constant": (
        PRICES,
        lambda f: cars(f, lambda _: 250_000, lambda n: n * 0.7),
        ["have the target 250000"],
    ),
    "a price that is no number": (
        PRICES,
        lambda f: cars(f, lambda n: "nan" if n == 3 else n, lambda n: n * 0.7),
        ["line 5", "kind"],
    ),
    "columns of another width": (
        CARS,
        lambda f: cars(f, lambda n: "ab"[n % 2], lambda n: "uvwxy"[n % 5]),
        ["size"],
    ),
    "a copy of the table": (
        with_test("copy.csv"),
        copied,
        ["cars.csv", "copy.csv"],
    ),
    "a text in both": (
        TEXTS | {"training": TEXTS["training"] | {"data": FOLDER}},
        texts_in_both,
        ["train/bad/1.txt", "test/bad/4.txt"],
    ),
    "texts of one class": (TEXTS, lambda f: reviews(f, poem, lambda _: 5), ["5"]),
    "more classes of texts": (
        TEXTS,
        lambda f: reviews(f, poem, lambda n: n % 3),
        ["3", "0, 1 and 2"],
    ),
    "the same text": (
        TEXTS,
        lambda f: reviews(f, lambda _: "a good cat", lambda n: n % 2),
        ["have the same features"],
    ),
    "one word": (
        TEXTS,
        lambda f: reviews(f, lambda _: "good", lambda n: n % 2),
        ["good"],
    ),
    "one character": (
        POEM,
        lambda f: (f / "poem.txt").write_text("a" * 99) and None,
        ["'a'"],
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_files_that_teach_nothing(name: str, tmp_path: Path) -> None:
    spec, make, says = OTHERS[name]
    make(tmp_path)
    line = refused(lambda: load(spec, tmp_path))
    for said in says:
        assert said in line, line


ODD: dict[str, tuple[dict[str, Any], Callable[[Path], None], list[str]]] = {
    "black images": (IMAGES, black, ["nearly black", "dog"]),
    "an id": (
        CARS,
        lambda f: cars(f, lambda n: "ab"[n % 2], lambda n: 1000 + n),
        ["size"],
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_files_that_may_be_wrong(name: str, tmp_path: Path) -> None:
    spec, make, says = ODD[name]
    make(tmp_path)
    (line,) = load(spec, tmp_path).warnings
    for said in says:
        assert said in line, line


@pytest.mark.parametrize("compared", [True, False])
@pytest.mark.parametrize("name", ["mnist", "cifar"])
def test_a_subset_of_known_data_may_lack_classes(
    name: str, compared: bool, tmp_path: Path
) -> None:
    """It is a warning, as for data of one's own, if the loss looks at them."""
    if name == "mnist":
        mnist(tmp_path, packed=False)
    else:
        cifar(tmp_path)
    data = shared(f"data_{name}").load(tmp_path, CPU, subset=3, compared=compared)
    there = {*data.train.targets.tolist()}
    classes = data.about["classes"]
    lacking = [each for place, each in enumerate(classes) if place not in there]
    names = shared("data_common").named(lacking)
    said = f"no example of {names} is trained on"
    assert (said in data.warnings) == compared
