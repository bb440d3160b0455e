"""Folders of the parts of data: to train on, to validate, to test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_common import DataError
from data_folders import FolderError, parts_of


@contextmanager
def readable_folders() -> Iterator[None]:
    """Say in one line what is wrong with a folder."""
    try:
        yield
    except FolderError as error:
        raise DataError(str(error)) from None


def parts_below(root: Path, *, classes: bool = True) -> dict[str, Path]:
    """Find the folders of the parts of data; without such, all is to train on.

    Args:
        root: The folder of the data.
        classes: Whether the parts have folders of classes in them.

    Raises:
        DataError: There is no folder, or there are two for one part.
    """
    with readable_folders():
        return parts_of(root, classes=classes)
