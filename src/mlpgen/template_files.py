"""The files of templates: mlpgen's own, and those of a project that replace them.

In a wheel, they are in the package, else beside `src`. `importlib.resources` would find
them too, but importing it takes as long as everything else here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mlpgen.diagnostics.diagnostic import Span
from mlpgen.source.decoding import lines_of
from mlpgen.source.document import place_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.diagnostics.diagnostic import Place

_HERE = Path(__file__).parent
_PACKAGED = _HERE / "templates"

TEMPLATES = _PACKAGED if _PACKAGED.is_dir() else _HERE.parent.parent / "templates"
FOLDERS = ("scripts", ".", "notebook")
"""Folders of templates in `templates/`; all templates have different names."""
SUFFIX = ".jinja"
ORIGINAL = "mlpgen/"
"""Prefix of a name that means mlpgen's own template, not that of a project."""
MODULE = ".py"


@dataclass(frozen=True, eq=False)
class TemplateFolder:
    """Templates of a project, read once.

    Attributes:
        path: The folder.
        texts: The templates and shared modules in it, by file name.
    """

    path: str
    texts: Mapping[str, str]

    def file(self, name: str) -> str:
        """Return the path of a template."""
        return f"{self.path.rstrip('/')}/{name}"

    def module(self, name: str) -> str | None:
        """Return the text of a shared module, if the project replaces it."""
        return self.texts.get(f"{name}{MODULE}")

    def place(self, name: str, row: int, column: int = 0, end: int = 0) -> Place:
        """Return a place in a template; without columns, a whole line."""
        lines = lines_of(self.texts[name])
        row = min(max(row, 1), len(lines))
        line = lines[row - 1]
        if not column:
            column = len(line) - len(line.lstrip()) + 1
            end = len(line.rstrip()) + 1
        span = Span(row, column, row, max(end, column + 1))
        return place_of(self.file(name), lines, span)


@cache
def template_path(name: str) -> Path | None:
    """Find one of mlpgen's own templates by name; None if there is none."""
    if "/" in name or not name.endswith(SUFFIX):
        return None
    paths = (TEMPLATES / folder / name for folder in FOLDERS)
    return next(filter(Path.is_file, paths), None)


def template_names() -> list[str]:
    """Return the names of all templates that a project can replace."""
    found = (path for each in FOLDERS for path in (TEMPLATES / each).glob(f"*{SUFFIX}"))
    return sorted(path.name for path in found)


def text_of(name: str) -> str:
    """Read a file in `templates/`."""
    return (TEMPLATES / name).read_text("utf-8")
