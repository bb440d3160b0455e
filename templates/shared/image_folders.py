"""Folders of images: the parts, the classes, and which files in them are images."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from data_common import DataError, named
from data_files import IMAGES

PARTS = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    **dict.fromkeys(("val", "valid", "validation"), "validation"),
}
"""Names of folders that say which part of the data is in them."""
HIDDEN = ("__macosx", "__pycache__", "thumbs.db", "desktop.ini")
"""What systems leave in folders, beside names that begin with a dot."""
BEGINNINGS = (
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*"),
    *(b"\x00\x00\x00\x0cjP", b"\xff\x4f\xff\x51", b"\x00\x00\x01\x00", b"qoif"),
    *(b"P%d%c" % (kind, blank) for kind in range(1, 8) for blank in b" \t\r\n"),
)
"""What files of images begin with; see `begins_as_image` for others."""


class Found(NamedTuple):
    """What is in a folder, and in those in it, each sorted.

    Attributes:
        images: Files that begin as images do.
        broken: Files that are called images, and do not.
        others: All other files.
        hidden: Hidden folders and files.
    """

    images: list[Path]
    broken: list[Path]
    others: list[Path]
    hidden: list[Path]


def found_in(folder: Path, without: Path | None = None) -> Found:
    """Look for images in a folder, to any depth.

    Args:
        folder: The folder.
        without: A folder in it that is another matter.

    Raises:
        DataError: A folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise DataError(f"{error.filename} cannot be read: {error.strerror}")

    found, seen = Found([], [], [], []), set[str]()
    for place, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        path = Path(place)
        if os.path.realpath(place) in seen:  # a link that leads back
            folders.clear()
            continue
        seen.add(os.path.realpath(place))
        found.hidden.extend(path / name for name in (*folders, *files) if hidden(name))
        folders[:] = sorted(
            name for name in folders if not hidden(name) and path / name != without
        )
        for name in files:
            if not hidden(name):
                kind_of(path / name, found).append(path / name)
    for paths in found:
        paths.sort()
    return found


def hidden(name: str) -> bool:
    """Tell whether nobody has put a file or folder of this name there."""
    return name.startswith(".") or name.lower() in HIDDEN


def kind_of(path: Path, found: Found) -> list[Path]:
    """Return the list that a file belongs to."""
    if begins_as_image(path):
        return found.images
    called = path.name.lower().endswith(IMAGES.endings)
    return found.broken if called else found.others


def begins_as_image(path: Path) -> bool:
    """Tell whether a file begins as one of an image does, whatever it is called."""
    try:
        with path.open("rb") as file:
            begin = file.read(18)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    if path.name.lower().endswith(".tga"):  # which begins with its sizes
        return len(begin) == 18
    return (
        begin.startswith(BEGINNINGS)
        or (begin[:2] == b"BM" and begin[6:10] == bytes(4))
        or (begin[:4] == b"RIFF" and begin[8:12] == b"WEBP")
        or (begin[4:8] == b"ftyp" and begin[8:12] in (b"avif", b"heic", b"mif1"))
    )


def visible(folder: Path) -> list[Path]:
    """Return the folders in a folder, sorted, without hidden ones."""
    try:
        every = sorted(folder.iterdir())
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}") from None
    return [path for path in every if path.is_dir() and not hidden(path.name)]


def parts_of(root: Path, *, classes: bool = True) -> dict[str, Path]:
    """Find the folders of the parts of data; without such, all is to train on.

    Args:
        root: The folder of the data.
        classes: Whether the parts have folders of classes in them.

    Raises:
        DataError: There is no folder, or there are two for one part.
    """
    if not root.is_dir():
        raise DataError(f"{root} is no folder: name the one above with --data-dir")
    folders = visible(root)
    named_so = [path for path in folders if path.name.lower() in PARTS]
    train = [path for path in named_so if PARTS[path.name.lower()] == "train"]
    if not train or (classes and not any(map(visible, train))):
        return {"train": root}
    if len(named_so) == len(train) < len(folders):  # a class may be called "train"
        return {"train": root}
    found: dict[str, Path] = {}
    for path in named_so:
        part = PARTS[path.name.lower()]
        if part in found:
            said = f"{found[part].name} and {path.name}"
            raise DataError(f"{root} has {said}: keep one folder for {part}")
        found[part] = path
    return found


def class_names(folder: Path, outputs: int) -> list[str]:
    """Name the folders with the images of a class.

    Args:
        folder: Has them in it.
        outputs: How many classes the model tells apart; 0 if it looks at none.

    Raises:
        DataError: They are too few, or too many.
    """
    classes = [path.name for path in visible(folder)]
    if outputs and len(classes) < 2:
        only = f", and has only {classes[0]}" if classes else ""
        raise DataError(f"{folder} needs a folder with images for each class{only}")
    if outputs and len(classes) > outputs:
        raise DataError(
            f"{folder} has {len(classes)} folders of classes, and the model tells "
            f"{outputs} apart: {named(classes)}"
        )
    return classes


def images_of(folder: Path, classes: Sequence[str]) -> list[Found]:
    """Look for the images of each class.

    Raises:
        DataError: A class has none, or a file that should be an image is none.
    """
    strange = [path.name for path in visible(folder) if path.name not in classes]
    if strange:
        names = named(map(repr, strange))
        raise DataError(f"{folder}: nothing is trained on for {names}")
    found = [
        found_in(folder / name) if (folder / name).is_dir() else Found([], [], [], [])
        for name in classes
    ]
    check_broken(found)
    empty = [name for name, each in zip(classes, found, strict=True) if not each.images]
    if empty:
        has = "has" if len(empty) == 1 else "have"
        raise DataError(f"{named(folder / name for name in empty)} {has} no images")
    if not found:
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


def beside(folder: Path, names: Sequence[str]) -> Found:
    """Return what is in a folder beside the folders of some names."""
    found = Found([], [], [], [])
    for path in sorted(folder.iterdir()):
        if hidden(path.name):
            found.hidden.append(path)
        elif path.name not in names:
            found.others.append(path)
    return found


def left_out(root: Path, found: Sequence[Found]) -> Iterator[str]:
    """Say what of a folder is not read, a line for each reason."""
    hidden_ones = [path for each in found for path in each.hidden]
    others = [path for each in found for path in each.others]
    for paths, what in ((hidden_ones, "hidden"), (others, "no images of a class")):
        if paths:
            names = named(sorted(path.relative_to(root).as_posix() for path in paths))
            yield f"left out, {what}: {len(paths):,} ({names})"
