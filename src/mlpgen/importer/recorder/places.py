"""Places in the author's code."""

from __future__ import annotations

import sys
import sysconfig
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mlpgen.importer.recording import Place

if TYPE_CHECKING:
    from collections.abc import Iterator


class CannotSayError(Exception):
    """The model does something that no spec can say.

    Attributes:
        message: What, in a sentence.
        place: Where the author's code does it.
        path: The module that does it.
    """

    def __init__(self, message: str, place: Place, path: str = "") -> None:
        self.message = message
        self.place = place
        self.path = path
        super().__init__(message)


_STANDARD = sysconfig.get_path("stdlib")


def is_author(file: str) -> bool:
    """Whether a file is neither of torch, of Python nor of the recorder."""
    if "/torch/" in file or "/mlpgen/importer/recorder/" in file:
        return False
    standard = file.startswith(_STANDARD) and "/site-packages/" not in file
    return not standard and not file.startswith("<")


def author_place() -> Place:
    """Return the line that called, outside of torch and of the recorder."""
    if _PLACES:
        return _PLACES[-1]
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if is_author(file):
            return Place(file, frame.f_lineno)
        if frame.f_back is None:
            break
        frame = frame.f_back
    return Place("", 0)


_PLACES: list[Place] = []


@contextmanager
def at_place(place: Place) -> Iterator[None]:
    """Say where a call is, which runs without the author's code."""
    _PLACES.append(place)
    try:
        yield
    finally:
        _PLACES.pop()
