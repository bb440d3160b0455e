"""What happens to each file, and writing them all or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.output import header, ipynb
from mlpgen.source.files import kind, possible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

Status = str
"""`missing`, `current`, `stale`, `edited`, `foreign` or `damaged`; `blocked` where no
file can be, and `unreadable`."""

KEPT = ("edited", "foreign", "damaged", "blocked", "unreadable")
"""What is only overwritten if it is asked for."""


class There(NamedTuple):
    """What is at a path.

    Attributes:
        status: `file` or `missing`; `blocked` or `unreadable`.
        data: What is in the file.
        why: What is there, or why it cannot be read, as the beginning of a sentence.
        blocker: What has to go: the path itself, or what is above it and no folder.
    """

    status: str
    data: bytes = b""
    why: str = ""
    blocker: Path | None = None

    @property
    def text(self) -> str:
        """The text, with any line ends; bytes that are no UTF-8 as surrogates."""
        text = self.data.decode("utf-8", "surrogateescape")
        return text.removeprefix("\ufeff").replace("\r\n", "\n")


def look(path: Path) -> There:
    """Look at what is at a path; a link is not followed, since writing replaces it."""
    try:
        found = kind(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        above = next((each for each in path.parents if os.path.lexists(each)), None)
        if above is None or above.is_dir():
            return There("missing")
        return There("blocked", why=f"`{above.as_posix()}` is no folder", blocker=above)
    except OSError as error:
        return _unreadable(path.parent, error)
    if found:
        return There("blocked", why=f"{found} has its place", blocker=path)
    return read(path)


def read(path: Path) -> There:
    """Read what is at a path, and is a file."""
    try:
        return There("file", path.read_bytes())
    except OSError as error:
        return _unreadable(path, error)


def _unreadable(path: Path, error: OSError) -> There:
    return There("unreadable", why=f"cannot be read ({error.strerror})", blocker=path)


class Change(NamedTuple):
    """One file: what is there, and what should be."""

    path: Path
    status: Status
    old: str
    new: str
    there: There

    def is_written(self, *, force: bool) -> bool:
        """Tell whether the file is written.

        Args:
            force: Whether what a person has changed is overwritten.
        """
        return self.status != "current" and (force or self.status not in KEPT)


def insist(there: There) -> None:
    """Refuse to write where something is that cannot be kept under another name.

    Raises:
        OSError: No file can be there, or the one that is there cannot be read.
    """
    if there.status == "blocked":
        raise FileExistsError(17, there.why, str(there.blocker))
    if there.status == "unreadable":
        raise PermissionError(13, there.why, str(there.blocker))


def is_file(name: str) -> bool:
    """Tell whether there is a file; any text may be asked for, such as a header's."""
    return possible(name) and os.path.isfile(name)  # noqa: PTH113 - `Path` may raise


def is_folder(path: Path) -> bool:
    """Tell whether there is a folder."""
    return os.path.isdir(path)  # noqa: PTH112 - `Path` raises without permission


def compare(path: Path, new: str) -> Change:
    """Tell what a rendered text would change; of notebooks, without their outputs."""
    there = look(path)
    wanted = ipynb.plain(path, new)
    if there.status != "file":
        return Change(path, there.status, "", wanted, there)
    old = ipynb.plain(path, there.text)
    same = there.data == new.encode() or ipynb.was_run(path, there.data, new)
    status = "current" if same else _status(path, old, wanted)
    return Change(path, status, old, wanted, there)


def _status(path: Path, old: str, new: str) -> Status:
    try:
        found = header.read(old)
    except header.DamagedHeaderError:
        return "damaged"
    if found is None:
        return "foreign"
    if header.is_edited(old, found):
        return "edited"
    spec, wanted = _spec(found), header.read(new)
    same = wanted is not None and _spec(wanted) == spec
    if not same and spec != "-" and is_file(os.path.normpath(path.parent / spec)):
        return "foreign"
    return "stale"


def _spec(found: header.Header) -> str:
    """Return the spec that a header names; `-` where there is none to be found."""
    return found.origin.spec if found.origin else "-"


def tidy(paths: Iterable[Path]) -> None:
    """Remove what a render that was killed left beside files."""
    folders: dict[Path, list[str]] = {}
    for path in paths:
        folders.setdefault(path.parent, []).append(f".{path.name}.")
    for folder, starts in folders.items():
        for name in os.listdir(folder) if folder.is_dir() else ():  # noqa: PTH208
            if name.endswith((".tmp", ".old")) and name.startswith((*starts,)):
                with suppress(OSError):
                    (folder / name).unlink()


def write(texts: Mapping[Path, str], *, keep: Collection[Path] = ()) -> None:
    """Write files: all of them or none.

    Each text goes to a temporary file beside its place first; when all are on disk they
    are renamed. If one cannot be, those renamed before it are put back.

    Args:
        texts: What to write where. Folders are made.
        keep: Files whose old text is kept beside them as `.orig`.

    Raises:
        OSError: Something could not be written; everything is as it was.
    """
    made: list[Path] = []
    temporary: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            if path not in keep:
                insist(look(path))
            made += _make_folder(path.parent)
            temporary[path] = _temporary(path, text)
        _rename(temporary, keep)
    except BaseException:
        for path in temporary.values():
            path.unlink(missing_ok=True)
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise


def _make_folder(folder: Path) -> list[Path]:
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _temporary(path: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(
        prefix=f".{path.name}.", suffix=".tmp", dir=path.parent
    )
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _rename(temporary: Mapping[Path, Path], keep: Collection[Path]) -> None:
    """Rename all or none: each old file has a second name until all are done."""
    olds: dict[Path, Path | None] = {}
    try:
        for path, new in temporary.items():
            olds[path] = _second_name(path, kept=path in keep)
            new.replace(path)
    except BaseException:
        for path, old in olds.items():
            if old is None:
                path.unlink(missing_ok=True)
            else:
                old.replace(path)
                old.unlink(missing_ok=True)  # renaming a file to itself does nothing
        raise
    for path, old in olds.items():
        if old is not None and path not in keep:
            old.unlink()


def _second_name(path: Path, *, kept: bool) -> Path | None:
    """Give a file another name beside it, so that replacing it loses nothing.

    What is no file, or cannot be read, is renamed.
    """
    there = look(path)
    if there.status == "missing":
        return None
    ending = ".orig" if kept else f".{os.getpid()}.old"
    beside = path if kept else path.with_name(f".{path.name}")
    second = unused(beside, ending, or_equal=there if there.status == "file" else None)
    if there.status != "file":
        path.rename(second)
    elif not second.exists():
        try:
            second.hardlink_to(path)
        except OSError:
            shutil.copy2(path, second)
    return second


def unused(path: Path, ending: str, *, or_equal: There | None = None) -> Path:
    """Return a name that nothing has: the path's with an ending, perhaps numbered.

    Args:
        path: The path.
        ending: What is put behind it.
        or_equal: A file whose copy may have the name.
    """
    name = found = path.with_name(f"{path.name}{ending}")
    for number in count(1):
        if not os.path.lexists(found) or (or_equal and look(found) == or_equal):
            break
        found = name.with_name(f"{name.name}.{number}")
    return found


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process at a time compare and write below a folder, which is made.

    Where the system has no locks, nothing is locked.
    """
    made = _make_folder(folder)
    handle = _lock(folder)
    try:
        yield
    finally:
        for each in reversed(made):
            with suppress(OSError):
                each.rmdir()  # only if nothing was written
        if handle is not None:
            os.close(handle)


def _lock(folder: Path) -> int | None:
    try:
        import fcntl
    except ImportError:
        return None
    while True:
        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), folder.stat()):
                return handle
        os.close(handle)  # the one before us removed it
        _make_folder(folder)
