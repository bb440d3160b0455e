"""Notebook files: their cells as JSON, and as text for comparisons.

Outputs, execution counts and the layout of the JSON are ignored in comparisons.
"""

from __future__ import annotations

import json
import re
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.diagnostic import MissingPackageError
from mlpgen.scripts.notebook.cell import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUFFIX = ".ipynb"


def pack(cells: Iterable[Cell]) -> str:
    """Return cells as a notebook file, in Jupyter's format 4.5.

    Raises:
        MissingPackageError: nbformat is not installed.
    """
    if not find_spec("nbformat"):
        raise MissingPackageError("notebooks need a package: pip install nbformat")
    nbformat: Any = import_module("nbformat")
    v4 = nbformat.v4
    makers = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell}
    made = [
        makers[cell.kind](cell.source, id=f"cell-{number}")
        for number, cell in enumerate(cells, 1)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = v4.new_notebook(cells=made, metadata=metadata)
    return f"{nbformat.writes(notebook, version=4)}\n"


def unpack(content: str) -> list[Cell] | None:
    """Return the cells of a file; None if it is not a notebook."""
    try:
        found: list[dict[str, Any]] = json.loads(content)["cells"]
        return [Cell(each["cell_type"], _source(each["source"])) for each in found]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def _source(source: object) -> str:
    """Return the text of a cell, which may be stored as a list of lines."""
    lines = [source] if isinstance(source, str) else source
    if not isinstance(lines, list):
        raise TypeError(source)
    return "".join(lines)


def as_text(cells: Iterable[Cell]) -> str:
    r"""Write cells as one text: Python, with Markdown in comments.

    Each cell begins with a line `# %%`. Such a line inside a cell gets a backslash, so
    that different cells make different texts.
    """
    return "".join(f"{_head(cell)}\n{_body(cell)}\n\n" for cell in cells)


def _head(cell: Cell) -> str:
    return "# %%" if cell.kind == "code" else f"# %% [{cell.kind}]"


def _body(cell: Cell) -> str:
    source = cell.source
    if cell.kind != "code":
        source = "\n".join(f"# {line}".rstrip() for line in source.split("\n"))
    return re.sub(r"^(\\*# %%)", r"\\\1", source, flags=re.MULTILINE)


def plain(path: Path, content: str) -> str:
    """Return what is compared of a file: the cells of a notebook, else its text."""
    cells = unpack(content) if path.suffix == SUFFIX else None
    return content if cells is None else as_text(cells)


def has_outputs(path: Path) -> bool:
    """Tell whether a file is a notebook with outputs, which took somebody's time."""
    if path.suffix != SUFFIX:
        return False
    try:
        cells: list[dict[str, Any]] = json.loads(path.read_bytes())["cells"]
        return any(each.get("outputs") for each in cells)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False


def was_run(path: Path, data: bytes, new: str) -> bool:
    """Tell whether a file is the rendered notebook, saved again by a program.

    Such programs write JSON in UTF-8 with LF line ends, in any layout.
    """
    if path.suffix != SUFFIX or b"\r" in data or data.strip() == new.encode().strip():
        return False
    try:
        cells = unpack(data.decode())
    except UnicodeDecodeError:
        return False
    return cells is not None and cells == unpack(new)
