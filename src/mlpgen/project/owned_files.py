"""Generated files that are a person's from now on: neither written nor checked."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.names.modules import shared_modules

if TYPE_CHECKING:
    from collections.abc import Sequence


class OwnedFiles(NamedTuple):
    """Files by patterns, such as `generated/explicit/train_*.py`.

    A pattern that names a folder is for all files in it, at any depth. No pattern is
    for shared modules, which change together with the scripts that import them.

    Attributes:
        patterns: The patterns, each with the folder that it is relative to.
    """

    patterns: tuple[tuple[str, str], ...] = ()

    def has(self, path: Path) -> bool:
        """Tell whether a file is a person's; it need not exist."""
        if not self.patterns or (
            path.suffix == ".py" and path.stem in shared_modules()
        ):
            return False
        return any(
            _matches(_names(path, folder), pattern.split("/"))
            for folder, pattern in self.patterns
        )


def _names(path: Path, folder: str) -> list[str]:
    """Return the parts of a path as a pattern in a folder names them."""
    return path_from(folder, path).split("/")


def path_from(folder: str, path: Path) -> str:
    """Return the path of a file as seen from a folder, with `/`."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def _matches(names: Sequence[str], parts: Sequence[str]) -> bool:
    """Tell whether the parts of a pattern match a path, or a folder that it is in."""
    if not parts:
        return True
    if ".." in (*names[:1], parts[0]):
        return names[:1] == [parts[0]] and _matches(names[1:], parts[1:])
    if parts[0] == "**":
        rest = range(len(names) + 1)
        return any(_matches(names[at:], parts[1:]) for at in rest)
    found = bool(names) and fnmatchcase(names[0], parts[0])
    return found and _matches(names[1:], parts[1:])
