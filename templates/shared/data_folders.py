"""Folders of data: what is hidden in them, and which are parts of the data.

This module needs no torch.
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

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

UNREAD = "no files, or links to folders above"
"""What is not read: it never ends, is of every class, or leads to nothing."""


class FolderError(ValueError):
    """Why a folder cannot be read, or holds no data, in one line."""


class Listed(NamedTuple):
    """What is in a folder, and in those in it, each sorted.

    Attributes:
        shown: The files.
        hidden: Hidden folders and files.
        unread: What is neither: pipes, links to folders above or to nothing.
    """

    shown: list[Path]
    hidden: list[Path]
    unread: list[Path]


def files_below(folder: Path, without: Path | None = None) -> Listed:
    """List the files in a folder, to any depth.

    Args:
        folder: The folder.
        without: A folder in it that is another matter.

    Raises:
        FolderError: A folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise FolderError(f"{error.filename} cannot be read: {error.strerror}")

    found, seen = Listed([], [], []), set[str]()
    apart = os.path.realpath(without) if without else ""
    for place, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        path = Path(place)
        if os.path.realpath(place) in seen:  # a link that leads back
            folders.clear()
            continue
        seen.add(os.path.realpath(place))
        found.hidden.extend(path / name for name in (*folders, *files) if hidden(name))
        below = [name for name in sorted(folders) if not hidden(name)]
        above = [name for name in below if leads_up(path / name, folder)]
        folders[:] = [
            name
            for name in below
            if name not in above and os.path.realpath(path / name) != apart
        ]
        found.unread.extend(path / name for name in above)
        for each in (path / name for name in files if not hidden(name)):
            (found.unread if is_no_file(each) else found.shown).append(each)
    for paths in found:
        paths.sort()
    return found


def beside(folder: Path, known: Iterable[Path]) -> Listed:
    """List what is in a folder, but not what is in the folders in it.

    Args:
        folder: The folder.
        known: Folders in it that are another matter, and those that these are in.
    """
    within = {path for each in known for path in (each, *each.parents)}
    found = Listed([], [], [])
    for path in sorted(folder.iterdir()):
        if path in within:
            continue
        if hidden(path.name):
            found.hidden.append(path)
        elif path.is_file() or (path.is_dir() and not leads_up(path, folder)):
            found.shown.append(path)
        else:
            found.unread.append(path)
    return found


def leads_up(path: Path, folder: Path) -> bool:
    """Tell whether a folder is another one or above it, as a link may say."""
    return Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(path))


def is_no_file(path: Path) -> bool:
    """Tell whether something is there that could not be read, such as a pipe."""
    try:
        mode = path.stat().st_mode
    except OSError:  # opening it says what is wrong
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def hidden(name: str) -> bool:
    """Tell whether nobody has put a file or folder of this name there."""
    return name.startswith(".") or name.lower() in HIDDEN


def visible(folder: Path) -> list[Path]:
    """Return the folders in a folder, sorted: none is hidden, or leads back to it."""
    try:
        every = sorted(folder.iterdir())
    except OSError as error:
        raise FolderError(f"{folder} cannot be read: {error.strerror}") from None
    return [
        path
        for path in every
        if path.is_dir() and not hidden(path.name) and not leads_up(path, folder)
    ]


def parts_of(root: Path) -> dict[str, Path]:
    """Find the folders of the parts of data; without such, all is to train on.

    Args:
        root: The folder of the data.

    Raises:
        FolderError: There is no folder, two are for one part, or none is to train on.
    """
    if not root.is_dir():
        raise FolderError(f"{root} is no folder: name the one above with --data-dir")
    folders = visible(root)
    found: dict[str, list[Path]] = {}
    for path in folders:
        if part := NAMES_OF_PARTS.get(path.name.lower()):
            found.setdefault(part, []).append(path)
    others = len(folders) - sum(map(len, found.values()))
    if "train" not in found:
        if found and not others:
            said = " and ".join(path.name for path in folders)
            raise FolderError(f"{root} has {said}, but no folder `train`")
        return {"train": root}
    if len(found) == 1 and (others or not any(map(visible, found["train"]))):
        return {"train": root}  # a class may be called "train"
    for part, paths in found.items():
        if len(paths) > 1:
            said = " and ".join(path.name for path in paths)
            raise FolderError(f"{root} has {said}: keep one folder for {part}")
    return {part: path for part, (path,) in found.items()}
