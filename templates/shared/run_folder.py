"""The folder of a run: it belongs to one training, and has nobody else's files."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from checkpoint import config_of, has_run
from data_common import named
from errors import RunError

WRITTEN = (
    *("config.json", "data.json", "metrics.csv", "confusion.csv", "thresholds.csv"),
    *("curves.png", "confusion.png", "mistakes.png", "places.png", "restored.png"),
    *("results.png", "target_scores.csv"),
)
"""What else a training writes into its folder."""


def check_files(folder: Path, names: Sequence[str] = WRITTEN) -> None:
    """See that a folder has no file of somebody that a training would write over.

    What a run has left that ended before it kept anything may go.
    """
    found = [name for name in names if (folder / name).exists()]
    if found and not is_of_run(folder):
        said = f"{folder} has {named(found)} that no training wrote"
        raise RunError(f"{said}: --out names another folder for the run")


def is_of_run(folder: Path) -> bool:
    """Tell whether a training has written a folder's config.json."""
    return {"command", "settings", "torch"} <= config_of(folder).keys()


def is_plot(path: Path) -> bool:
    """Tell whether matplotlib has drawn a picture."""
    try:
        with path.open("rb") as file:
            return b"Matplotlib" in file.read(500)
    except OSError:
        return False


def check_folder(folder: Path) -> None:
    """See that a run can have a folder of a name."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not there.is_dir():
        raise RunError(f"--out {folder}: {there} is a file, and a run gets a folder")


def taken(folder: Path, *, anew: bool) -> IO[str]:
    """Make the folder of a run, in which no other training writes while this lives."""
    if anew and not has_run(folder):
        check_files(folder)
    folder.mkdir(parents=True, exist_ok=True)
    lock = locked(folder / "lock")
    if anew and has_run(folder):
        raise RunError(f"{folder} has a run already: --resume {folder} goes on with it")
    return lock


def locked(path: Path) -> IO[str]:
    """Lock a file for as long as this process lives, or the file is open."""
    file = path.open("a")  # a file of somebody keeps what is in it
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        file.close()
        said = f"another training writes into {path.parent}: see --out"
        raise RunError(said) from None
    except OSError:
        pass  # a file system without locks
    return file
