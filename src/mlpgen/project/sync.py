"""Makes the generated files what the specs say: which are written, moved, removed.

What a person edited is never touched: such files are named, and stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.output import atomic_write, files, header, ipynb
from mlpgen.output.shared_modules import imported_modules, reachable
from mlpgen.project import verdict
from mlpgen.project.merge import unedited
from mlpgen.project.merge.edits import CONFLICT, MERGED, SETTLED, Result, results_of
from mlpgen.project.moves import moves

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from mlpgen.project.destination import Destination
    from mlpgen.project.drift import Comparison, Unmade
    from mlpgen.project.existing_files import ExistingFile
    from mlpgen.project.unrendered_files import UnrenderedFiles

_CURRENT = ("current", files.WITH_EDITS)
_MOVE_EDIT = "move the edit there with `mlpgen sync --merge`, or remove this file"
_DONE = {"missing": "written", "stale": "updated", MERGED: MERGED, SETTLED: SETTLED}


class FileStep(NamedTuple):
    """What happens to one file.

    Attributes:
        path: The file.
        status: `written`, `updated`, `merged`, `settled`, `moved` or `removed`; else
            what is wrong with it, as `check` says, or `conflict`.
        about: Where it was before, or what a person should do.
    """

    path: Path
    status: str
    about: str = ""

    @property
    def needs_person(self) -> bool:
        """Whether mlpgen does not know what to do with it."""
        return self.status not in (*_DONE.values(), "moved", "removed")


class Sync(NamedTuple):
    """What makes the generated files what the specs say.

    Attributes:
        steps: What happens to each file that is not as it should be.
        texts: The new text of each file that is written.
        removed: The files that are removed.
        current: How many files are as they should be.
        imported: The files that no spec makes, but that edited ones import.
    """

    steps: Sequence[FileStep]
    texts: Mapping[Path, str]
    removed: Sequence[Path]
    current: int
    imported: Sequence[Path]

    def write(self) -> None:
        """Write and remove all files or none.

        Raises:
            OSError: A file could not be written or removed; nothing was changed.
        """
        atomic_write.remove_leftovers([*self.texts, *self.removed])
        atomic_write.write(self.texts, remove=self.removed)
        unedited.clean({**self.texts, **dict.fromkeys(self.removed, "")})


def planned(found: Comparison, destination: Destination, *, merge: bool) -> Sync:
    """Decide what happens to each file.

    Args:
        found: The files compared with what is rendered.
        destination: Where the files are.
        merge: Whether edits are merged into what is rendered.

    Raises:
        SpecError: MG008, edits are to be merged without git.
    """
    before = moves(found)
    results = _results(found, before if merge else {}, destination, merge=merge)
    written = [each for each in results if each.change.is_written(force=False)]
    texts = {each.change.path: each.text for each in written}
    texts |= {path: text for each in results for path, text in each.kept}
    along = {
        before[each.change.path].path
        for each in written
        if each.change.path in before and each.change.status in (MERGED, CONFLICT)
    }
    removable = {each.file.path for each in found.unmade if _is_removable(each)}
    removable |= along
    imported = {path for each in found.folders for path in _imported(each, removable)}
    removed = removable - imported
    steps = [
        *(_step(each, found, before, removed, destination) for each in results),
        *_steps_of_unmade(found.unmade, before, removable, removed),
    ]
    wrong = [each for each in steps if each.status not in _CURRENT]
    current = sum(each.change.status in _CURRENT for each in results)
    in_order = sorted(wrong, key=lambda each: each.path)
    left = sorted(removable & imported)
    return Sync(in_order, texts, sorted(removed), current, left)


def _results(
    found: Comparison,
    before: Mapping[Path, ExistingFile],
    destination: Destination,
    *,
    merge: bool,
) -> list[Result]:
    """Settle conflicts and merge edits, also those in old files of a renamed spec."""
    pairs = [
        (_with_edits(each, before.get(each.path)), found.texts[each.path])
        for each in found.changes
    ]
    results = results_of(pairs, destination, merge=merge)
    both = zip(results, found.changes, strict=True)
    return [_along(result, change, found.texts[change.path]) for result, change in both]


def _with_edits(change: files.Change, old: ExistingFile | None) -> files.Change:
    """Return the change of an edited file that a new one takes the place of."""
    if old is None or old.header is None or not header.is_edited(old.text, old.header):
        return change
    return change._replace(path=old.path, status="edited", old=old.text)


def _along(result: Result, change: files.Change, text: str) -> Result:
    """Put what was merged of an old file into the new one."""
    if result.change.path == change.path:
        return result
    stamp = header.read(text)
    if stamp is None or result.change.status not in (MERGED, CONFLICT):
        return Result(change, text)
    at = unedited.kept_path(change.path, stamp.code_hash)
    new = result.change._replace(path=change.path)
    return result._replace(
        change=new, kept=tuple((at, base) for _, base in result.kept)
    )


def _is_removable(each: Unmade) -> bool:
    """Tell whether a file that no spec makes can go, with nothing of a person in it."""
    found, importer = each
    if found.why or found.header is None or importer is not None:
        return False
    if found.path.is_symlink():  # a person made it
        return False
    if found.request and found.request.spec == "-":
        return False
    return not (
        header.is_edited(found.text, found.header) or ipynb.has_outputs(found.path)
    )


def _imported(folder: UnrenderedFiles, removable: Collection[Path]) -> list[Path]:
    """Return the files that no spec makes, but that edited ones import."""
    every = {each.path.stem: each for each in folder.leftover}
    imports = {
        stem: imported_modules(each.text, folder.folder.name)
        for stem, each in every.items()
    }
    staying = (stem for stem, each in every.items() if each.path not in removable)
    names = {name for stem in staying for name in imports[stem]}
    return [every[name].path for name in reachable(names, every, imports.__getitem__)]


def _step(
    result: Result,
    found: Comparison,
    before: Mapping[Path, ExistingFile],
    removed: Collection[Path],
    destination: Destination,
) -> FileStep:
    """Say what happens to a file that a spec makes."""
    change = result.change
    old = before.get(change.path)
    if old and old.path in removed and change.status in _DONE:
        return FileStep(change.path, "moved", f"it was {old.path.as_posix()}")
    if change.status in _DONE:
        return FileStep(change.path, _DONE[change.status], _renamed(change))
    command = destination.command(*found.requests[change.path])
    about = result.why or verdict.of_rendered(change, command).advice
    return FileStep(change.path, change.status, about)


def _renamed(change: files.Change) -> str:
    """Say that the spec of a file has another path now."""
    found = map(header.origin_of, (change.old, change.new))
    names = [each.spec for each in found if each]
    if len(names) < 2 or names[0] in (names[1], "-"):
        return ""
    return f"its spec was {files.spec_at(change.path, names[0])}"


def _steps_of_unmade(
    unmade: Sequence[Unmade],
    before: Mapping[Path, ExistingFile],
    removable: Collection[Path],
    removed: Collection[Path],
) -> Iterator[FileStep]:
    """Say what happens to the files that no spec makes."""
    now = {old.path: new for new, old in before.items()}
    for each in unmade:
        path = each.file.path
        judged = verdict.of_unrendered(*each)
        if path in removed and path not in now:
            yield FileStep(path, "removed")
        elif path in removable or not judged.wrong:
            continue
        elif path in now:
            new = now[path].as_posix()
            yield FileStep(path, "edited", f"{new} takes its place; {_MOVE_EDIT}")
        else:
            yield FileStep(path, judged.status, f"{judged.advice}{_only_here(each)}")


def _only_here(each: Unmade) -> str:
    """Say that the edits of a file that no spec makes have not moved along."""
    found = each.file
    edited = found.header and header.is_edited(found.text, found.header)
    return "; the edits in it are in no other file" if edited else ""
