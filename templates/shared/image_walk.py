"""Which files in folders are images, and which folders are parts of the data.

This module needs no torch.
"""

import os
from pathlib import Path
from typing import NamedTuple

ENDINGS = (
    *(".avif", ".bmp", ".gif", ".heic", ".jfif", ".jp2", ".jpeg", ".jpg", ".pbm"),
    *(".pgm", ".png", ".ppm", ".tga", ".tif", ".tiff", ".webp"),
)
"""How images are called, whether they can be read or not."""
NAMES_OF_PARTS = {
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


class FolderError(ValueError):
    """Why a folder cannot be read, or is no folder of images, in one line."""


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
        FolderError: A folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise FolderError(f"{error.filename} cannot be read: {error.strerror}")

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
    called = path.name.lower().endswith(ENDINGS)
    return found.broken if called else found.others


def begins_as_image(path: Path) -> bool:
    """Tell whether a file begins as one of an image does, whatever it is called."""
    try:
        with path.open("rb") as file:
            begin = file.read(18)
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}") from None
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
        raise FolderError(f"{folder} cannot be read: {error.strerror}") from None
    return [path for path in every if path.is_dir() and not hidden(path.name)]


def parts_of(root: Path, *, classes: bool = True) -> dict[str, Path]:
    """Find the folders of the parts of data; without such, all is to train on.

    Args:
        root: The folder of the data.
        classes: Whether the parts have folders of classes in them.

    Raises:
        FolderError: There is no folder, or there are two for one part.
    """
    if not root.is_dir():
        raise FolderError(f"{root} is no folder: name the one above with --data-dir")
    folders = visible(root)
    named_so = [path for path in folders if path.name.lower() in NAMES_OF_PARTS]
    train = [path for path in named_so if NAMES_OF_PARTS[path.name.lower()] == "train"]
    if not train or (classes and not any(map(visible, train))):
        return {"train": root}
    if len(named_so) == len(train) < len(folders):  # a class may be called "train"
        return {"train": root}
    found: dict[str, Path] = {}
    for path in named_so:
        part = NAMES_OF_PARTS[path.name.lower()]
        if part in found:
            said = f"{found[part].name} and {path.name}"
            raise FolderError(f"{root} has {said}: keep one folder for {part}")
        found[part] = path
    return found
