"""Places in the author's code."""

from __future__ import annotations

import sys

from mlpgen.importer.recording import Place


class CannotSayError(Exception):
    """The model does something that no spec can say.

    Attributes:
        message: What, in a sentence.
        place: Where the author's code does it.
    """

    def __init__(self, message: str, place: Place) -> None:
        self.message = message
        self.place = place
        super().__init__(message)


def author_place() -> Place:
    """Return the line that called, outside of torch and of the recorder."""
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        inside = "/torch/" in file or "/mlpgen/importer/recorder/" in file
        if not inside and not file.startswith("<"):
            return Place(file, frame.f_lineno)
        if frame.f_back is None:
            break
        frame = frame.f_back
    return Place("", 0)
