"""What a render writes: the changes to files, and notes about the files beside them."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.output import atomic_write, files
from mlpgen.project.merge import unedited
from mlpgen.project.render import files_of
from mlpgen.project.request import real_path
from mlpgen.project.unrendered_files import (
    find_unrendered,
    outdated_notes,
    unneeded_notes,
)

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from pathlib import Path

    from mlpgen.output.files import Change
    from mlpgen.project.destination import Destination
    from mlpgen.project.existing_files import ExistingFile
    from mlpgen.project.owned_files import OwnedFiles
    from mlpgen.project.render import Loader, RenderedFile
    from mlpgen.project.request import Request


class PendingWrite(NamedTuple):
    """Files that are ready to be written.

    Attributes:
        changes: What happens to each file.
        texts: The rendered texts.
        notes: Notes about other files.
        force: Whether edited files are overwritten.
        kept: The unedited texts that are kept for later merges, by their paths.
        why: Why edited files are not merged, or are in conflict.
    """

    changes: Sequence[Change]
    texts: Mapping[Path, str]
    notes: Sequence[str]
    force: bool
    kept: Mapping[Path, str] = MappingProxyType({})
    why: Mapping[Path, str] = MappingProxyType({})

    def write(self) -> None:
        """Write all files or none; remove unedited texts that no merge needs."""
        new = {
            change.path: self.texts[change.path]
            for change in self.changes
            if change.is_written(force=self.force)
        }
        kept = {each.path for each in self.changes if each.status in files.KEPT}
        atomic_write.remove_leftovers(self.texts)
        atomic_write.write({**new, **self.kept}, keep=kept)
        unedited.clean(new)


def prepare_write(
    requests: Sequence[Request],
    rendered: Mapping[Path, RenderedFile],
    destination: Destination,
    loader: Loader,
    *,
    force: bool,
    merge: bool = False,
) -> PendingWrite:
    """Compare rendered files with those on disk.

    Args:
        requests: The requests.
        rendered: The files rendered for them.
        destination: Where the files go.
        loader: The loader that has read the specs.
        force: Whether edited files are overwritten.
        merge: Whether edits are merged into what is rendered.

    Raises:
        OSError: No file can be at one of the paths, and `force` is not set.
        SpecError: MG008, edits are to be merged without git.
    """
    texts = {path: each.text for path, each in rendered.items()}
    changes = [_change(path, text, force=force) for path, text in texts.items()]
    made = _paths(requests, destination, loader)
    is_gone = partial(_is_gone, made, requests, destination.own)
    folders = find_unrendered(changes, is_gone, force=force)
    for folder in folders:
        more = folder.shared(destination).items() - texts.items()
        changes += [_change(path, text, force=force) for path, text in sorted(more)]
        texts.update(more)
    kept: dict[Path, str] = {}
    why: dict[Path, str] = {}
    if merge or any(each.status == "conflicted" for each in changes):
        from mlpgen.project.merge.edits import results_of

        pairs = [(each, texts[each.path]) for each in changes]
        results = results_of(pairs, destination, merge=merge)
        changes = [each.change for each in results]
        texts |= {each.change.path: each.text for each in results}
        kept = {path: text for each in results for path, text in each.kept}
        why = {each.change.path: each.why for each in results if each.why}
    changed = {
        each.path.stem
        for each in changes
        if each.status != "missing" and each.is_written(force=force)
    }
    outdated = outdated_notes(folders, changed, destination)
    notes = [*unneeded_notes(folders), *outdated]
    return PendingWrite(changes, texts, notes, force, kept, why)


def _change(path: Path, text: str, *, force: bool) -> Change:
    """Compare a file, and refuse one that cannot be written without `force`."""
    change = files.compare(path, text)
    if not force or change.on_disk.blocker != path:
        files.require_writable(change.on_disk)
    return change


def _paths(
    requests: Sequence[Request], destination: Destination, loader: Loader
) -> frozenset[Path]:
    """Return the paths of all files that the specs may make in the requested styles."""
    return frozenset(
        destination.out / (request.style or network.graph.style) / name
        for request in requests
        for network in [loader.load(request)]
        for name in files_of(network)
    )


def _is_gone(
    made: Container[Path],
    requests: Sequence[Request],
    own: OwnedFiles,
    found: ExistingFile,
) -> bool:
    """Tell whether one of the specs made a file and no longer does."""
    spec = found.request.spec if found.request else "-"
    if spec == "-" or found.path in made or own.has(found.path):
        return False
    return real_path(spec) in {real_path(each.spec) for each in requests}
