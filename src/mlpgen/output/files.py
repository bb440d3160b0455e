"""What is at a path, compared with the text that should be there."""

from __future__ import annotations

import os
import re
from itertools import count
from pathlib import Path
from typing import NamedTuple

from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.output import header, ipynb
from mlpgen.source.files import kind, possible

Status = str
"""`missing`, `current`, `stale`, `edited`, `foreign`, `damaged` or `unreadable`;
`blocked` if no file can be at the path; `current with edits` if a merge has put the
edits of a person into what is rendered now; `conflicted` with git's markers in it;
`reformatted` if only its layout is another one."""

WITH_EDITS = "current with edits"
KEPT = (
    "edited",
    "reformatted",
    "conflicted",
    "foreign",
    "damaged",
    "blocked",
    "unreadable",
    WITH_EDITS,
)
"""The files that are only overwritten with `--force`."""

LABELS = ("edited", "rendered now")
LABEL_OF_A_BRANCH = f"{LABELS[0]} in "
"""What a merge of edits writes beside git's markers: ours, theirs."""
_CONFLICT = re.compile(r"^<{7} .*?^={7}$.*?^>{7} ", re.MULTILINE | re.DOTALL)

OTHER_NAMES = "give one of the two specs another `name`, or another `file`"
"""What mends that two specs make the same file."""


class OnDisk(NamedTuple):
    """What is at a path.

    Attributes:
        status: `file`, `missing`, `blocked` or `unreadable`.
        data: The content of the file.
        why: Why no file can be here, or why it cannot be read.
        blocker: The path to remove: this one, or one above it that is not a folder.
    """

    status: str
    data: bytes = b""
    why: str = ""
    blocker: Path | None = None

    @property
    def text(self) -> str:
        """The text, with LF line ends; bytes that are not UTF-8 become surrogates."""
        return text_of(self.data)


def text_of(data: bytes) -> str:
    """Decode a generated file, as `OnDisk.text`."""
    text = data.decode("utf-8", "surrogateescape")
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def need_new(path: Path) -> None:
    """Check that nothing is at a path yet.

    Raises:
        SpecError: MG004.
    """
    if look(path).status != "missing":
        message = f"`{path.as_posix()}` already exists and was not changed"
        raise SpecError([Diagnostic("MG004", message)])


def look(path: Path) -> OnDisk:
    """Look at a path, without following a link, since writing replaces the link."""
    try:
        found = kind(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        above = next((each for each in path.parents if os.path.lexists(each)), None)
        if above is None or above.is_dir():
            return OnDisk("missing")
        why = f"`{above.as_posix()}` is not a folder"
        return OnDisk("blocked", why=why, blocker=above)
    except OSError as error:
        return _unreadable(path.parent, error)
    if found:
        return OnDisk("blocked", why=f"{found} is at this path", blocker=path)
    return read(path)


def read(path: Path) -> OnDisk:
    """Read a file."""
    try:
        return OnDisk("file", path.read_bytes())
    except OSError as error:
        return _unreadable(path, error)


def _unreadable(path: Path, error: OSError) -> OnDisk:
    return OnDisk("unreadable", why=f"cannot be read ({error.strerror})", blocker=path)


class Change(NamedTuple):
    """A file compared with the text that should be in it."""

    path: Path
    status: Status
    old: str
    new: str
    on_disk: OnDisk

    def is_written(self, *, force: bool) -> bool:
        """Tell whether the file is written.

        Args:
            force: Whether edited files are overwritten.
        """
        return self.status != "current" and (force or self.status not in KEPT)

    @property
    def owner(self) -> str:
        """The other spec that made the file, if it is one of another spec."""
        found = header.read(self.old) if self.status == "foreign" else None
        return spec_at(self.path, _spec(found)) if found else ""


def line_of_conflict(text: str) -> int:
    """Return the line of the first conflict of edits with what was rendered, else 0."""
    lines = enumerate(text.split("\n"), 1)
    begins = (f"<<<<<<< {LABELS[0]}", f"<<<<<<< {LABEL_OF_A_BRANCH}")
    return next(
        (n for n, line in lines if line == begins[0] or line.startswith(begins[1])), 0
    )


def require_writable(there: OnDisk) -> None:
    """Refuse to write where something is that cannot be kept under another name.

    Raises:
        OSError: No file can be here, or the existing file cannot be read.
    """
    if there.status == "blocked":
        raise FileExistsError(17, there.why, str(there.blocker))
    if there.status == "unreadable":
        raise PermissionError(13, there.why, str(there.blocker))


def is_file(name: str) -> bool:
    """Tell whether a file exists; the name may be any text, such as one in a header."""
    return possible(name) and os.path.isfile(name)  # noqa: PTH113 - `Path` may raise


def is_folder(path: Path) -> bool:
    """Tell whether a folder exists."""
    return os.path.isdir(path)  # noqa: PTH112 - `Path` raises without permission


def compare(path: Path, new: str) -> Change:
    """Compare a file with a rendered text; outputs of notebooks are ignored."""
    there = look(path)
    wanted = ipynb.plain(path, new)
    if there.status != "file":
        return Change(path, there.status, "", wanted, there)
    old = ipynb.plain(path, there.text)
    data = new.encode()
    on_windows = data.replace(b"\n", b"\r\n")  # as git writes it with `autocrlf`
    same = there.data in (data, on_windows) or ipynb.was_run(path, there.data, new)
    status = "current" if same else _status(path, old, wanted)
    return Change(path, status, old, wanted, there)


def _status(path: Path, old: str, new: str) -> Status:
    conflict = header.MARK in old and _CONFLICT.search(old) is not None
    try:
        found = header.read(old)
    except header.DamagedHeaderError:
        return "conflicted" if conflict else "damaged"
    if found is None:
        return "conflicted" if conflict else "foreign"
    wanted = header.read(new)
    if header.is_edited(old, found):
        if conflict:
            return "conflicted"
        if wanted and found.code_hash == wanted.code_hash:
            return _of_edited(path, old, new)
        return "edited"
    spec = _spec(found)
    same = wanted is not None and _spec(wanted) == spec
    if not same and spec != "-" and is_file(spec_at(path, spec)):
        return "foreign"
    return "stale"


def _of_edited(path: Path, old: str, new: str) -> Status:
    """Return the status of an edited file whose code was rendered as it is now."""
    found = header.read(old)
    if found and header.holds_known_edits(old, found):
        return WITH_EDITS if found._replace(edits="") == header.read(new) else "edited"
    if path.suffix == ".py":
        from mlpgen.output.reformatted import is_reformatted

        if is_reformatted(old, new):
            return "reformatted"
    return "edited"


def spec_at(path: Path, spec: str) -> str:
    """Return the path of the spec that the header of a file names."""
    return Path(os.path.normpath(path.parent / spec)).as_posix()


def _spec(found: header.Header) -> str:
    """Return the spec that a header names; `-` if it names none."""
    return found.origin.spec if found.origin else "-"


def unused_name(path: Path, ending: str, *, or_equal: OnDisk | None = None) -> Path:
    """Return an unused name: the path's with an ending, and a number if needed.

    Args:
        path: The path.
        ending: The ending to append.
        or_equal: A file; the name of an equal copy may be returned.
    """
    name = found = path.with_name(f"{path.name}{ending}")
    for number in count(1):
        if not os.path.lexists(found) or (or_equal and look(found) == or_equal):
            break
        found = name.with_name(f"{name.name}.{number}")
    return found
