"""What happens to each file, and writing them all or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.output import header, notebook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

Status = str
"""`missing`, `current`, `stale`, `edited`, `foreign` or `damaged`."""


class Change(NamedTuple):
    """One file: what is there, and what should be."""

    path: Path
    status: Status
    old: str
    new: str


def read(path: Path) -> str | None:
    """Read a file with any line endings; None if there is none.

    Raises:
        OSError: It is there and cannot be read.
    """
    if path.exists() and not path.is_file():
        raise FileExistsError(17, "is there and no file", str(path))
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def is_file(name: str) -> bool:
    """Tell whether there is a file; any text may be asked for, such as a header's."""
    return os.path.isfile(name)  # noqa: PTH113 - `Path` raises for too long a name


def compare(path: Path, new: str) -> Change:
    """Tell what a rendered text would change; of notebooks, without their outputs.

    Raises:
        OSError: The file is there and cannot be read.
    """
    old, new = read(path), notebook.plain(path, new)
    if old is None:
        return Change(path, "missing", "", new)
    old = notebook.plain(path, old)
    return Change(path, "current" if old == new else _status(path, old, new), old, new)


def _status(path: Path, old: str, new: str) -> Status:
    try:
        found = header.read(old)
    except header.DamagedHeaderError:
        return "damaged"
    if found is None:
        return "foreign"
    if header.is_edited(old, found):
        return "edited"
    wanted = header.read(new)
    same = wanted is not None and wanted.origin.spec == found.origin.spec
    if (
        not same
        and found.origin.spec != "-"
        and is_file(os.path.normpath(path.parent / found.origin.spec))
    ):
        return "foreign"
    return "stale"


def tidy(paths: Iterable[Path]) -> None:
    """Remove what a render that was killed left beside files."""
    for path in paths:
        for ending in ("tmp", "old"):
            for left in path.parent.glob(f".{path.name}.*.{ending}"):
                with suppress(OSError):
                    left.unlink()


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
    if path.is_dir():
        raise IsADirectoryError(21, "is a folder", str(path))
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
    """Give a file another name beside it, so that replacing it loses nothing."""
    if not path.exists():
        return None
    name = f"{path.name}.orig" if kept else f".{path.name}.{os.getpid()}.old"
    second, number = path.with_name(name), 1
    while second.exists() and second.read_bytes() != path.read_bytes():
        second, number = path.with_name(f"{name}.{number}"), number + 1
    if not second.exists():
        try:
            second.hardlink_to(path)
        except OSError:
            shutil.copy2(path, second)
    return second


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
