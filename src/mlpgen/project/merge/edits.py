"""Merges the edits of a person into what is rendered now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.output import files, header, ipynb
from mlpgen.output.reformatted import is_reformatted
from mlpgen.project.merge import branches, texts, unedited
from mlpgen.project.merge.bases import base
from mlpgen.project.merge.sides import Rendered, with_edits
from mlpgen.project.merge.texts import Merged

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mlpgen.output.files import Change
    from mlpgen.project.destination import Destination

MERGED, CONFLICT, SETTLED = "merged", "conflict", "settled"
"""The status of a file that is written with edits, with git's markers around them, or
without markers that git had left."""
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


def results_of(
    pairs: Iterable[tuple[Change, str]], destination: Destination, *, merge: bool
) -> list[Result]:
    """Merge the edits in files, and settle what git has left in them.

    Args:
        pairs: The files compared with what is rendered, and that.
        destination: Where the files go, and what renders them.
        merge: Whether edits are merged; else only conflicts without edits are settled.

    Raises:
        SpecError: There is no git, or it cannot merge such texts.
    """
    return [
        _settled(change, text, destination, merge=merge)
        if change.status == "conflicted"
        else _merged(change, text, destination)
        if merge
        else Result(change, text)
        for change, text in pairs
    ]


def _merged(change: Change, text: str, destination: Destination) -> Result:
    """Merge the edits in a file into what is rendered."""
    if change.status == "reformatted":
        return Result(change._replace(status="stale"), text)
    if change.status not in ("edited", files.WITH_EDITS):
        return Result(change, text)
    if change.status == files.WITH_EDITS:
        return Result(change, text, _kept(change.path, text))
    if why := _refusal(change):
        return Result(change, text, why=why)
    before = _base(change, text, destination)
    if before is None:
        return Result(change, text, why=NO_BASE)
    if is_reformatted(change.old, before):
        return Result(change._replace(status="stale"), text)
    done = texts.merge_python(change.old, before, text)
    if done.text == header.slotted(text):
        return Result(change._replace(status="stale"), text)
    made = header.stamp_edited(done.text, text, known=not done.conflicts)
    status = CONFLICT if done.conflicts else MERGED
    new = change._replace(status=status)
    return Result(new, made, _kept(change.path, text), done.why)


def _settled(
    change: Change, text: str, destination: Destination, *, merge: bool
) -> Result:
    """Render a file again in which git has left conflicts of branches."""
    if line := files.line_of_conflict(change.old):
        return Result(change, text, why=f"settle the conflict in line {line} first")
    found = branches.sides(change.path, change.on_disk.text)
    if found is None:
        return Result(change, text, why="settle it by hand, since it was changed since")
    done: Merged | None = Merged(text)
    if any(each.is_edited for each in found):
        if not merge:
            return Result(change, text, why="a branch has edits, which --merge keeps")
        done = with_edits(change.path, Rendered(text, destination), found)
    if done is None:
        return Result(change, text, why=NO_BASE)
    if done.text == text:
        return Result(change._replace(status=SETTLED), text)
    new = change._replace(status=CONFLICT if done.conflicts else MERGED)
    return Result(new, done.text, _kept(change.path, text), done.why)


def _refusal(change: Change) -> str:
    """Say why the edits of a file cannot be merged; empty if they can."""
    if change.path.suffix == ipynb.SUFFIX:
        return "notebooks are not merged"
    if owner := _owner(change):
        return f"it is of the spec `{owner}`"
    return texts.damage(change.old)


def _owner(change: Change) -> str:
    """Return the other spec that made a file; empty if it is the same one."""
    found = map(header.origin_of, (change.old, change.new))
    specs = [each.spec for each in found if each]
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
    return base(change.path, found, destination)


def _kept(path: Path, text: str) -> tuple[tuple[Path, str], ...]:
    """Return the unedited text that is to be kept, if it is not yet."""
    found = header.read(text)
    if found is None or unedited.kept(path, found.code_hash) == text:
        return ()
    return ((unedited.kept_path(path, found.code_hash), text),)
