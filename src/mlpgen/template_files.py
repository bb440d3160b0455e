"""The files of templates: mlpgen's own, and those that a project has in their place.

Those of a wheel lie in the package, else they are beside `src`. `importlib.resources`
would find them too, and takes as long as all else here.
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
"""Where templates lie in `templates/`; no two of them have one name."""
SUFFIX = ".jinja"
ORIGINAL = "mlpgen/"
"""What stands before a name if mlpgen's own template is meant, and no project's."""
MODULE = ".py"


@dataclass(frozen=True, eq=False)
class TemplateFolder:
    """Templates of a project, as they were when the folder was read.

    Attributes:
        path: The folder.
        texts: The templates and shared modules in it, by the names of their files.
    """

    path: str
    texts: Mapping[str, str]

    def file(self, name: str) -> str:
        """Return the path of a template."""
        return f"{self.path.rstrip('/')}/{name}"

    def module(self, name: str) -> str | None:
        """Return the shared module of a name, if it is replaced."""
        return self.texts.get(f"{name}{MODULE}")

    def place(self, name: str, row: int, column: int = 0, end: int = 0) -> Place:
        """Return a place in a template; without columns all of a line."""
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
    """Find a template of mlpgen's own by its name; None if there is none."""
    if "/" in name or not name.endswith(SUFFIX):
        return None
    paths = (TEMPLATES / folder / name for folder in FOLDERS)
    return next(filter(Path.is_file, paths), None)


def template_names() -> list[str]:
    """Name all templates that a project can replace."""
    found = (path for each in FOLDERS for path in (TEMPLATES / each).glob(f"*{SUFFIX}"))
    return sorted(path.name for path in found)


def text_of(name: str) -> str:
    """Read a file in `templates/` as it is."""
    return (TEMPLATES / name).read_text("utf-8")
