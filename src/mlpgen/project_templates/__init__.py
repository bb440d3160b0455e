"""Templates of a project, which replace those of mlpgen.

They are code of the project and trusted; the specs that they show are not. So they can
print only `Code` and numbers, like mlpgen's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.project_templates.folder import read
from mlpgen.project_templates.unused import unused

if TYPE_CHECKING:
    from mlpgen.diagnostics.diagnostic import Diagnostic, Place
    from mlpgen.template_files import TemplateFolder


def opened(
    path: str, place: Place | None = None
) -> tuple[TemplateFolder, tuple[Diagnostic, ...]]:
    """Read a folder of templates, and warn of unused files in it.

    Args:
        path: The folder.
        place: Where a file names it, if one does.

    Raises:
        SpecError: It is not a folder, or a file in it cannot be read.
    """
    folder = read(path, place)
    return folder, (*unused(folder),)
