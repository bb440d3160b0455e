"""Specs in two versions: two files, or a file now and in a revision of git."""

from __future__ import annotations

import os
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.graph.entries.custom_classes import custom_classes
from mlpgen.project import revisions
from mlpgen.project.settings import settings as project_settings
from mlpgen.source.files import UnreadableError, content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mlpgen.api import Network
    from mlpgen.project.revisions import Revision
    from mlpgen.project.settings import Settings
    from mlpgen.symbols.type_names import Setting

    Read = Callable[[str], bytes]
    Values = Mapping[str, Setting]


class Version(NamedTuple):
    """A spec in two versions.

    Attributes:
        names: The files, as people call them: `main:specs/net.yaml`, `specs/net.yaml`.
        old: The old network; None if the spec is new.
        new: The new network; None if the spec is gone.
        modules: The modules of custom layers, beside the spec, whose files differ.
    """

    names: tuple[str, str]
    old: Network | None
    new: Network | None
    modules: frozenset[str] = frozenset()


def of_files(
    old: str, new: str, settings: tuple[Values, Values] = ({}, {})
) -> Iterator[Version]:
    """Load two files.

    Args:
        old: The old spec.
        new: The new spec.
        settings: New defaults for the parameters of each.

    Raises:
        SpecError: A spec has mistakes.
    """
    one, other = (api.load(*pair) for pair in zip((old, new), settings, strict=True))
    modules = _modules((one, other), (old, new), (_now, _now))
    yield Version((old, new), one, other, modules)


def against_revision(
    name: str, specs: Sequence[str], settings: tuple[Values, Values] = ({}, {})
) -> Iterator[Version]:
    """Load specs as they are, and as they were in a revision of git.

    Args:
        name: The revision.
        specs: The specs; all of the project if there are none, and those that it had.
        settings: New defaults for the parameters of the old and the new ones.

    Raises:
        SpecError: There is no such revision, or a spec has mistakes.
    """
    found = revisions.find(name, specs[0] if specs else ".")
    if specs:
        for spec in specs:
            yield _version(found, spec, settings)
        return
    project = project_settings()
    files = project.spec_files()
    there = {found.path(each) for each in files}
    made = [_version(found, each, settings) for each in files]
    lost = [
        Version((found.shown(each), each), old, None)
        for each in revisions.paths(found, project.root)
        if found.path(each) not in there
        and _fits(os.path.relpath(each, project.root), project)
        for old in _networks(found, each, settings[0])
    ]
    yield from _renamed(made, lost)


def _fits(path: str, project: Settings) -> bool:
    """Tell whether a path is one of those that the project's settings mean."""
    parts = path.replace(os.sep, "/").split("/")
    return any(_matches(parts, pattern.split("/")) for pattern in project.specs)


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not parts or not pattern:
        return not parts and not pattern
    if pattern[0] == "**":
        deeper = _matches(parts[1:], pattern)
        return deeper or _matches(parts, pattern[1:])
    fits = fnmatchcase(parts[0], pattern[0])
    return fits and _matches(parts[1:], pattern[1:])


def _networks(found: Revision, path: str, settings: Values) -> Iterator[Network]:
    """Yield the network that was in a file; none if it was no right spec."""
    with suppress(SpecError):
        yield revisions.load(found, path, settings)


def _version(found: Revision, spec: str, settings: tuple[Values, Values]) -> Version:
    names = (found.shown(spec), spec)
    try:
        revisions.content(found, spec)
    except UnreadableError:
        return Version(names, None, api.load(spec, settings[1]))
    old = revisions.load(found, spec, settings[0])
    new = api.load(spec, settings[1])

    then = partial(revisions.content, found)
    return Version(names, old, new, _modules((old, new), (spec, spec), (then, _now)))


def _now(path: str) -> bytes:
    return content(path, regular=True)


def _modules(
    networks: tuple[Network, Network], specs: tuple[str, str], reads: tuple[Read, Read]
) -> frozenset[str]:
    """Return the modules of custom layers that both have, in files that differ.

    Args:
        networks: The networks.
        specs: The paths of their specs.
        reads: Reads a file of each.
    """
    one, other = (custom_classes(each.graph) for each in networks)
    found = set()
    for module in one.keys() & other.keys():
        file = f"{module.replace('.', '/')}.py"
        contents = [
            [_content(read, path) for path in _paths(spec, file)]
            for spec, read in zip(specs, reads, strict=True)
        ]
        if contents[0] != contents[1]:
            found.add(module)
    return frozenset(found)


def _paths(spec: str, file: str) -> list[str]:
    """Return where a file of the author may be: beside a spec, or generated files."""
    out = Path(project_settings().folder)
    folders = [Path(spec).parent, *(out / style for style in api.STYLES)]
    return [(folder / file).as_posix() for folder in folders]


def _content(read: Read, path: str) -> bytes | None:
    """Read a file; None if it cannot be read, or is elsewhere."""
    with suppress(UnreadableError, SpecError):
        return read(path)
    return None


def _renamed(made: list[Version], lost: list[Version]) -> Iterator[Version]:
    """Yield all versions; a file that has another name is one, by its class."""
    left = {each.old.graph.name: each for each in lost if each.old is not None}
    for each in made:
        name = each.new.graph.name if each.new else ""
        if each.old is None and name in left:
            was = left.pop(name)
            yield Version((was.names[0], each.names[1]), was.old, each.new)
        else:
            yield each
    yield from left.values()
