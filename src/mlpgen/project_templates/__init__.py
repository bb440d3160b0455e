"""Templates of a project's own, in place of mlpgen's.

They are code of the project and trusted as such; the specs that they show are not: what
they print is `Code` or a number, as in mlpgen's own.
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
    """Read a folder of templates, and say what is odd in it.

    Args:
        path: The folder.
        place: Where it is named, if that is in a file.

    Raises:
        SpecError: It is no folder, or something in it cannot be read.
    """
    folder = read(path, place)
    return folder, (*unused(folder),)
