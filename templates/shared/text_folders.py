"""Texts in folders: a folder for each class, perhaps in folders for each part."""

from pathlib import Path
from typing import NamedTuple

from data_common import DataError, named
from data_files import readable_folders
from data_folders import files_below, hidden, visible
from data_parts import parts_below
from text_files import TEXTS


class FoundText(NamedTuple):
    """A text in a folder.

    Attributes:
        path: The file.
        name: Of its class, the folder that it is in.
        part: Train, validation or test; "train" if there are no folders for parts.
    """

    path: Path
    name: str
    part: str


class FoundTexts(NamedTuple):
    """The texts in folders.

    Attributes:
        texts: The texts, one part behind the other.
        left_out: What is not read, and why.
    """

    texts: list[FoundText]
    left_out: list[str]


def find_texts(root: Path) -> FoundTexts:
    """Find the texts of all classes, in folders of any depth.

    Raises:
        DataError: There are no folders of classes, or a class has no texts.
    """
    if not root.is_dir():
        raise DataError(f"{root} is a file: name a folder with a folder for each class")
    found = FoundTexts([], [])
    hidden_ones: list[Path] = []
    strange: list[Path] = []
    for part, folder in parts_below(root).items():
        with readable_folders():
            classes = visible(folder)
        if not classes:
            raise DataError(f"{folder} has no folders: one with texts for each class")
        for path in classes:
            texts, others, unseen = texts_below(path)
            if not texts:
                raise DataError(TEXTS.none_in(path))
            found.texts.extend(FoundText(text, path.name, part) for text in texts)
            hidden_ones += unseen
            strange += others
        for path in sorted(folder.iterdir()):
            if hidden(path.name):
                hidden_ones.append(path)
            elif path.is_file():
                strange.append(path)
    if hidden_ones:
        found.left_out.append(f"hidden, left out: {named(hidden_ones)}")
    if strange:
        found.left_out.append(f"not texts of a class, left out: {named(strange)}")
    return found


def texts_below(folder: Path) -> tuple[list[Path], list[Path], list[Path]]:
    """Return the texts in a folder, at any depth; other files, and what is hidden."""
    with readable_folders():
        files = files_below(folder)
    texts = [path for path in files.shown if TEXTS.has(path)]
    others = [path for path in files.shown if not TEXTS.has(path)]
    return texts, others, files.hidden
