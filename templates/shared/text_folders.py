"""Texts in folders: a folder for each class, perhaps in folders for each part."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from data_common import DataError, named

TEXT_ENDINGS = (".txt", ".md", ".text", "")
"""Of the names of texts; many collections have names without an ending."""
PART_NAMES = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
"""What folders above those of classes may be called, and what is in them."""
LEFT_BY_SYSTEMS = ("__macosx", "__pycache__", "thumbs.db", "desktop.ini")
"""Names, in lower case, of what people do not put there themselves."""


class FoundTexts(NamedTuple):
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


def find_texts(root: Path) -> FoundTexts:
    """Find the texts of all classes, in folders of any depth.

    Raises:
        DataError: There are no folders of classes, or a class has no texts.
    """
    if not root.is_dir():
        raise DataError(f"{root} is a file: name a folder with a folder for each class")
    found = FoundTexts([], [], [], [])
    hidden: list[str] = []
    strange: list[str] = []
    for part, folder in part_folders(root):
        classes = [each for each in shown_in(folder, hidden) if each.is_dir()]
        if not classes:
            raise DataError(f"{folder} has no folders: one with texts for each class")
        for path in classes:
            texts = [*texts_in(path, hidden, strange)]
            if not texts:
                raise DataError(f"{path} has no texts ({', '.join(TEXT_ENDINGS[:-1])})")
            found.paths.extend(texts)
            found.classes.extend([path.name] * len(texts))
            found.parts.extend([part] * len(texts))
        strange += [f"{each}" for each in shown_in(folder, []) if each.is_file()]
    if hidden:
        found.left_out.append(f"hidden, left out: {named(hidden)}")
    if strange:
        found.left_out.append(f"not texts of a class, left out: {named(strange)}")
    return found


def part_folders(root: Path) -> list[tuple[str, Path]]:
    """Return the folders of parts, by what is in them; the folder itself without.

    A class may be called "train" too.

    Raises:
        DataError: Two folders are of one part.
    """
    folders = [each for each in shown_in(root, []) if each.is_dir()]
    inside = [
        (PART_NAMES[each.name.lower()], each)
        for each in folders
        if each.name.lower() in PART_NAMES
    ]
    parts = [part for part, _ in inside]
    alone = {*parts} == {"train"} and len(folders) > len(parts)
    if "train" not in parts or alone:
        return [("train", root)]
    twice = [path.name for part, path in inside if parts.count(part) > 1]
    if twice:
        raise DataError(f"{root} has {named(twice)}: keep one folder for a part")
    return inside


def shown_in(folder: Path, hidden: list[str]) -> Iterator[Path]:
    """Yield what is in a folder, sorted; what is hidden goes into the list."""
    try:
        every = sorted(folder.iterdir())
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}") from None
    for path in every:
        if path.name.startswith(".") or path.name.lower() in LEFT_BY_SYSTEMS:
            hidden.append(f"{path}")
        else:
            yield path


def texts_in(folder: Path, hidden: list[str], strange: list[str]) -> Iterator[Path]:
    """Yield the texts in a folder, at any depth; others go into the lists."""
    for path in shown_in(folder, hidden):
        if path.is_dir():
            yield from texts_in(path, hidden, strange)
        elif path.suffix.lower() in TEXT_ENDINGS:
            yield path
        else:
            strange.append(f"{path}")
