"""Writing and removing several files: all or none, by one process at a time."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mlpgen.output.files import look, require_writable, unused_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping


def remove_leftovers(paths: Iterable[Path]) -> None:
    """Remove the temporary files of a render that was killed."""
    folders: dict[Path, list[str]] = {}
    for path in paths:
        folders.setdefault(path.parent, []).append(f".{path.name}.")
    for folder, starts in folders.items():
        for name in os.listdir(folder) if folder.is_dir() else ():  # noqa: PTH208
            if name.endswith((".tmp", ".old")) and name.startswith((*starts,)):
                with suppress(OSError):
                    (folder / name).unlink()


def write(
    texts: Mapping[Path, str],
    *,
    keep: Collection[Path] = (),
    remove: Iterable[Path] = (),
) -> None:
    """Write and remove all files, or none of them.

    Each text is first written to a temporary file in the same folder. When all are on
    disk, they are renamed; if one cannot be renamed, the earlier ones are restored.

    Args:
        texts: The text of each file. Missing folders are created.
        keep: Files whose old text is kept beside them as `.orig`.
        remove: Files that are removed.

    Raises:
        OSError: A file could not be written or removed; nothing was changed.
    """
    made: list[Path] = []
    temporary: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            if path not in keep:
                require_writable(look(path))
            made += _make_folder(path.parent)
            temporary[path] = _temporary(path, text)
        _replace({**temporary, **dict.fromkeys(remove)}, keep)
    except BaseException:
        for path in temporary.values():
            path.unlink(missing_ok=True)
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Give a file a name of its own while it is written; it then gets its name.

    What was removed meanwhile is not there in the end, either.

    Args:
        path: The file, which does not exist. Missing folders are created.

    Raises:
        FileExistsError: It exists now; nothing of it is changed.
        OSError: It could not be written.
    """
    made = _make_folder(path.parent)
    temporary = _temporary(path, "")
    placed = False
    try:
        yield temporary
        if temporary.exists():
            _name_new(temporary, path)
            placed = True
    finally:
        temporary.unlink(missing_ok=True)
        for folder in () if placed else reversed(made):
            with suppress(OSError):
                folder.rmdir()


def _name_new(temporary: Path, path: Path) -> None:
    """Give a file its name, and never that of another one."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # a file system without second names
        if path.exists():
            raise FileExistsError(path) from None
        temporary.rename(path)


def rewrite(texts: Mapping[Path, str]) -> None:
    """Write files that exist, all or none of them; each keeps its permissions.

    Raises:
        OSError: A file could not be written; nothing was changed.
    """
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in texts}
    write(texts)
    for path, mode in modes.items():
        path.chmod(mode)


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


def _replace(new_files: Mapping[Path, Path | None], keep: Collection[Path]) -> None:
    """Replace or remove all or none: each old file keeps a second name until then."""
    olds: dict[Path, Path | None] = {}
    try:
        for path, new in new_files.items():
            olds[path] = _second_name(path, kept=path in keep)
            if new is None:
                path.unlink(missing_ok=True)
            else:
                new.replace(path)
    except BaseException:
        for path, old in olds.items():
            if old is None:
                path.unlink(missing_ok=True)
            else:
                old.replace(path)
                old.unlink(missing_ok=True)  # renaming a file to itself is a no-op
        raise
    for path, old in olds.items():
        if old is not None and path not in keep:
            with suppress(OSError):  # all is done; the next command removes it
                old.unlink()


def _second_name(path: Path, *, kept: bool) -> Path | None:
    """Give an existing file a second name, so that replacing it loses nothing.

    Anything that is not a readable file is renamed.
    """
    there = look(path)
    if there.status == "missing":
        return None
    ending = ".orig" if kept else f".{os.getpid()}.old"
    beside = path if kept else path.with_name(f".{path.name}")
    second = unused_name(
        beside, ending, or_equal=there if there.status == "file" else None
    )
    if there.status != "file":
        path.rename(second)
    elif not second.exists():
        try:
            second.hardlink_to(path)
        except OSError:
            _copy(path, second)
    return second


def _copy(path: Path, second: Path) -> None:
    try:
        shutil.copy2(path, second)
    except BaseException:
        second.unlink(missing_ok=True)
        raise


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a folder, so that one process at a time compares and writes files in it.

    The folder is created. On systems without file locks nothing is locked.
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
        os.close(handle)  # the process that had the lock removed the folder
        _make_folder(folder)
