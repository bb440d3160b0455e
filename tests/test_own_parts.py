"""Folders of parts mean the same for images and for texts."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
import torch

from .shared_modules import CPU, Goal, shared
from .test_predict import NO_PILLOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IMAGE = pytest.param("image", marks=pytest.mark.skipif(NO_PILLOW, reason="no Pillow"))
KINDS = [IMAGE, "text"]
CLASSES = ("a", "b")


def load(kind: str, folder: Path, **more: Any) -> Any:
    if kind == "image":
        sizes: dict[str, Any] = {"shape": (1, 8, 8)}
    else:
        sizes = {"length": 4, "vocabulary": 99, "units": "words"}
    sizes["goal"] = Goal(classes=2)
    module = shared("data_images" if kind == "image" else "data_labeled_texts")
    return module.load(folder, CPU, path="data", **{**sizes, **more})


def written(kind: str, folder: Path, **counts: int) -> Path:
    """Write examples of two classes, into folders of parts; all differ."""
    number = 0
    for part, count in counts.items():
        for place in range(count):
            number += 1
            name = CLASSES[place % 2]
            path = folder / "data" / part / name / str(place)
            path.parent.mkdir(parents=True, exist_ok=True)
            one(kind, path, number)
    return folder


def one(kind: str, path: Path, number: int) -> None:
    if kind == "text":
        path.with_suffix(".txt").write_text(
            f"{number % 2} {number % 3} {number % 5} {number}"
        )
        return
    from PIL import Image

    draw = np.random.default_rng(number)
    pixels = draw.integers(255, size=(8, 8)).astype("uint8")
    Image.fromarray(pixels).save(path.with_suffix(".png"))


NO_TEST = "there is no folder for the test: that of validation is used"
UNUSED = (
    "the folder for validation decides nothing: `validation: 0.2` in the spec, with "
    "any share, lets it choose the epoch"
)
THE_FOLDER = "what decides between epochs is the folder, not 25% of the training data"


class Case(NamedTuple):
    """Folders of parts, and what they become.

    Attributes:
        counts: Of the examples in each folder.
        more: What the spec says.
        sizes: Of what is trained on, what decides between epochs, and the test.
        note: What is said.
    """

    counts: dict[str, int]
    more: dict[str, Any]
    sizes: list[int]
    note: str = ""


QUARTER = {"validation": 0.25}
CASES = {
    "train alone": Case({"train": 20}, {}, [16, 0, 4]),
    "train alone, a share": Case({"train": 20}, QUARTER, [12, 4, 4]),
    "test": Case({"train": 12, "test": 6}, {}, [12, 0, 6]),
    "test, a share": Case({"train": 12, "test": 6}, QUARTER, [9, 3, 6]),
    "test, some": Case({"train": 12, "test": 6}, {"subset": 8}, [8, 0, 6]),
    "test, a share of some": Case(
        {"train": 12, "test": 6}, {"subset": 8, **QUARTER}, [6, 2, 6]
    ),
    "validation": Case({"train": 10, "val": 4}, {}, [10, 0, 4], NO_TEST),
    "validation that decides": Case(
        {"train": 15, "valid": 6}, QUARTER, [12, 6, 3], THE_FOLDER
    ),
    "all": Case({"train": 10, "val": 4, "test": 4}, {}, [10, 0, 4], UNUSED),
    "all, one decides": Case(
        {"train": 10, "validation": 2, "test": 4}, QUARTER, [10, 2, 4], THE_FOLDER
    ),
    "all, one decides, some": Case(
        {"train": 10, "validation": 2, "test": 4},
        {"subset": 6, **QUARTER},
        [6, 2, 4],
        THE_FOLDER,
    ),
    "a class that the test lacks": Case({"train": 10, "test": 1}, {}, [10, 0, 1]),
    "other names": Case({"Training": 12, "Testing": 6}, {}, [12, 0, 6]),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kind", KINDS)
def test_folders_of_parts_are_what_they_say(
    kind: str, name: str, tmp_path: Path
) -> None:
    """No example is in two parts; what decides nothing is in none."""
    case = CASES[name]
    found = load(kind, written(kind, tmp_path, **case.counts), **case.more)
    parts = (found.train, found.validation, found.test)
    assert [len(part) for part in parts] == case.sizes
    notes = [each for each in found.notes if each in (NO_TEST, UNUSED, THE_FOLDER)]
    assert notes == ([case.note] if case.note else [])
    assert found.about["classes"] == ["a", "b"]
    rows = torch.cat([part.features for part in parts]).flatten(1)
    if kind == "image":
        assert len(rows.unique(dim=0)) == sum(case.sizes)


@pytest.mark.parametrize(
    ("place", "more"),
    [("train to test", {}), ("train to val", QUARTER), ("val to test", QUARTER)],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_in_one_part(
    kind: str, place: str, more: dict[str, Any], tmp_path: Path
) -> None:
    folder = written(kind, tmp_path, train=10, val=4, test=4)
    start, _, end = place.split()
    source = min((folder / "data" / start / "a").iterdir())
    target = folder / "data" / end / "a" / f"again{source.suffix}"
    shutil.copy(source, target)
    with pytest.raises(shared("data_common").DataError) as caught:
        load(kind, folder, **more)
    line = str(caught.value)
    assert str(source) in line and str(target) in line and "\n" not in line
    assert f"1 {kind}s are in two parts of the data, as copies" in line
    assert line.endswith("keep each in one")


def flat(folder: Path) -> None:
    """Put the files of classes into the folders of their parts."""
    for path in [*folder.glob("*/*/*")]:
        path.rename(path.parent.parent / f"{path.parent.name}{path.name}")
    for path in folder.glob("*/*/"):
        path.rmdir()


REFUSED: dict[str, tuple[dict[str, int], Callable[[Path], object], str]] = {
    "parts without classes": (
        {"train": 10, "test": 4},
        flat,
        "data/t[a-z]+ (needs a folder with images|has no folders: one with texts) for "
        "each class",
    ),
    "nothing to train on": (
        {"test": 4, "val": 4},
        lambda folder: None,
        "data has test and val, but no folder `train`",
    ),
    "a test alone": (
        {"test": 4},
        lambda folder: None,
        "data has test, but no folder `train`",
    ),
    "two for one part": (
        {"train": 10, "val": 4, "Valid": 4},
        lambda folder: None,
        "data has Valid and val: keep one folder for validation",
    ),
    "a test without classes": (
        {"train": 10},
        lambda folder: (folder / "test").mkdir(),
        "data/test has no folders( with images)?: one (with texts )?for each class",
    ),
    "a class of the test without files": (
        {"train": 10, "test": 4},
        lambda folder: [path.unlink() for path in folder.glob("test/b/*")],
        "data/test/b has no (images|texts in it)",
    ),
    "a class that is not trained on": (
        {"train": 10, "test": 4},
        lambda folder: shutil.copytree(folder / "test" / "b", folder / "test" / "c"),
        "nothing (is trained on|to train on) for '?c",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("kind", KINDS)
def test_folders_that_are_no_parts_are_named(
    kind: str, name: str, tmp_path: Path
) -> None:
    counts, spoil, says = REFUSED[name]
    written(kind, tmp_path, **counts)
    spoil(tmp_path / "data")
    with pytest.raises(shared("data_common").DataError, match=says) as caught:
        load(kind, tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("names", ["bus train tram", "test tram"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_class_may_have_the_name_of_a_part(
    kind: str, names: str, tmp_path: Path
) -> None:
    for number, name in enumerate(names.split() * 5):
        path = tmp_path / "data" / name / str(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        one(kind, path, number)
    found = load(kind, tmp_path, goal=Goal(classes=3))
    assert found.about["classes"] == names.split()
