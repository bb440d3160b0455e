"""Specs in two versions: two files, or a file now and in a revision of git."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.changes.renames import gone_specs, old_path, renames
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.graph.entries.custom_classes import custom_classes
from mlpgen.project import revisions
from mlpgen.project.settings import settings as project_settings
from mlpgen.source.files import UnreadableError, content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mlpgen.api import Network
    from mlpgen.project.revisions import Revision
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
        renamed: Whether the file had another name in the revision.
    """

    names: tuple[str, str]
    old: Network | None
    new: Network | None
    modules: frozenset[str] = frozenset()
    renamed: bool = False

    @property
    def spec(self) -> str:
        """The file, as it is now."""
        return self.names[1]

    @property
    def note(self) -> str:
        """What to say of its name: that it is another one than it was; or nothing."""
        return f"{self.names[0]} is now {self.names[1]}" if self.renamed else ""


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
            new = api.load(spec, settings[1])
            yield _version(found, spec, new, settings[0])
        return
    files = project_settings().spec_files()
    networks = {each: api.load(each, settings[1]) for each in files}
    gone = gone_specs(found, files, settings[0])
    new_files = [each for each in files if not _was_there(found, each)]
    renamed = renames([(each, networks[each]) for each in new_files], gone)
    old_paths = {each: each for each in files if each not in new_files} | renamed
    for spec, new in networks.items():
        yield _pair(found, (old_paths.get(spec, ""), spec), new, settings[0])
    for each in gone:
        if each.path not in renamed.values():
            yield Version((found.shown(each.path), each.path), each.network, None)


def at_revision(name: str, spec: str, new: Network, settings: Values) -> Version:
    """Load a spec as it was in a revision of git, perhaps by another name.

    Args:
        name: The revision.
        spec: The spec, as it is called now.
        new: Its network now.
        settings: New defaults for the parameters of the old one.

    Raises:
        SpecError: There is no such revision, or the old spec has mistakes.
    """
    found = revisions.find(name, spec)
    return _version(found, spec, new, settings)


def _version(found: Revision, spec: str, new: Network, settings: Values) -> Version:
    there = _was_there(found, spec)
    path = spec if there else old_path(found, spec, new, settings)
    return _pair(found, (path, spec), new, settings)


def _was_there(found: Revision, spec: str) -> bool:
    try:
        revisions.content(found, spec)
    except UnreadableError:
        return False
    return True


def _pair(
    found: Revision, paths: tuple[str, str], new: Network, settings: Values
) -> Version:
    """Load a spec as it was, from the path that it had; none if this is empty."""
    path, spec = paths
    if not path:
        return Version((found.shown(spec), spec), None, new)
    old = revisions.load(found, path, settings)
    then = partial(revisions.content, found)
    modules = _modules((old, new), paths, (then, _now))
    return Version((found.shown(path), spec), old, new, modules, path != spec)


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
