"""Specs in two versions: two files, or a file now and in a revision of git."""

from __future__ import annotations

import os
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.project import revisions
from mlpgen.project.settings import settings as project_settings
from mlpgen.source.files import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlpgen.api import Network
    from mlpgen.project.revisions import Revision
    from mlpgen.project.settings import Settings
    from mlpgen.symbols.type_names import Setting

    Values = Mapping[str, Setting]


class Version(NamedTuple):
    """A spec in two versions.

    Attributes:
        names: The files, as people call them: `main:specs/net.yaml`, `specs/net.yaml`.
        old: The old network; None if the spec is new.
        new: The new network; None if the spec is gone.
    """

    names: tuple[str, str]
    old: Network | None
    new: Network | None


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
    yield Version((old, new), one, other)


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
    there = {os.path.normpath(each) for each in files}
    made = [_version(found, each, settings) for each in files]
    lost = [
        Version((found.shown(each), each), old, None)
        for each in revisions.paths(found, project.root)
        if each not in there and _fits(os.path.relpath(each, project.root), project)
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
    return Version(names, old, api.load(spec, settings[1]))


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
