"""Notebooks from templates and shared modules of a project."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.output.header import SLOT
from mlpgen.project_templates.fill import fill
from mlpgen.project_templates.printed_python import checked
from mlpgen.rendering import fill_cells
from mlpgen.scripts.notebook.cell import Cell
from mlpgen.scripts.notebook.inlining import NoDefinitionError
from mlpgen.template_files import MODULE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.template_files import TemplateFolder


def filled_checked(
    folder: TemplateFolder, template: str, /, **values: object
) -> list[Cell]:
    """Fill the template of a notebook, and check that its code is Python.

    Raises:
        SpecError: It is not, or a template is wrong.
    """
    cells = fill_cells(partial(fill, folder), template, **values)
    code = [each.source for each in cells if each.kind == "code"]
    checked(folder, "\n".join(code), template)
    return cells


@contextmanager
def wanting(folder: TemplateFolder) -> Iterator[None]:
    """Turn `NoDefinitionError` of a shared module into a diagnostic.

    Raises:
        SpecError: Instead of `NoDefinitionError`.
    """
    try:
        yield
    except NoDefinitionError as error:
        name = f"{error.module.rpartition('/')[2]}{MODULE}"
        message = f"it must define `{error.name}`, which notebooks need"
        place = folder.place(name, 1) if name in folder.texts else None
        raise SpecError([Diagnostic("MG605", message, place)]) from None


def with_slot(cells: Sequence[Cell]) -> list[Cell]:
    """Mark the place of the header, if no cell does: at the top of the first code."""
    found = [*cells]
    if any(SLOT in each.source for each in found):
        return found
    for index, each in enumerate(found):
        if each.kind == "code":
            found[index] = each._replace(source=f"{SLOT}\n\n{each.source}")
            return found
    return [Cell("code", SLOT), *found]
