"""Folders with what is no data: links that lead back, pipes, files of two classes."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.drafts import images, table

from .shared_modules import CPU, Goal, shared
from .test_own_parts import KINDS, load, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

if not hasattr(os, "mkfifo"):
    pytest.skip("the system has no named pipes", allow_module_level=True)

UNREAD = "no files, or links to folders above"


def linked(place: str, target: str) -> Callable[[Path], Any]:
    """Return what puts a link into a folder of data, to a path beside it."""
    return lambda root: (root / place).symlink_to(target, target_is_directory=True)


def elsewhere(root: Path) -> None:
    """Put a link to a folder of other files into a class."""
    folder = root.parent / "elsewhere"
    folder.mkdir()
    first = min((root / "a").iterdir())
    (folder / first.name).write_bytes(first.read_bytes() + b" 7 ")
    (root / "a" / "more").symlink_to(folder, target_is_directory=True)


STRANGE: dict[str, tuple[Callable[[Path], Any], int, str]] = {
    "a link to the folder above": (linked("a/up", ".."), 0, "a/up"),
    "a link far above": (linked("a/up", "../../.."), 0, "a/up"),
    "a link to itself": (linked("a/same", "."), 0, "a/same"),
    "a class that is all": (linked("c", "."), 0, "c"),
    "a class that is above": (linked("c", ".."), 0, "c"),
    "a folder elsewhere": (elsewhere, 1, ""),
    "a pipe": (lambda root: os.mkfifo(root / "a" / "p.txt"), 0, "a/p.txt"),
    "a pipe of no class": (lambda root: os.mkfifo(root / "p"), 0, "p"),
    "a link to nothing": (linked("c", "nowhere"), 0, "c"),
    "a link to itself alone": (linked("c", "c"), 0, "c"),
}
"""What is put into data, how many examples it adds, and what is left out."""


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_strange_is_left_out(kind: str, name: str, tmp_path: Path) -> None:
    """Each class has its own files, however its folder is linked."""
    put, more, left_out = STRANGE[name]
    folder = written(kind, tmp_path / "it", **{"": 20})
    put(folder / "data")
    found = load(kind, folder)
    targets = torch.cat([found.train.targets, found.test.targets])
    assert targets.bincount().tolist() == [10 + more, 10]
    notes = [each for each in found.notes if UNREAD in each]
    said = f"left out, {UNREAD}: 1 ({left_out})"
    assert notes == ([said] if left_out else [])
    assert not any("of two classes" in each for each in found.warnings)
    if kind == "image":
        text = images.draft(str(folder / "data"))
        assert f"# {20 + more} images of 2 classes: a ({10 + more})" in text


BESIDE = ("data/.git", "data/notes.txt", "data/train/README.md", "data/old/a.txt")


@pytest.mark.parametrize("parts", [("train",), ("train", "test")])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_beside_classes_and_parts(
    kind: str, parts: tuple[str, ...], tmp_path: Path
) -> None:
    """It is left out and counted, wherever it is."""
    folder = written(kind, tmp_path, **dict.fromkeys(parts, 20))
    for name in BESIDE[: 2 + len(parts)]:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("nothing")
    (folder / "data" / "gone").symlink_to("nowhere")
    odd = "notes.txt and train/README.md"
    if len(parts) > 1:
        odd = "notes.txt, old and train/README.md"
    assert [each for each in load(kind, folder).notes if each.startswith("left")] == [
        "left out, hidden: 1 (.git)",
        f"left out, no {kind}s of a class: {1 + len(parts)} ({odd})",
        f"left out, {UNREAD}: 1 (gone)",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_files_of_two_classes(kind: str, tmp_path: Path) -> None:
    """Whatever the seed parts, copies and linked folders are named."""
    folder = written(kind, tmp_path, **{"": 20})
    for path in (folder / "data" / "a").iterdir():
        shutil.copy(path, folder / "data" / "b" / f"copy_{path.name}")
    found = load(kind, folder)
    (said,) = [each for each in found.warnings if "are of two classes" in each]
    assert said.startswith(f"10 {kind}s are of two classes, as copies: {folder}")


MODULES = ("data_images", "data_labeled_texts", "data_tables", "data_arrays")


@pytest.mark.parametrize("module", MODULES)
def test_no_pipe_is_waited_for(module: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p")
    with pytest.raises(shared("data_common").DataError, match="neither a file nor"):
        [*shared(module).FILES.found([tmp_path / "p"])]


def test_drafts_wait_for_no_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.csv")
    for draft in (images.draft, lambda path: table.draft(path, ["y"])):
        with pytest.raises(SpecError, match=r"is no folder|is neither a file nor"):
            draft(str(tmp_path / "p.csv"))


def test_a_mask_that_is_a_pipe(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    for name in ("photos", "masks"):
        (tmp_path / name).mkdir()
        image.new("L", (8, 8)).save(tmp_path / name / "0.png")
    image.new("L", (8, 8)).save(tmp_path / "photos" / "1.png")
    os.mkfifo(tmp_path / "masks" / "1.png")
    goal = Goal(classes=2, places=(8, 8))
    sizes: dict[str, Any] = {"shape": (1, 8, 8), "goal": goal}
    with pytest.raises(shared("data_common").DataError, match="has no mask in"):
        shared("data_masks").load(tmp_path, CPU, path="photos", masks="masks", **sizes)


def test_what_is_beside_images_and_masks(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    root = tmp_path / "photos"
    for place in range(12):
        for folder in (root, root / "masks"):
            path = folder / ("test" if place < 4 else "train") / f"{place}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = image.effect_noise((8, 8), 50 + place)
            pixels.point(lambda value: value > 128).save(path)
    image.new("L", (8, 8)).save(root / "masks" / "more.png")
    (root / "masks" / "read.me").touch()
    (root / "notes.txt").touch()
    (root / "gone").symlink_to("nowhere")
    goal = Goal(classes=2, places=(8, 8))
    sizes: dict[str, Any] = {"shape": (1, 8, 8), "goal": goal}
    found = shared("data_masks").load(
        tmp_path, CPU, path="photos", masks="photos/masks", **sizes
    )
    assert [each for each in found.notes if each.startswith("left")] == [
        "left out, no images: 1 (notes.txt)",
        f"left out, {UNREAD}: 1 (gone)",
        "left out, no masks: 1 (read.me)",
        "left out, masks without an image: 1 (more.png)",
    ]
