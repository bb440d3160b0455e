"""Folders of images: the classes, and what in them is no image."""

from collections.abc import Sequence
from pathlib import Path

from data_common import DataError, named
from data_files import readable_folders
from data_folders import Listed, visible
from image_walk import Found, found_in


def images_below(folder: Path, without: Path | None = None) -> Found:
    """Look for images in a folder, to any depth, without one of the folders in it.

    Raises:
        DataError: A folder cannot be read.
    """
    with readable_folders():
        return found_in(folder, without)


def folders_in(folder: Path) -> list[str]:
    """Name the folders in a folder, sorted, without hidden ones.

    Raises:
        DataError: It cannot be read.
    """
    with readable_folders():
        return [path.name for path in visible(folder)]


def classes_in(folder: Path, outputs: int) -> list[str]:
    """Name the folders with the images of a class.

    Args:
        folder: Has them in it.
        outputs: How many classes the model tells apart; 0 if it looks at none.

    Raises:
        DataError: They are too few, or too many.
    """
    classes = folders_in(folder)
    if outputs and len(classes) < 2:
        only = f", and has only {classes[0]}" if classes else ""
        if classes and len(folders_in(folder / classes[0])) > 1:
            only += f": is it {folder / classes[0]}?"
        raise DataError(f"{folder} needs a folder with images for each class{only}")
    if outputs and len(classes) > outputs:
        raise DataError(
            f"{folder} has {len(classes)} folders of classes, and the model tells "
            f"{outputs} apart: {named(classes)}"
        )
    return classes


def images_of_classes(folder: Path, classes: Sequence[str]) -> list[Found]:
    """Look for the images of each class; a test may lack the folders of some.

    Raises:
        DataError: A folder has none, or a file that should be an image is none.
    """
    there = folders_in(folder)
    strange = [name for name in there if name not in classes]
    if strange:
        names = named(map(repr, strange))
        raise DataError(f"{folder}: nothing is trained on for {names}")
    nothing = Found([], [], Listed([], [], []))
    found = [
        images_below(folder / name) if name in there else nothing for name in classes
    ]
    check_broken(found)
    pairs = zip(classes, found, strict=True)
    empty = [name for name, each in pairs if name in there and not each.images]
    if empty:
        has = "has" if len(empty) == 1 else "have"
        raise DataError(f"{named(folder / name for name in empty)} {has} no images")
    if not there:
        raise DataError(f"{folder} has no folders with images: one for each class")
    return found


def check_broken(found: Sequence[Found]) -> None:
    """Refuse files that are called images, and are none.

    Raises:
        DataError: There are some.
    """
    broken = [path for each in found for path in each.broken]
    if broken:
        is_none = "is no image" if len(broken) == 1 else "are no images"
        raise DataError(f"{named(broken)} {is_none}: remove what is none")
