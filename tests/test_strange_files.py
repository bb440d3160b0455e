"""Folders with what is no data: links that lead back, pipes, files of two classes."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import torch

from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.drafts import images, table

from .shared_modules import CPU, shared
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
    assert len(notes) == bool(left_out)
    assert all(left_out in each for each in notes)
    assert not any("of two classes" in each for each in found.warnings)
    if kind == "image":
        text = images.draft(str(folder / "data"))
        assert f"# {20 + more} images of 2 classes: a ({10 + more})" in text


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
    sizes: dict[str, Any] = {"shape": (1, 8, 8), "outputs": 2, "places": (8, 8)}
    with pytest.raises(shared("data_common").DataError, match="has no mask in"):
        shared("data_masks").load(tmp_path, CPU, path="photos", masks="masks", **sizes)
