"""Notebooks as texts: Python with `# %%` between the cells, and back.

What running a notebook adds to it, outputs and counts, is not part of the text.
"""

from __future__ import annotations

import json
import re
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics import MissingPackageError

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".ipynb"
_CODE = "# %%"
_MARKDOWN = "# %% [markdown]"


def tidy(text: str) -> str:
    """Write a text as `unpack` does, blank lines between cells included."""
    cells = (f"{kind}\n{source}" for kind, source in _cells(text))
    return "".join(f"{cell.rstrip()}\n\n" for cell in cells)


def pack(text: str) -> str:
    """Make a notebook of a text.

    Args:
        text: Python, each cell begun by a line `# %%` or `# %% [markdown]`; the lines
            of Markdown are comments.

    Returns:
        The notebook as a file, in format 4.5 of Jupyter.

    Raises:
        MissingPackageError: nbformat is not installed.
    """
    if not find_spec("nbformat"):
        raise MissingPackageError("notebooks need a package: pip install nbformat")
    nbformat: Any = import_module("nbformat")
    v4 = nbformat.v4
    cells = []
    for index, (kind, source) in enumerate(_cells(text)):
        make = v4.new_code_cell if kind == _CODE else v4.new_markdown_cell
        if kind == _MARKDOWN:
            source = re.sub(r"^# ?", "", source, flags=re.MULTILINE)
        cells.append(make(source, id=f"cell-{index + 1}"))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    return f"{nbformat.writes(notebook, version=4)}\n"


def _cells(text: str) -> list[tuple[str, str]]:
    """Part a text into the kinds and sources of its cells."""
    cells: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        if line in (_CODE, _MARKDOWN):
            cells.append((line, []))
        else:
            cells[-1][1].append(line)
    return [(kind, "\n".join(lines).strip("\n")) for kind, lines in cells]


def unpack(content: str) -> str:
    """Return the text of a notebook; what is none stays as it is."""
    try:
        found: list[dict[str, Any]] = json.loads(content)["cells"]
        return "".join(_text(each) for each in found)
    except (ValueError, LookupError, TypeError, AttributeError):
        return content


def _text(cell: dict[str, Any]) -> str:
    source = cell["source"]
    source = source if isinstance(source, str) else "".join(source)
    if cell["cell_type"] == "code":
        return f"{_CODE}\n{source}\n\n"
    lines = (f"# {line}".rstrip() for line in source.split("\n"))
    return "\n".join([_MARKDOWN, *lines, "", ""])


def plain(path: Path, content: str) -> str:
    """Return what counts in a file: the text of a notebook, else all of it."""
    return unpack(content) if path.suffix == SUFFIX else content
