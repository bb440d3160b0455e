"""What was rendered before a person edited it: kept beside the file, for later merges.

`.unedited/net.py.64d018da2a44f312.txt` is the text whose code has this hash. It is
committed with the file, so a merge needs neither git's history nor the mlpgen of then.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from mlpgen.output import files, header

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FOLDER = ".unedited"


def kept_path(path: Path, code_hash: str) -> Path:
    """Return where the unedited text of a file is kept."""
    return path.parent / FOLDER / f"{path.name}.{code_hash}.txt"


def kept(path: Path, code_hash: str) -> str | None:
    """Return the unedited text of a file, if it is kept and is the one."""
    there = files.look(kept_path(path, code_hash))
    fits = there.status == "file" and is_unedited(there.text, code_hash)
    return there.text if fits else None


def is_unedited(text: str, code_hash: str) -> bool:
    """Tell whether a text is what was rendered, with this hash of its code."""
    try:
        found = header.read(text)
    except header.DamagedHeaderError:
        return False
    same = found is not None and found.code_hash == code_hash
    return found is not None and same and not header.is_edited(text, found)


def clean(texts: Mapping[Path, str]) -> None:
    """Remove the kept texts that no merge needs any more.

    Args:
        texts: The new texts of files.
    """
    for path, text in texts.items():
        if not files.is_folder(path.parent / FOLDER):
            continue
        found = header.read(text)
        needed = found and header.is_edited(text, found) and found.code_hash
        for each in _every(path):
            if not needed or each != kept_path(path, needed):
                each.unlink(missing_ok=True)
        with suppress(OSError):
            (path.parent / FOLDER).rmdir()  # only if it is empty


def _every(path: Path) -> Iterator[Path]:
    """Yield all kept texts of a file."""
    of_this = re.compile(rf"{re.escape(path.name)}\.[0-9a-f]{{16}}\.txt")
    for each in sorted((path.parent / FOLDER).glob("*.txt")):
        if of_this.fullmatch(each.name):
            yield each
