"""Files and folders with examples to predict for."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from data_common import DataError


class Files(NamedTuple):
    """A kind of files.

    Attributes:
        kind: What they are called.
        endings: Of their names, in lower case; of any name if there are none.
    """

    kind: str
    endings: tuple[str, ...] = ()

    def found(self, paths: Iterable[Path]) -> Iterator[Path]:
        """Yield files, and in the place of a folder those of the kind in it, sorted.

        Raises:
            DataError: A folder has none.
        """
        for path in paths:
            if path.is_dir():
                yield from self._inside(path)
            else:
                yield path

    def _inside(self, folder: Path) -> list[Path]:
        try:
            every = sorted(folder.iterdir())
        except OSError as error:
            raise DataError(f"{folder} cannot be read: {error.strerror}") from None
        files = [
            path
            for path in every
            if path.is_file()
            and not path.name.startswith(".")
            and path.name.lower().endswith(self.endings or "")
        ]
        if not files:
            names = f" ({', '.join(self.endings)})" if self.endings else ""
            raise DataError(f"{folder} has no {self.kind} in it{names}")
        return files


IMAGES = Files(
    "images",
    (
        *(".avif", ".bmp", ".gif", ".jp2", ".jpeg", ".jpg", ".pbm", ".pgm", ".png"),
        *(".ppm", ".tga", ".tif", ".tiff", ".webp"),
    ),
)
