"""Texts in folders: a folder for each class, perhaps in folders for each part."""

from pathlib import Path
from typing import NamedTuple

from data_common import DataError, named
from data_files import readable_folders
from data_folders import UNREAD, files_below, hidden, visible
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
    unseen: list[Path] = []
    strange: list[Path] = []
    unread: list[Path] = []
    for part, folder in parts_below(root).items():
        with readable_folders():
            classes = visible(folder)
        if not classes:
            raise DataError(f"{folder} has no folders: one with texts for each class")
        for path in classes:
            with readable_folders():
                files = files_below(path)
            texts = [each for each in files.shown if TEXTS.has(each)]
            if not texts:
                raise DataError(TEXTS.none_in(path))
            found.texts.extend(FoundText(text, path.name, part) for text in texts)
            strange += [each for each in files.shown if not TEXTS.has(each)]
            unseen += files.hidden
            unread += files.unread
        for path in sorted(folder.iterdir()):
            if hidden(path.name):
                unseen.append(path)
            elif path.is_file():
                strange.append(path)
            elif path not in classes:
                unread.append(path)
    kinds = {"hidden": unseen, "not texts of a class": strange, UNREAD: unread}
    for what, paths in kinds.items():
        if paths:
            found.left_out.append(f"{what}, left out: {named(paths)}")
    return found
