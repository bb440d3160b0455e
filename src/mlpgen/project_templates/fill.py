"""Fills templates of a project, and checks that they print Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen import rendering
from mlpgen.project_templates.errors import diagnosed
from mlpgen.project_templates.printed_python import checked

if TYPE_CHECKING:
    from mlpgen.template_files import TemplateFolder


def fill(folder: TemplateFolder, template: str, /, **values: object) -> str:
    """Fill a template.

    Raises:
        SpecError: A template of the project is wrong.
    """
    with diagnosed(folder, values):
        return rendering.fill(folder, template, **values)


def fill_python(folder: TemplateFolder, template: str, /, **values: object) -> str:
    """Fill the template of a Python file, and mark the place of its header.

    Raises:
        SpecError: A template of the project is wrong, or does not print Python.
    """
    return checked(folder, fill(folder, template, **values), template)
