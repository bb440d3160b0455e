"""The status of a generated file, and what to do about it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.output import files, header, ipynb

if TYPE_CHECKING:
    from pathlib import Path

    from mlpgen.project.existing_files import ExistingFile


class Verdict(NamedTuple):
    """The status of one file.

    Attributes:
        path: The file.
        status: `current`, `current with edits`, `stale`, `edited`, `missing`, `orphan`,
            `conflicted`, `reformatted`, `foreign`, `damaged`, `blocked`, `unreadable`,
            or `unknown` for one made from standard input.
        advice: What is wrong, and what to do.
        diff: The lines of a diff from the file to what it should be; from what the spec
            says to the file, if its edits are meant to stay.
        spec: The spec that makes it; empty for none, and for shared modules.
    """

    path: Path
    status: str
    advice: str = ""
    diff: tuple[str, ...] = ()
    spec: str = ""

    @property
    def wrong(self) -> bool:
        """Whether there is something to do."""
        return self.status not in ("current", "unknown", files.WITH_EDITS)


def of_rendered(change: files.Change, command: str) -> Verdict:
    """Judge a file that a spec makes.

    Args:
        change: The file compared with what is rendered.
        command: The command that renders it.
    """
    advice = _advice(change, command)
    return Verdict(change.path, change.status, advice, _diff(change))


def _advice(change: files.Change, command: str) -> str:
    """Say what is wrong with a file, and which command fixes it."""
    there = change.on_disk
    above = there.blocker if there.blocker != change.path else None
    match change.status:
        case "current" | files.WITH_EDITS:
            return ""
        case "missing":
            return f"write it: {command}"
        case "stale":
            return f"{_reason(change)}: {command}"
        case "edited":
            too = "the rendered code has changed too; " if _changed(change) else ""
            merge = (
                ""
                if change.path.suffix == ipynb.SUFFIX
                else f"keep it: {command} --merge, or "
            )
            home = f"move the edit into {_home(change)}"
            return f"{too}{home}, or {merge}drop it: {command} --force"
        case "reformatted":
            exclude = f'extend-exclude = ["{change.path.parent.parent.as_posix()}"]'
            said = "a formatter has changed its layout alone: exclude it by"
            return f"{said} `{exclude}`, and render again: {command} --merge"
        case "conflicted" if line := files.line_of_conflict(change.old):
            return (
                f"settle the conflict in line {line}, then keep it: {command} --merge"
            )
        case "conflicted":
            return f"git has left conflicts in it: {command} --merge"
        case "foreign":
            why, what = "a file without mlpgen's header is at this path", "move it"
            if change.owner:
                why, what = f"it is of the spec `{change.owner}`", files.OTHER_NAMES
            return f"{why}: {what}, or: {command} --force"
        case "damaged":
            return f"its header is damaged: {command} --force"
        case "unreadable" if above:
            here = above.as_posix()
            return f"`{here}` {there.why}: {_shell('chmod', 'u+rwx', here)}"
        case "unreadable":
            return f"it {there.why}: {command} --force"
        case _ if above:
            return f"{there.why}: {_moved(above)} && {command}"
    return f"{there.why}: move it, or: {command} --force"


def _reason(change: files.Change) -> str:
    if change.old == change.new:
        return "it has other line ends or a byte order mark"
    old, new = header.read(change.old), header.read(change.new)
    if old and old.format != header.FORMAT:
        age = "an older" if old.format < header.FORMAT else "a newer"
        return f"{age} version of mlpgen wrote it"
    if old and new and old.origin != new.origin:
        return "it was rendered with other options or from another path"
    return "the rendered code has changed"


def _home(change: files.Change) -> str:
    """Say where an edit of a file belongs."""
    found = header.read(change.new)
    if found is None or found.origin is not None:
        return "the spec"
    return "the project's module" if found.from_project else "a file of your own"


def _changed(change: files.Change) -> bool:
    """Tell whether the rendered code differs from the code that was edited."""
    old, new = header.read(change.old), header.read(change.new)
    return bool(old and new and old.code_hash != new.code_hash)


def _diff(change: files.Change) -> tuple[str, ...]:
    if change.on_disk.status != "file" or change.old == change.new:
        return ()
    path = change.path.as_posix()
    there = change.old
    if change.status == files.WITH_EDITS:  # only the edits differ, not the header
        there = header.stamp_edited(header.slotted(there), change.new, known=False)
    sides = (
        (there.split("\n"), f"{path} (as it is)"),
        (change.new.split("\n"), f"{path} (as the spec says)"),
    )
    if change.status == files.WITH_EDITS:
        sides = sides[::-1]
    (old, before), (new, after) = sides
    return tuple(difflib.unified_diff(old, new, before, after, lineterm=""))


def of_unrendered(found: ExistingFile, importer: Path | None = None) -> Verdict:
    """Judge a file that no spec makes.

    Args:
        found: The file.
        importer: A file that imports it.
    """
    path = found.path.as_posix()
    if found.why:
        advice = f"it {found.why}: {_shell('chmod', 'u+r', path)}"
        return Verdict(found.path, "unreadable", advice)
    if found.header is None:
        advice = f"its header is damaged, and no spec makes it: {_moved(found.path)}"
        return Verdict(found.path, "damaged", advice)
    spec = found.request.spec if found.request else ""
    edited = header.is_edited(found.text, found.header)
    if found.request and spec == "-":
        again = f"mlpgen render - --style {found.request.style} --force < SPEC"
        advice = "it was made from standard input" + f": {again}" * edited
        return Verdict(found.path, "edited" if edited else "unknown", advice)
    why = f"`{spec}` no longer makes it"
    if not found.request:
        why = "no file imports it"
        if importer is not None:
            why = "mlpgen no longer has this module"
    elif not files.is_file(spec):
        why = f"its spec `{spec}` does not exist"
    if importer is not None:
        why += f", but `{importer.as_posix()}` imports it"
        return Verdict(found.path, "orphan", why)
    # An edited file is moved, not removed.
    command = _moved(found.path) if edited else _shell("rm", path)
    return Verdict(found.path, "orphan", f"{why}: {command}")


def _moved(path: Path) -> str:
    return _shell("mv", path.as_posix(), files.unused_name(path, ".orig").as_posix())


def _shell(*words: str) -> str:
    import shlex

    return shlex.join(words)
