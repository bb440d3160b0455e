"""Checks what templates of a project print: Python, with one header."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.output.header import MARK, SLOT, with_slot
from mlpgen.spec.wording import cut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.diagnostics.diagnostic import Place
    from mlpgen.template_files import TemplateFolder

_TAG = re.compile(r"{{.*?}}|{%.*?%}|{#.*?#}")


def checked(folder: TemplateFolder, text: str, template: str) -> str:
    """Check that what templates print is Python, and mark the place of the header.

    Args:
        folder: The templates.
        text: What they print.
        template: The template that was filled.

    Raises:
        SpecError: It is not Python, or the header is in a wrong place.
    """
    if found := _not_python(folder, text, template) or _misplaced(folder, text):
        raise SpecError([found])
    return with_slot(text)


def check_modules(folder: TemplateFolder) -> None:
    """Check that modules which replace shared ones are Python.

    Raises:
        SpecError: Some are not.
    """
    found: list[Diagnostic] = []
    for name, text in folder.texts.items():
        if name.endswith(".py"):
            wrong = _not_python(folder, text, name) or _misplaced(folder, text)
            found += [wrong] if wrong else []
    if found:
        raise SpecError(found)


def _not_python(folder: TemplateFolder, text: str, template: str) -> Diagnostic | None:
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(text.replace(SLOT, ""))
    except SyntaxError as error:
        lines = text.split("\n")
        row = min(max(error.lineno or 1, 1), len(lines))
        if template in folder.texts and folder.texts[template] == text:
            column = error.offset or 0
            there = folder.place(template, row, column, error.end_offset or 0)
            return Diagnostic("MG605", f"this is not valid Python: {error.msg}", there)
        printed = cut(lines[row - 1].strip(), 80)
        notes = (f"line {row} of what is printed: `{printed}`",)
        place = _origin(folder, lines[:row], template)
        message = f"what the templates print is not valid Python: {error.msg}"
        return Diagnostic("MG605", message, place, notes)
    except (ValueError, RecursionError, MemoryError) as error:
        message = f"Python cannot parse what `{template}` prints: {error}"
        return Diagnostic("MG605", message)
    return None


def _misplaced(folder: TemplateFolder, text: str) -> Diagnostic | None:
    """Find a mistake with the header, without which `check` cannot find the file."""
    lines = text.split("\n")
    for row, line in enumerate(lines):
        if line.startswith(MARK):
            message = "the template prints a header, which mlpgen writes itself"
            help = "remove these lines; `{{ header }}` marks its place"
            place = _origin(folder, lines[: row + 1], "")
            return Diagnostic("MG605", message, place, help=help)
    slots = [row for row, line in enumerate(lines) if SLOT in line]
    if len(slots) > 1 or any(lines[row] != SLOT for row in slots):
        message = "`header` must be printed once, alone on its line"
        return Diagnostic("MG605", message, _printing(folder, "header"))
    return None


def _printing(folder: TemplateFolder, name: str) -> Place | None:
    """Find the last line that prints a value."""
    places = [
        folder.place(template, row)
        for template, text in folder.texts.items()
        for row, line in enumerate(text.split("\n"), 1)
        if re.search(rf"{{{{-?\s*{name}\b", line)
    ]
    return places[-1] if places else None


def _origin(folder: TemplateFolder, lines: list[str], template: str) -> Place | None:
    """Find the line of a template that printed the last of some lines.

    Args:
        folder: The templates.
        lines: What was printed, up to that line. If no line of a template is like it,
            the lines before it are tried.
        template: The template to name if no line is found.
    """
    there = [
        (name, row, _TAG.split(line.strip()))
        for name, text in folder.texts.items()
        for row, line in enumerate(text.split("\n"), 1)
    ]
    for line in reversed(lines):
        scored = [
            (_likeness(line.strip(), parts), name, row) for name, row, parts in there
        ]
        best = max(scored, default=(0.0, "", 0), key=lambda each: each[0])
        if best[0] > 0:
            return folder.place(best[1], best[2])
    names = [template] if template in folder.texts else [*folder.texts]
    return folder.place(names[0], 1) if names else None


def _likeness(line: str, parts: Iterable[str]) -> float:
    """Score how much of a line is text between the tags of a template's line."""
    at, like, missing = 0, 0, 0
    for part in parts:
        plain = part.strip()
        found = line.find(plain, at)
        if found < 0:
            missing += len(plain)
        else:
            at, like = found + len(plain), like + len(plain)
    return like - missing - 0.5 * (len(line) - like)
