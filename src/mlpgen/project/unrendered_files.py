"""Files beside the rendered ones: which are imported, unneeded, or out of date."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.output import files, header
from mlpgen.output.shared_modules import (
    imported_modules,
    module_texts,
    reachable,
    with_dependencies,
)
from mlpgen.project.existing_files import python_files

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from mlpgen.output.files import Change
    from mlpgen.project.destination import Destination
    from mlpgen.project.existing_files import ExistingFile

SHOWN = 3
"""How many files a note names."""


class UnrenderedFiles(NamedTuple):
    """The Python files of a folder that are not being rendered.

    Attributes:
        folder: The folder.
        kept: The files that stay as they are.
        leftover: Shared modules, and files that no spec makes any more.
        importers: For each leftover file that is still imported, by its stem: one of
            the files that import it.
    """

    folder: Path
    kept: tuple[ExistingFile, ...]
    leftover: tuple[ExistingFile, ...]
    importers: Mapping[str, Path]

    @property
    def unneeded(self) -> list[ExistingFile]:
        """The leftover files that nothing imports."""
        return [each for each in self.leftover if each.path.stem not in self.importers]

    def shared(self, destination: Destination) -> dict[Path, str]:
        """Return the current texts of the shared modules that are still imported."""
        names = {each.path.stem for each in self.leftover if each.is_shared}
        templates = destination.templates
        needed = with_dependencies(names.intersection(self.importers), templates)
        package = destination.package_of(self.folder)
        texts = module_texts(needed, package, templates)
        return {self.folder / name: text for name, text in texts.items()}


def find_unrendered(
    changes: Iterable[Change],
    is_gone: Callable[[ExistingFile], bool],
    *,
    force: bool = False,
    also: Iterable[Path] = (),
) -> list[UnrenderedFiles]:
    """Find the files that are not rendered, in each folder with rendered files.

    Args:
        changes: What happens to the rendered files.
        is_gone: Tells whether no spec makes a file any more.
        force: Whether edited files are overwritten.
        also: More folders.
    """
    folders: dict[Path, dict[Path, str]] = {folder: {} for folder in also}
    for each in changes:
        text = each.new if each.is_written(force=force) else each.old
        folders.setdefault(each.path.parent, {})[each.path] = text
    return [_unrendered(folder, texts, is_gone) for folder, texts in folders.items()]


def _unrendered(
    folder: Path, texts: Mapping[Path, str], is_gone: Callable[[ExistingFile], bool]
) -> UnrenderedFiles:
    """Find the unrendered files of a folder.

    Args:
        folder: The folder.
        texts: The rendered files, with the texts that they will have.
        is_gone: Tells whether no spec makes a file any more.
    """
    found = [each for each in python_files(folder) if each.path not in texts]
    leftover = {
        each.path.stem: each for each in found if each.is_shared or is_gone(each)
    }
    kept = [each for each in found if each.path.stem not in leftover]
    importers: dict[str, Path] = {}
    if leftover:
        imports = {
            name: imported_modules(each.text, folder.name)
            for name, each in leftover.items()
        }
        staying = {**texts, **{each.path: each.text for each in kept}}
        for path, text in staying.items():
            names = imported_modules(text, folder.name)
            for name in reachable(names, leftover, imports.__getitem__):
                importers.setdefault(name, path)
    return UnrenderedFiles(folder, tuple(kept), tuple(leftover.values()), importers)


def unneeded_notes(folders: Iterable[UnrenderedFiles]) -> Iterator[str]:
    """Say which files can be removed, and which of these were edited."""
    found: dict[bool, list[str]] = {False: [], True: []}
    for each in (each for folder in folders for each in folder.unneeded):
        edited = each.header is None or header.is_edited(each.text, each.header)
        found[edited].append(each.path.as_posix())
    if found[False]:
        yield f"no longer needed: rm {shlex.join(found[False])}"
    if found[True]:
        yield f"no longer needed, but edited: {', '.join(found[True])}"


def outdated_notes(
    folders: Iterable[UnrenderedFiles],
    changed: Collection[str],
    destination: Destination,
) -> Iterator[str]:
    """Say which files do not match what is written, and how to render them again.

    Args:
        folders: The files that are not rendered.
        changed: The shared modules that are changed.
        destination: Where the files are.
    """
    found = [
        (each.path.as_posix(), each.request)
        for folder in folders
        for each in folder.kept
        if each.request and not destination.own.has(each.path)
        if files.is_file(each.request.spec)
        if _is_outdated(each, folder.folder.name, changed, destination)
    ]
    if found:
        paths = [path for path, _ in found]
        more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
        command = destination.commands(request for _, request in found)
        yield f"out of date: {', '.join(paths[:SHOWN])}{more}: {command}"


def _is_outdated(
    found: ExistingFile, folder: str, changed: Collection[str], destination: Destination
) -> bool:
    if found.header is None or found.header.format != header.FORMAT:
        return True
    names = imported_modules(found.text, folder) if changed else ()
    needed = with_dependencies(names, destination.templates)
    return not {*changed}.isdisjoint(needed)
