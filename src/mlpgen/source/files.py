"""Opening files: the spec that a person names, and files that a spec names.

A person may name anything that can be read, such as the pipe of `<(…)`. A spec may come
from a stranger, so the files that it names must be regular files. Files need not be on
disk: those of another revision are read by `held(files)`.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from mlpgen.source.decoding import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFLNK: "a symbolic link",
}
_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


STDIN = "<stdin>"
"""The name of standard input in diagnostics."""


class UnreadableError(Exception):
    """A file cannot be read; the message completes "`file` …"."""


def kind(mode: int) -> str:
    """Return what a file is, if not regular: `a folder`, `a named pipe`; else empty."""
    return "" if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "not a file")


def possible(name: str) -> bool:
    """Return whether a file on this system can have this name."""
    try:
        return b"\0" not in os.fsencode(name) and name != ""
    except UnicodeEncodeError:
        return False


class Files(Protocol):
    """Where files are read from, by their names."""

    def content(self, path: str, *, regular: bool) -> bytes:
        """Return the content of a file, see `content`."""

    def names(self, folder: str) -> list[str]:
        """Return the names of what is in a folder, see `names_in`."""


class _Disk:
    """The files on disk."""

    def content(self, path: str, *, regular: bool) -> bytes:
        return _content(path, regular=regular)

    def names(self, folder: str) -> list[str]:
        return os.listdir(folder)  # noqa: PTH208 - `Path` refuses odd names


class _Held(NamedTuple):
    """Files that are read once: where from, and the contents of those that were."""

    files: Files
    contents: dict[str, bytes]


_DISK = _Disk()
_HELD: ContextVar[_Held | None] = ContextVar("held", default=None)


@contextmanager
def held(files: Files = _DISK) -> Iterator[dict[str, bytes]]:
    """Read each file once: keep its content, by its name in diagnostics.

    What is written into the contents is read in place of the files.

    Args:
        files: Where files are read from, by default the disk.
    """
    contents: dict[str, bytes] = {}
    token = _HELD.set(_Held(files, contents))
    try:
        yield contents
    finally:
        _HELD.reset(token)


def name_of(path: str, *, regular: bool = False) -> str:
    """Return the name of a file in diagnostics."""
    return STDIN if path == "-" and not regular else path.replace(os.sep, "/")


def content(path: str, *, regular: bool = False) -> bytes:
    """Return the content of a file, up to a little more than a spec may have.

    Args:
        path: The file; `-` is standard input, unless it has to be regular.
        regular: Whether to open regular files only, and never wait.

    Raises:
        UnreadableError: The file cannot be read.
    """
    there = _HELD.get()
    if there is None:
        return _content(path, regular=regular)
    name = name_of(path, regular=regular)
    if name not in there.contents:
        there.contents[name] = there.files.content(path, regular=regular)
    return there.contents[name]


def names_in(folder: str) -> list[str]:
    """Return the names of what is in a folder, in any order.

    Raises:
        OSError: It is not a folder, or cannot be read.
        ValueError: No folder can have this name.
    """
    there = _HELD.get()
    return (there.files if there else _DISK).names(folder)


def _content(path: str, *, regular: bool) -> bytes:
    """Read a file."""
    try:
        if path == "-" and not regular:
            return sys.stdin.buffer.read(LARGEST_FILE + 1)
        if not possible(path):
            raise UnreadableError("is not a valid file name")
        with opened(path) if regular else Path(path).open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise UnreadableError("does not exist") from None
    except IsADirectoryError:
        raise UnreadableError("is a folder") from None
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror or error}") from None
    except (ValueError, AttributeError):  # standard input is closed, or None
        raise UnreadableError("cannot be read: there is nothing to read") from None


def opened(path: str) -> BinaryIO:
    """Open a file that a spec names.

    Raises:
        UnreadableError: It is not a regular file, so reading could block.
        OSError: It cannot be opened.
    """
    return open(path, "rb", opener=_regular)


def _regular(path: str, flags: int) -> int:
    """Open a regular file; do not open anything else."""
    _insist(Path(path).stat().st_mode)
    handle = os.open(path, flags | _WITHOUT_WAITING)
    try:
        _insist(os.fstat(handle).st_mode)  # it may have been replaced
    except UnreadableError:
        os.close(handle)
        raise
    return handle


def _insist(mode: int) -> None:
    if found := kind(mode):
        raise UnreadableError(f"is {found}")
