"""Texts in folders: a folder for each class, perhaps in folders for each part."""

from pathlib import Path
from typing import NamedTuple

from data_common import DataError
from data_files import readable_folders
from data_folders import Listed, files_below, visible
from data_parts import beside_parts, left_out, parts_below, reasons
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
        left_out: What is not read, a line for each reason.
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
    texts: list[FoundText] = []
    others: list[Listed] = []
    folders = parts_below(root)
    of_classes: list[Path] = []
    for part, folder in folders.items():
        with readable_folders():
            classes = visible(folder)
            listed = [files_below(path) for path in classes]
        if not classes:
            raise DataError(f"{folder} has no folders: one with texts for each class")
        for path, each in zip(classes, listed, strict=True):
            found = [file for file in each.shown if TEXTS.has(file)]
            if not found:
                raise DataError(TEXTS.none_in(path))
            texts += [FoundText(file, path.name, part) for file in found]
            strange = [file for file in each.shown if not TEXTS.has(file)]
            others.append(each._replace(shown=strange))
        of_classes += classes
    others += beside_parts(root, folders, of_classes)
    return FoundTexts(texts, left_out(root, reasons("texts of a class", others)))
