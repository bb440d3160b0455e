"""Files of a renamed spec: the old path of each file that it makes now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.names.modules import KINDS
from mlpgen.output import header, ipynb
from mlpgen.project.request import real_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from mlpgen.project.drift import Comparison
    from mlpgen.project.existing_files import ExistingFile

_FORMS = ("{}.py", *(f"{kind}_{{}}.py" for kind in KINDS), f"{{}}{ipynb.SUFFIX}")
"""The names of the files of a spec, by the stem of its model."""
_UNEDITED = ("current", "stale")
"""New files that may have been rendered before the edits of old ones were settled."""


def moves(found: Comparison) -> dict[Path, ExistingFile]:
    """Find which new files are old ones of the same spec, which has a new `name`.

    Args:
        found: The generated files compared with what is rendered.

    Returns:
        The old file of each new path; old files name their spec in their headers.
    """
    new: dict[tuple[Path, str], list[Path]] = {}
    missing = {each.path for each in found.changes if each.status == "missing"}
    unedited = {each.path for each in found.changes if each.status in _UNEDITED}
    for path in (*missing, *unedited):
        for request in found.requests[path]:
            at = path.parent, real_path(request.spec)
            new.setdefault(at, []).append(path)
    old: dict[tuple[Path, str], list[ExistingFile]] = {}
    for file in (each.file for each in found.unmade):
        if file.request and file.request.spec != "-":
            at = file.path.parent, real_path(file.request.spec)
            old.setdefault(at, []).append(file)
    return {
        path: file
        for at, files in old.items()
        for path, file in _paired(new.get(at, []), files)
        if path in missing or _is_edited(file)
    }


def _is_edited(file: ExistingFile) -> bool:
    return file.header is not None and header.is_edited(file.text, file.header)


def _paired(
    new: Sequence[Path], old: Sequence[ExistingFile]
) -> Iterable[tuple[Path, ExistingFile]]:
    """Pair the files of one spec in one folder, model with model and so on."""
    names = {each.path.name: each for each in old}
    stem, last = _stem({path.name for path in new}), _stem(names.keys())
    if not stem or not last:
        return []
    folder = new[0].parent
    forms = {form.format(stem): form.format(last) for form in _FORMS}
    return [
        (folder / name, names[before])
        for name, before in forms.items()
        if folder / name in new and before in names
    ]


def _stem(names: Iterable[str]) -> str:
    """Return the stem of the model that most of the files belong to."""
    every = {*names}
    parts = [form.split("{}") for form in _FORMS]
    stems = {
        name.removeprefix(start).removesuffix(end)
        for name in every
        for start, end in parts
        if name.startswith(start) and name.endswith(end)
    }
    counts = {
        stem: sum(form.format(stem) in every for form in _FORMS) for stem in stems
    }
    most = max(counts.values(), default=0)
    found = sorted(stem for stem in counts if counts[stem] == most)
    return min(found, key=len, default="")
