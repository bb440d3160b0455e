"""Reads a folder of templates."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlpgen.diagnostics.diagnostic import Diagnostic, Place, SpecError
from mlpgen.names.modules import shared_modules
from mlpgen.project_templates.printed_python import check_modules
from mlpgen.source.decoding import decode, lines_of
from mlpgen.source.files import UnreadableError, content, names_in
from mlpgen.spec.wording import near
from mlpgen.template_files import (
    MODULE,
    ORIGINAL,
    SUFFIX,
    TemplateFolder,
    template_path,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def read(path: str | os.PathLike[str], place: Place | None = None) -> TemplateFolder:
    """Read the templates in a folder.

    Args:
        path: The folder. Its subfolders are not read.
        place: Where a file names it, if one does.

    Raises:
        SpecError: It is not a folder, a file in it cannot be read, or a module in it is
            not valid Python.
    """
    shown = os.fspath(path).replace(os.sep, "/")
    try:
        found = sorted(names_in(os.fspath(path)))
    except (OSError, ValueError) as error:
        raise SpecError([_unreadable(shown, error, place)]) from None
    folder = TemplateFolder(shown, {})
    texts: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for name in filter(_is_read, found):
        file = folder.file(name)
        try:
            text = decode(content(file, regular=True), file)
            texts[name] = "\n".join(lines_of(text)).rstrip("\n") + "\n"
        except UnreadableError as error:
            problems.append(Diagnostic("MG601", f"the template `{file}` {error}"))
        except SpecError as error:
            problems += error.diagnostics
    if problems:
        raise SpecError(problems)
    folder = TemplateFolder(shown, texts)
    check_modules(folder)
    return folder


def _is_read(name: str) -> bool:
    """Tell whether a file is a template, or replaces a shared module."""
    if name.startswith("."):  # files of editors
        return False
    return name.endswith(SUFFIX) or _is_module(name)


def _is_module(name: str) -> bool:
    return name.endswith(MODULE) and name.removesuffix(MODULE) in shared_modules()


def _unreadable(path: str, error: Exception, place: Place | None) -> Diagnostic:
    why = "cannot be read"
    if isinstance(error, FileNotFoundError):
        why = "does not exist"
    elif isinstance(error, NotADirectoryError):
        why = "is not a folder"
    elif isinstance(error, OSError) and error.strerror:
        why = f"cannot be read: {error.strerror}"
    starts = f"`mlpgen templates --copy train {path}` creates it"
    help = starts if why == "does not exist" and path else ""
    message = f"the folder of templates `{path}` {why}"
    return Diagnostic("MG601", message, place, help=help)


def meant(name: str, names: Iterable[str]) -> str:
    """Suggest the template that is meant, by names without suffixes."""
    stems = {each.partition(".")[0]: each for each in names}
    found = near(name.partition(".")[0], stems)
    return f"did you mean `{stems[found[0]]}`?" if found else ""


def replaces(name: str) -> bool:
    """Tell whether mlpgen has a template or shared module of this name."""
    plain = name.removeprefix(ORIGINAL)
    return template_path(plain) is not None or _is_module(name)
