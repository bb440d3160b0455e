"""Files and folders with examples to predict for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from data_common import DataError, Features
from data_folders import FolderError, files_below, is_no_file

Reader = Callable[[Sequence[Path], dict[str, Any]], Features]
"""Reads files as the model takes them, (N, …), by what is known of the data."""
Numbering = Callable[[Path, dict[str, Any]], Sequence[int]]
"""Numbers the rows of a file, from 1, by what is known of the data."""


class FileKind(NamedTuple):
    """A kind of files; a folder of such has them at any depth.

    Attributes:
        kind: What they are called.
        endings: Of their names, in lower case; "" is none, and of any name if there
            are none.
        known: Tells whether a file is one, if names do not.
    """

    kind: str
    endings: tuple[str, ...] = ()
    known: Callable[[Path], bool] | None = None

    def has(self, path: Path) -> bool:
        """Tell whether a file is of this kind."""
        if self.known is not None:
            return self.known(path)
        return not self.endings or path.suffix.lower() in self.endings

    def found(self, paths: Iterable[Path]) -> Iterator[Path]:
        """Yield files, and in the place of a folder those of the kind in it, sorted.

        Raises:
            DataError: A folder has none, or something is no file, such as a pipe.
        """
        for path in paths:
            if path.is_dir():
                yield from self._inside(path)
            elif is_no_file(path):
                raise DataError(f"{path} is neither a file nor a folder")
            else:
                yield path

    def none_in(self, folder: Path) -> str:
        """Say that a folder has no such files."""
        names = ", ".join(filter(None, self.endings))
        return f"{folder} has no {self.kind} in it{f' ({names})' if names else ''}"

    def _inside(self, folder: Path) -> list[Path]:
        with readable_folders():
            files = [path for path in files_below(folder).shown if self.has(path)]
        if not files:
            raise DataError(self.none_in(folder))
        return files


@contextmanager
def readable_folders() -> Iterator[None]:
    """Say in one line what is wrong with a folder."""
    try:
        yield
    except FolderError as error:
        raise DataError(str(error)) from None
