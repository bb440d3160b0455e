"""What git's merge driver makes of a generated file that two branches changed.

It is what the merged spec renders, with the edits of both sides. Where that is not
known, the file is merged as git does, and a conflict is left for `mlpgen render`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen import api
from mlpgen.diagnostics.diagnostic import MissingPackageError, SpecError
from mlpgen.names.modules import shared_modules
from mlpgen.output import header
from mlpgen.output.files import text_of
from mlpgen.output.shared_modules import module_texts
from mlpgen.project.destination import Destination
from mlpgen.project.existing_files import request_of
from mlpgen.project.merge import texts
from mlpgen.project.merge.merged_files import branch_names, merged_files
from mlpgen.project.merge.sides import Rendered, Side, side, with_edits
from mlpgen.project.merge.texts import Merged
from mlpgen.project.settings import settings
from mlpgen.source.files import held

if TYPE_CHECKING:
    from pathlib import Path

    from mlpgen.output.header import Origin
    from mlpgen.project.merge.merged_files import Versions

_MARKS = ("-L", "ours", "-L", "base", "-L", "theirs")


def merged(path: Path, versions: Versions) -> Merged:
    """Merge the three versions of a generated file.

    Args:
        path: The file.
        versions: What git gives to a merge driver.

    Raises:
        SpecError: There is no git, or it cannot merge such texts.
    """
    before, ours, theirs = map(text_of, versions)
    one, other = (side(path, each) for each in (ours, theirs))
    done: Merged | None = None
    if one and other:
        found = _rendered(path, versions, (one, other), side(path, before))
        done = found and with_edits(path, found, (one, other), branch_names(path))
    return done or Merged(*texts.merged_by_git((ours, before, theirs), *_MARKS))


def _rendered(
    path: Path, versions: Versions, sides: tuple[Side, Side], before: Side | None
) -> Rendered | None:
    """Render the merged spec; None if that is not possible."""
    ours, theirs = (each.header.origin for each in sides)
    origin = theirs if before and before.header.origin == ours else ours
    if origin != theirs and not (before and before.header.origin == theirs):
        return None  # both sides changed the options, each in its way
    files = merged_files(str(path), versions)
    if files is None:
        return None
    try:
        with held(files):
            project = settings()
            destination = Destination(
                project.folder, project.package, templates_path=project.templates_path
            )
            if project.templates_path:
                from mlpgen.project_templates.folder import read

                templates = read(project.templates_path)
                destination = destination._replace(templates=templates)
            text = _texts(path, origin, destination).get(path.name)
    except (SpecError, MissingPackageError, header.DamagedHeaderError, ValueError):
        return None
    return None if text is None else Rendered(text, destination)


def _texts(
    path: Path, origin: Origin | None, destination: Destination
) -> dict[str, str]:
    """Render the files of an origin, or a shared module if there is none.

    Raises:
        SpecError: The spec does not exist, or has mistakes.
        ValueError: The file is not in the folder of generated files.
    """
    if origin is None:
        names = {path.stem}.intersection(shared_modules())
        package = destination.package_of(path.parent)
        return module_texts(names, package, destination.templates)
    request = request_of(path, origin)
    return api.render(
        api.load(request.spec, dict(request.settings)),
        request.style,
        capture=request.captured,
        origin=origin.spec,
        notebook=request.notebook,
        package=destination.package,
        templates=destination.templates,
    )
