"""What lies beside the files that are rendered, and who still needs it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.output import files, header, shared
from mlpgen.project.existing_files import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from mlpgen.output.files import Change
    from mlpgen.project.existing_files import Found
    from mlpgen.project.target import Target

SHOWN = 3
"""Files that a line names, of many."""


class Around(NamedTuple):
    """What lies in a folder and is not rendered.

    Attributes:
        folder: The folder.
        others: Files that stay as they are.
        left: Shared modules, and files that nobody makes now.
        users: For those of these that a file imports, by their names: such a file.
    """

    folder: Path
    others: tuple[Found, ...]
    left: tuple[Found, ...]
    users: Mapping[str, Path]

    @property
    def unneeded(self) -> list[Found]:
        """What nobody makes and nobody imports."""
        return [each for each in self.left if each.path.stem not in self.users]

    def shared(self, target: Target) -> dict[Path, str]:
        """Return the shared modules that a file here imports, as they are now."""
        names = {each.path.stem for each in self.left if each.is_shared}
        needed = shared.with_needed(names.intersection(self.users), target.own)
        texts = shared.texts(needed, target.package_of(self.folder), target.own)
        return {self.folder / name: text for name, text in texts.items()}


def look_around(
    changes: Iterable[Change],
    is_gone: Callable[[Found], bool],
    *,
    force: bool = False,
    also: Iterable[Path] = (),
) -> list[Around]:
    """Look at what lies beside files that are rendered, in each of their folders.

    Args:
        changes: What happens to these files.
        is_gone: Tells of a file whether nobody makes it now.
        force: Whether those that a person has changed are overwritten.
        also: More folders.
    """
    folders: dict[Path, dict[Path, str]] = {folder: {} for folder in also}
    for each in changes:
        text = each.new if each.is_written(force=force) else each.old
        folders.setdefault(each.path.parent, {})[each.path] = text
    return [_around(folder, now, is_gone) for folder, now in folders.items()]


def _around(
    folder: Path, now: Mapping[Path, str], is_gone: Callable[[Found], bool]
) -> Around:
    there = [each for each in beside(folder) if each.path not in now]
    left = {each.path.stem: each for each in there if each.is_shared or is_gone(each)}
    others = [each for each in there if each.path.stem not in left]
    users: dict[str, Path] = {}
    if left:
        imports = {
            name: shared.imported(each.text, folder.name) for name, each in left.items()
        }
        staying = {**now, **{each.path: each.text for each in others}}
        for path, text in staying.items():
            found = shared.imported(text, folder.name)
            for name in shared.reached(found, left, imports.__getitem__):
                users.setdefault(name, path)
    return Around(folder, tuple(others), tuple(left.values()), users)


def unneeded(arounds: Iterable[Around]) -> Iterator[str]:
    """Say in a line what can be removed, and in another what a person has edited."""
    found: dict[bool, list[str]] = {False: [], True: []}
    for each in (each for around in arounds for each in around.unneeded):
        edited = each.header is None or header.is_edited(each.text, each.header)
        found[edited].append(each.path.as_posix())
    if found[False]:
        yield f"nothing makes or needs these now: rm {shlex.join(found[False])}"
    if found[True]:
        listed = ", ".join(found[True])
        yield f"nothing makes or needs these now, but they were edited: {listed}"


def outdated(
    arounds: Iterable[Around], changed: Collection[str], target: Target
) -> Iterator[str]:
    """Say in a line which files do not go with what is written, and what renders them.

    Args:
        arounds: What lies beside the files that are rendered.
        changed: The shared modules that are not as they were.
        target: Where all these go.
    """
    found = [
        (each.path.as_posix(), each.request)
        for around in arounds
        for each in around.others
        if each.request and files.is_file(each.request.spec)
        if _is_outdated(each, around.folder.name, changed, target)
    ]
    if found:
        paths = [path for path, _ in found]
        more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
        said = f"of another version than the rest: {', '.join(paths[:SHOWN])}{more}"
        yield f"{said}: {target.commands(request for _, request in found)}"


def _is_outdated(
    found: Found, folder: str, changed: Collection[str], target: Target
) -> bool:
    if found.header is None or found.header.format != header.FORMAT:
        return True
    names = shared.imported(found.text, folder) if changed else ()
    return not {*changed}.isdisjoint(shared.with_needed(names, target.own))
