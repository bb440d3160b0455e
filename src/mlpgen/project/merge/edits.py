"""Merges the edits of a person into what is rendered now."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.output import files, header, ipynb
from mlpgen.project.existing_files import request_of
from mlpgen.project.merge import texts, unedited
from mlpgen.project.merge.bases import base

if TYPE_CHECKING:
    from pathlib import Path

    from mlpgen.output.files import Change
    from mlpgen.project.destination import Destination

MERGED = "merged"
CONFLICT = "conflict"
"""The status of a file that is written with edits, and of one with git's markers."""
_MARKER = re.compile(r"^(?:<{7}|>{7})(?: |$)", re.MULTILINE)
NO_BASE = "what was rendered before the edit is in no commit, and was not kept"


class Result(NamedTuple):
    """What a merge makes of a file.

    Attributes:
        change: The change, with its new status.
        text: The text that the file is to have, if it is written.
        kept: The unedited text to keep beside it, with its path.
        why: Why it was not merged, or what is in conflict.
    """

    change: Change
    text: str
    kept: tuple[tuple[Path, str], ...] = ()
    why: str = ""


def merged(change: Change, text: str, destination: Destination) -> Result:
    """Merge the edits in a file into what is rendered.

    Args:
        change: The file compared with what is rendered.
        text: What is rendered.
        destination: Where the files go, and what renders them.

    Raises:
        SpecError: There is no git, or it cannot merge such texts.
        DamagedHeaderError: The options in the header cannot be read.
    """
    if change.status not in ("edited", files.WITH_EDITS):
        return Result(change, text)
    if change.status == files.WITH_EDITS:
        return Result(change, text, _kept(change.path, text))
    if why := _refusal(change):
        return Result(change, text, why=why)
    before = _base(change, text, destination)
    if before is None:
        return Result(change, text, why=NO_BASE)
    done = texts.merge_python(change.old, before, text)
    if done.text == header.slotted(text):
        return Result(change._replace(status="stale"), text)
    made = header.stamp_edited(done.text, text, known=not done.conflicts)
    status = CONFLICT if done.conflicts else MERGED
    new = change._replace(status=status)
    return Result(new, made, _kept(change.path, text), done.why)


def _refusal(change: Change) -> str:
    """Say why the edits of a file cannot be merged; empty if they can."""
    if change.path.suffix == ipynb.SUFFIX:
        return "notebooks are not merged"
    if owner := _owner(change):
        return f"it is of the spec `{owner}`"
    if marker := _MARKER.search(change.old):
        line = change.old.count("\n", 0, marker.start()) + 1
        return f"resolve the conflict in line {line} first"
    return texts.damage(change.old)


def _owner(change: Change) -> str:
    """Return the other spec that made a file; empty if it is the same one."""
    old, new = header.read(change.old), header.read(change.new)
    specs = [each.origin.spec for each in (old, new) if each and each.origin]
    if len(specs) != 2 or specs[0] == specs[1]:
        return ""
    owner = change._replace(status="foreign").owner
    return owner if files.is_file(owner) else ""


def _base(change: Change, text: str, destination: Destination) -> str | None:
    """Return what was rendered before a file was edited; None if it is not known."""
    found, now = header.read(change.old), header.read(text)
    if found is None or now is None:
        return None
    if found.code_hash == now.code_hash:
        return text
    request = found.origin and request_of(change.path, found.origin)
    return base(change.path, found.code_hash, request, destination)


def _kept(path: Path, text: str) -> tuple[tuple[Path, str], ...]:
    """Return the unedited text that is to be kept, if it is not yet."""
    found = header.read(text)
    if found is None or unedited.kept(path, found.code_hash) == text:
        return ()
    return ((unedited.kept_path(path, found.code_hash), text),)
