"""What a training reads in a folder is what a prediction finds in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from mlpgen.training.data.text import PLAIN, TABLES

from .shared_modules import CPU, Goal, shared
from .test_predict import NO_PILLOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OF_TEXTS: dict[str, Any] = {"length": 4, "vocabulary": 99, "units": "words"}
IMAGES = pytest.param("images", marks=pytest.mark.skipif(NO_PILLOW, reason="no Pillow"))
NAMES = ("1.txt", "2.TXT", "3.md", "4.text", "README", "deep/er/5.txt", "no/6")
PICTURES = ("1.png", "2.JPEG", "3.jfif", "4", "5.txt", "deep/er/6.jpg", "no/7.ico")
OTHERS = (".hidden", ".git/1.txt", "Thumbs.db", "__MACOSX/1.png", "a.pdf", "deep/b.zip")


def written(folder: Path, kind: str) -> tuple[list[Path], list[Path]]:
    """Write examples of two classes under any names, and what is none beside them."""
    found, others = [], []
    for label in "ab":
        for number, name in enumerate(NAMES if kind == "texts" else PICTURES):
            path = folder / "data" / label / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if kind == "texts":
                path.write_text(f"{label} {number} word")
            else:
                picture(path, len(found))
            found.append(path)
        for name in OTHERS:
            path = folder / "data" / label / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("nothing")
            others.append(path)
    return sorted(found), others


def picture(path: Path, seed: int) -> None:
    from PIL import Image

    pixels = np.random.default_rng(seed).integers(255, size=(16, 16)).astype("uint8")
    form = {".png": "PNG", ".ico": "ICO"}.get(path.suffix, "JPEG")
    with path.open("wb") as file:
        Image.fromarray(pixels).save(file, form)


@pytest.mark.parametrize("kind", [IMAGES, "texts"])
def test_files_are_the_same_where_they_are_learned_and_predicted(
    kind: str, tmp_path: Path
) -> None:
    paths, _ = written(tmp_path, kind)
    if kind == "images":
        module, given = shared("data_images"), {"shape": (1, 8, 8)}
    else:
        module, given = shared("data_labeled_texts"), OF_TEXTS
    found = module.load(tmp_path, CPU, path="data", goal=Goal(classes=2), **given)
    assert len(found.train) + len(found.test) == len(paths)
    assert [*module.FILES.found([tmp_path / "data"])] == paths
    assert len(module.read_files(paths, found.about)) == len(paths)


MODULES = {
    "data_labeled_texts": "has no texts in it (.txt, .md, .text, .csv, .tsv)",
    "data_texts_with_lengths": "has no texts in it (.txt, .md, .text, .csv, .tsv)",
    "data_text": "has no texts in it (.txt, .md, .text)",
    "data_words": "has no texts in it (.txt, .md, .text)",
    "data_tables": "has no tables in it (.csv, .tsv)",
    "data_arrays": "has no arrays in it (.npy, .npz)",
    "data_images": "has no images in it",
    "data_mnist": "has no images in it",
    "data_cifar": "has no images in it",
}


@pytest.mark.parametrize("name", MODULES)
def test_a_folder_without_any_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("nothing")
    with pytest.raises(shared("data_common").DataError) as caught:
        [*shared(name).FILES.found([tmp_path])]
    assert str(caught.value) == f"{tmp_path} {MODULES[name]}"


@pytest.mark.parametrize("name", ["data_images", "data_mnist"])
def test_files_that_are_called_images_are_read(name: str, tmp_path: Path) -> None:
    """A damaged one is an error, and not left out."""
    (tmp_path / "a.png").write_text("text")
    (tmp_path / "b.txt").write_text("text")
    assert [*shared(name).FILES.found([tmp_path])] == [tmp_path / "a.png"]


def test_a_spec_and_a_script_know_the_same_endings() -> None:
    assert {*PLAIN, ""} == {*shared("text_files").TEXTS.endings}
    assert TABLES == shared("text_tables").TABLE_ENDINGS


@pytest.mark.parametrize("kind", [IMAGES, "texts"])
def test_what_is_no_file_is_named(kind: str, tmp_path: Path) -> None:
    """A pipe would wait for ever, and is left out; a link to nothing is a mistake."""
    written(tmp_path, kind)
    module = shared("data_images" if kind == "images" else "data_labeled_texts")
    path = tmp_path / "data" / "a" / "deep" / "odd.txt"
    given = {"path": "data", "goal": Goal(classes=2)}
    given |= {"shape": (1, 8, 8)} if kind == "images" else OF_TEXTS
    about = module.load(tmp_path, CPU, **given).about
    os.mkfifo(path)
    assert "a/deep/odd.txt" in " ".join(module.load(tmp_path, CPU, **given).notes)
    assert path not in module.FILES.found([tmp_path / "data"])
    path.unlink()
    path.symlink_to("nothing")
    says = "No such file or directory"
    with pytest.raises(shared("data_common").DataError) as caught:
        module.load(tmp_path, CPU, **given)
    assert f"{path} " in str(caught.value) and says in str(caught.value)
    with pytest.raises(shared("data_common").DataError) as caught:
        module.read_files(module.FILES.found([tmp_path / "data"]), about)
    assert f"{path} " in str(caught.value) and says in str(caught.value)


def grey_of_16_bits(folder: Path, most: int) -> None:
    from PIL import Image

    draw = np.random.default_rng(0)
    for path in in_two_parts(folder, ".png"):
        values = draw.integers(most, size=(8, 8)).astype("uint16")
        values[0, 0] = most
        Image.fromarray(values).save(path)


def texts_with(folder: Path, word: str) -> None:
    for number, path in enumerate(in_two_parts(folder, ".txt")):
        path.write_text(f"{word} {word} {number}")


def in_two_parts(folder: Path, ending: str) -> Iterator[Path]:
    """Yield paths of files of two classes, those of the test apart."""
    for number in range(12):
        part, label = ("train", "train", "test")[number % 3], "ab"[number % 2]
        path = folder / "data" / part / label / f"{number}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        yield path


def renamed(folder: Path) -> None:
    for path in [*folder.glob("data/*/b")]:
        path.rename(path.with_name("c"))


CHANGES: dict[str, tuple[str, Callable[[Path], object], Callable[[Path], object]]] = {
    "images with another black and white": (
        "images",
        lambda folder: grey_of_16_bits(folder, 4000),
        lambda folder: grey_of_16_bits(folder, 60_000),
    ),
    "another vocabulary": (
        "texts",
        lambda folder: texts_with(folder, "word"),
        lambda folder: texts_with(folder, "sign"),
    ),
    "other classes": (
        "texts",
        lambda folder: texts_with(folder, "word"),
        renamed,
    ),
}


@pytest.mark.skipif(NO_PILLOW, reason="no Pillow")
@pytest.mark.parametrize("name", CHANGES)
def test_what_cannot_be_evaluated_is_named(name: str, tmp_path: Path) -> None:
    """Other data would be measured as if it were what was trained on."""
    kind, first, second = CHANGES[name]
    module = shared("data_images" if kind == "images" else "data_labeled_texts")
    given = {"path": "data", "goal": Goal(classes=2)}
    given |= {"shape": (1, 8, 8)} if kind == "images" else OF_TEXTS
    use = shared("prediction")
    first(tmp_path)
    was = module.load(tmp_path, CPU, **given)
    trained = use.Trained(None, tmp_path, use.Kept(), use.Kept(was.about), {})
    assert trained.checked(module.load(tmp_path, CPU, **given)).about == was.about
    second(tmp_path)
    now = module.load(tmp_path, CPU, **given)
    with pytest.raises(shared("errors").RunError) as caught:
        trained.checked(now)
    assert str(caught.value) == f"the data has {name} than what was trained on"
