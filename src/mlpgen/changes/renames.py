"""Specs of a revision that no longer exist under their names, and what they became."""

from __future__ import annotations

import os
from contextlib import suppress
from difflib import SequenceMatcher
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.project import revisions
from mlpgen.project.settings import settings as project_settings
from mlpgen.source.files import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlpgen.api import Network
    from mlpgen.project.revisions import Revision
    from mlpgen.project.settings import Settings
    from mlpgen.symbols.type_names import Setting

    Values = Mapping[str, Setting]

ALIKE = 0.5
"""The part of equal lines from which on a file is another one renamed, as in git."""
_ENDS = (".yaml", ".yml")


class GoneSpec(NamedTuple):
    """A spec of a revision that no longer exists under its name.

    Attributes:
        path: Its path, as of the working tree.
        network: Its network.
    """

    path: str
    network: Network


def gone_specs(
    found: Revision, there: Iterable[str], settings: Values
) -> list[GoneSpec]:
    """Return the specs that a project had, and has no more.

    Args:
        found: The revision.
        there: The specs that it has.
        settings: New defaults for the parameters of the old ones.
    """
    project = project_settings()
    kept = {found.path(each) for each in there}
    return [
        GoneSpec(path, network)
        for path in revisions.paths(found, project.root)
        if found.path(path) not in kept and _fits(path, project)
        for network in _networks(found, path, settings)
    ]


def old_path(found: Revision, spec: str, new: Network, settings: Values) -> str:
    """Return the other path that a spec had in a revision; empty if it is new.

    It is the spec that is the most alike of those that are gone: of the project, in the
    folder of the new one, or with its name in another folder.

    Args:
        found: The revision.
        spec: The new spec, which the revision has not.
        new: Its network.
        settings: New defaults for the parameters of the old ones.
    """
    project, own = project_settings(), Path(found.path(spec))
    missing = [
        GoneSpec(path, network)
        for path in revisions.paths(found, found.root.as_posix())
        if path.endswith(_ENDS) and not os.path.lexists(path)
        if _fits(path, project) or _is_near(Path(found.path(path)), own)
        for network in _networks(found, path, settings)
    ]
    return next(iter(renames([(spec, new)], missing).values()), "")


def renames(
    new: Sequence[tuple[str, Network]], gone: Sequence[GoneSpec]
) -> dict[str, str]:
    """Return the old paths of specs that are renamed, by the new ones.

    A class of the same name comes first, then the part of lines that are equal.
    """
    ranked = sorted(
        (
            (-rank, at, number)
            for at, (_, network) in enumerate(new)
            for number, each in enumerate(gone)
            if (rank := _likeness(each.network, network)) >= ALIKE
        )
    )
    found: dict[int, int] = {}
    for _, at, number in ranked:
        if at not in found and number not in found.values():
            found[at] = number
    return {new[at][0]: gone[number].path for at, number in found.items()}


def _likeness(old: Network, new: Network) -> float:
    """Return from 0 to 1 how alike specs are; 1 more for a class of the same name."""
    lines = old.document.lines, new.document.lines
    part = SequenceMatcher(a=lines[0], b=lines[1], autojunk=False).ratio()
    return part + (1 if old.graph.name == new.graph.name else 0)


def _is_near(path: Path, spec: Path) -> bool:
    return path.parent == spec.parent or path.name == spec.name


def _fits(path: str, project: Settings) -> bool:
    """Tell whether a path is one of those that the project's settings mean."""
    inner = os.path.relpath(path, project.root)
    parts = inner.replace(os.sep, "/").split("/")
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
    with suppress(SpecError, UnreadableError):
        yield revisions.load(found, path, settings)
