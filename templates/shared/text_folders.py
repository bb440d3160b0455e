"""Texts in folders: a folder for each class, perhaps in folders for each part."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from data_common import DataError, named

TEXT_ENDINGS = (".txt", ".md", ".text", "")
"""Of the names of texts; many collections have names without an ending."""
PARTS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}
"""What folders above those of classes may be called, and what is in them."""
HIDDEN = ("__macosx", "__pycache__", "thumbs.db", "desktop.ini")
"""Names, in lower case, of what people do not put there themselves."""


class Found(NamedTuple):
    """The texts in folders.

    Attributes:
        paths: The files.
        classes: The name of the folder that each is in.
        parts: The part of each: train, validation or test; all "train" if there are
            no folders for parts.
        left_out: What is not read, and why.
    """

    paths: list[Path]
    classes: list[str]
    parts: list[str]
    left_out: list[str]


def find_texts(root: Path) -> Found:
    """Find the texts of all classes, in folders of any depth.

    Raises:
        DataError: There are no folders of classes, or a class has no texts.
    """
    if not root.is_dir():
        raise DataError(f"{root} is a file: name a folder with a folder for each class")
    found = Found([], [], [], [])
    hidden: list[str] = []
    strange: list[str] = []
    for part, folder in part_folders(root):
        classes = [each for each in visible(folder, hidden) if each.is_dir()]
        if not classes:
            raise DataError(f"{folder} has no folders: one with texts for each class")
        for path in classes:
            texts = [*texts_in(path, hidden, strange)]
            if not texts:
                raise DataError(f"{path} has no texts ({', '.join(TEXT_ENDINGS[:-1])})")
            found.paths.extend(texts)
            found.classes.extend([path.name] * len(texts))
            found.parts.extend([part] * len(texts))
        strange += [f"{each}" for each in visible(folder, []) if each.is_file()]
    if hidden:
        found.left_out.append(f"hidden, left out: {named(hidden)}")
    if strange:
        found.left_out.append(f"not texts of a class, left out: {named(strange)}")
    return found


def part_folders(root: Path) -> list[tuple[str, Path]]:
    """Return the folders of parts, by what is in them; the folder itself without."""
    inside = [
        (PARTS[each.name.lower()], each)
        for each in visible(root, [])
        if each.is_dir() and each.name.lower() in PARTS
    ]
    parts = [part for part, _ in inside]
    if "train" not in parts:
        return [("train", root)]
    twice = [f"{path}" for part, path in inside if parts.count(part) > 1]
    if twice:
        raise DataError(f"{named(twice)} are the same part: leave one")
    return inside


def visible(folder: Path, hidden: list[str]) -> Iterator[Path]:
    """Yield what is in a folder, sorted; what is hidden goes into the list."""
    try:
        every = sorted(folder.iterdir())
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}") from None
    for path in every:
        if path.name.startswith(".") or path.name.lower() in HIDDEN:
            hidden.append(f"{path}")
        else:
            yield path


def texts_in(folder: Path, hidden: list[str], strange: list[str]) -> Iterator[Path]:
    """Yield the texts in a folder, at any depth; others go into the lists."""
    for path in visible(folder, hidden):
        if path.is_dir():
            yield from texts_in(path, hidden, strange)
        elif path.suffix.lower() in TEXT_ENDINGS:
            yield path
        else:
            strange.append(f"{path}")
