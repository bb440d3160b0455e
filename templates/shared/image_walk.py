"""Which files in folders are images.

This module needs no torch.
"""

from pathlib import Path
from typing import NamedTuple

from data_folders import FolderError, Listed, files_below

ENDINGS = (
    *(".avif", ".bmp", ".gif", ".heic", ".jfif", ".jp2", ".jpeg", ".jpg", ".pbm"),
    *(".pgm", ".png", ".ppm", ".tga", ".tif", ".tiff", ".webp"),
)
"""How images are called, whether they can be read or not."""
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
        others: What else is there; those that are shown are other files.
    """

    images: list[Path]
    broken: list[Path]
    others: Listed


def found_in(folder: Path, without: Path | None = None) -> Found:
    """Look for images in a folder, to any depth.

    Args:
        folder: The folder.
        without: A folder in it that is another matter.

    Raises:
        FolderError: A folder cannot be read.
    """
    files = files_below(folder, without)
    found = Found([], [], files._replace(shown=[]))
    for path in files.shown:
        if begins_as_image(path):
            found.images.append(path)
        elif called_image(path):
            found.broken.append(path)
        else:
            found.others.shown.append(path)
    return found


def should_be_image(path: Path) -> bool:
    """Tell whether a file begins as an image does, or is called one."""
    return called_image(path) or begins_as_image(path)


def called_image(path: Path) -> bool:
    """Tell whether a file has the name of an image."""
    return path.name.lower().endswith(ENDINGS)


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
