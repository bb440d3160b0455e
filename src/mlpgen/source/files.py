"""Opening files: the spec that a person names, and files that a spec names.

A person may name whatever can be read, such as the pipe of `<(…)`. A spec may be from a
stranger: what it names is a regular file, or it is not opened.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from mlpgen.source.decoding import LARGEST_FILE

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFLNK: "a symbolic link",
}
_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


class UnreadableError(Exception):
    """Why a file cannot be read, as the end of a sentence that its name begins."""


def kind(mode: int) -> str:
    """Say what is no regular file: `a folder`, `a named pipe`; else an empty text."""
    return "" if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "no file")


def possible(name: str) -> bool:
    """Tell whether a file of this system can have a name; any text may be asked for."""
    try:
        return b"\0" not in os.fsencode(name) and name != ""
    except UnicodeEncodeError:
        return False


def content(path: str, *, regular: bool = False) -> bytes:
    """Return what is in a file, or a little more of it than a spec may have.

    Args:
        path: The file; `-` is standard input, unless it has to be regular.
        regular: Whether only a regular file is opened, and never waited for.

    Raises:
        UnreadableError: It cannot be read.
    """
    try:
        if path == "-" and not regular:
            return sys.stdin.buffer.read(LARGEST_FILE + 1)
        if not possible(path):
            raise UnreadableError("is no name of a file")
        with opened(path) if regular else Path(path).open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise UnreadableError("is not there") from None
    except IsADirectoryError:
        raise UnreadableError("is a folder") from None
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror or error}") from None
    except (ValueError, AttributeError):  # standard input is closed, or None
        raise UnreadableError("cannot be read: there is nothing to read") from None


def opened(path: str) -> BinaryIO:
    """Open a file that a spec names.

    Raises:
        UnreadableError: It is not regular, so that it would be waited for.
        OSError: It cannot be opened.
    """
    return open(path, "rb", opener=_regular)


def _regular(path: str, flags: int) -> int:
    """Open a regular file; whatever else there is is not even opened."""
    _insist(Path(path).stat().st_mode)
    handle = os.open(path, flags | _WITHOUT_WAITING)
    try:
        _insist(os.fstat(handle).st_mode)  # it may be another by now
    except UnreadableError:
        os.close(handle)
        raise
    return handle


def _insist(mode: int) -> None:
    if found := kind(mode):
        raise UnreadableError(f"is {found}")
