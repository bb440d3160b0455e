"""Paths as code hosts know them: from the root of the repository."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mlpgen.source.files import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic, Place


def from_repository(path: str) -> str:
    """Return the path of a file from the root of its repository.

    It stays as it is in the root itself, and where there is no repository.
    """
    root = _root()
    return _from(root, path) if root else path


def in_repository(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return diagnostics with paths from the root of the repository."""
    root = _root()
    if not root:
        return [*diagnostics]
    moved = partial(_from, root)
    return [_relocated(each, moved) for each in diagnostics]


def _root() -> str:
    """Return the root of the repository, if the working folder is below it."""
    try:
        here = Path.cwd()
    except OSError:  # it was removed
        return ""
    folders = (here, *here.parents)
    found = next((each for each in folders if os.path.lexists(each / ".git")), here)
    return "" if found == here else str(found)


def _from(root: str, path: str) -> str:
    if path == STDIN:
        return path
    try:
        return Path(os.path.relpath(path, root)).as_posix()
    except ValueError:  # another drive
        return path


def _relocated(diagnostic: Diagnostic, moved: Callable[[str], str]) -> Diagnostic:
    def place(old: Place) -> Place:
        return old._replace(path=moved(old.path))

    fix = diagnostic.fix
    return diagnostic._replace(
        place=place(diagnostic.place) if diagnostic.place else None,
        labels=tuple(
            each._replace(place=place(each.place)) for each in diagnostic.labels
        ),
        fix=fix._replace(path=moved(fix.path)) if fix else None,
    )
