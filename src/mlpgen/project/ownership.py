"""Makes generated files a person's: which can be, and the setting that says so."""

from __future__ import annotations

import os
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.names.modules import shared_modules
from mlpgen.output import atomic_write, files, header, ipynb
from mlpgen.project.owned_files import path_from
from mlpgen.project.render import Loader
from mlpgen.project.request import Request
from mlpgen.project.settings import table_names
from mlpgen.project.toml_edits import with_item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.project.destination import Destination

Claims = dict[Path, list[str]]
"""The specs that make each file."""


class Taken(NamedTuple):
    """Files that are to be a person's.

    Attributes:
        files: The files.
        patterns: What `own` has to name for those that it does not name yet.
    """

    files: Sequence[Path]
    patterns: Sequence[str]


def claims(specs: Sequence[str], out: Path) -> Claims:
    """Find which specs make which files, in any style; specs with mistakes make none.

    Args:
        specs: The specs of the project.
        out: The folder of the generated files.
    """
    loader = Loader()
    found: Claims = {}
    for spec in specs:
        try:
            graph = loader.load(Request(spec, None)).graph
        except SpecError:
            continue
        for style in api.STYLES:
            for name in api.file_names(graph):
                found.setdefault(out / style / name, []).append(spec)
    return found


def taken(
    names: Sequence[str],
    made: Mapping[Path, Sequence[str]],
    destination: Destination,
    root: str,
) -> Taken:
    """Check that files can be a person's.

    Args:
        names: The paths of the files.
        made: The specs that make each file.
        destination: Where the generated files are.
        root: The folder of the project.

    Raises:
        SpecError: MG009, some cannot.
    """
    paths = [*dict.fromkeys(Path(os.path.relpath(each)) for each in names)]
    reasons = {each: _refusal(each, made.get(each, ())) for each in paths}
    if any(reasons.values()):
        raise SpecError(
            [
                Diagnostic("MG009", f"`{each.as_posix()}` {why[0]}", help=why[1])
                for each, why in reasons.items()
                if why
            ]
        )
    new = [each for each in paths if not destination.own.has(each)]
    return Taken(paths, [escape(path_from(root, each)) for each in new])


def _refusal(path: Path, specs: Sequence[str]) -> tuple[str, str] | None:
    """Say why a file cannot be a person's, and what helps; None if it can."""
    if path.suffix == ".py" and path.stem in shared_modules():
        help = f"replace it by a template: `mlpgen templates --copy {path.stem}`"
        return "is shared by all scripts of its folder", help
    if len(specs) > 1:
        return f"is made by `{specs[0]}` and by `{specs[1]}`", files.OTHER_NAMES
    if "\\" in str(path) and os.sep == "/":
        return "has a backslash in its path, which no setting can have", ""
    if specs:
        return None
    there = files.look(path)
    if there.status != "file":
        return there.why or "does not exist", ""
    try:
        made = header.read(ipynb.plain(path, there.text)) is not None
    except header.DamagedHeaderError:
        made = True
    return None if made else ("is yours already: mlpgen did not generate it", "")


def add(file: str, patterns: Sequence[str]) -> None:
    """Add patterns to `own` in a file of settings, and keep every other byte.

    Raises:
        SpecError: MG009, that needs more than an insertion.
        OSError: The file cannot be written.
    """
    path = Path(file)
    text: str | None = path.read_bytes().decode()
    for pattern in patterns:
        text = text and _with_pattern(text, table_names(file), pattern)
    if text is None:
        listed = ", ".join(f'"{each}"' for each in patterns)
        message = f"`own` cannot be added to `{path.as_posix()}` without another layout"
        help = f"add it yourself: own = [{listed}]"
        raise SpecError([Diagnostic("MG009", message, help=help)])
    atomic_write.rewrite({path: text})


def _with_pattern(text: str, table: tuple[str, ...], pattern: str) -> str | None:
    return with_item(text, table, "own", pattern)
