"""Plans through templates into text; the only room that knows Jinja."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FunctionLoader,
    StrictUndefined,
)

from mlpgen.expressions import written
from mlpgen.installed import TEMPLATES
from mlpgen.styles.code import Code, indented

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.cells import Cell

_HERE = Path(__file__).parent


def fill(template: str, **values: Any) -> str:
    """Fill a template.

    Args:
        template: Its file in `templates/`.
        values: What it shows. Only `Code` can be printed.

    Raises:
        TypeError: The template prints a text that is not known to be safe.
    """
    text = _environment().get_template(template).render(values)
    return text.rstrip("\n") + "\n"


def fill_cells(template: str, **values: Any) -> list[Cell]:
    """Fill the template of a notebook, in which each cell is a call of `cell`.

    Args:
        template: Its file in `templates/`.
        values: What it shows. Only `Code` can be printed.
    """
    from mlpgen.cells import Cell

    cells: list[Cell] = []

    def cell(kind: str, caller: Callable[[], str]) -> str:
        cells.append(Cell(kind, caller().strip("\n")))
        return ""

    fill(template, cell=cell, **values)
    return cells


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_source),
        bytecode_cache=_bytecode_cache(),
        undefined=StrictUndefined,
        finalize=_only_code,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["code"] = _code
    environment.filters["moved"] = _moved
    return environment


def _bytecode_cache() -> FileSystemBytecodeCache | None:
    """Keep compiled templates beside Python's own bytecode, if that can be written."""
    folder = _HERE / "__pycache__"
    if sys.dont_write_bytecode or not os.access(folder, os.W_OK):
        return None
    return FileSystemBytecodeCache(str(folder), "%s.template")


def _source(name: str) -> tuple[str, str, None]:
    """Read a template, for Jinja: its text, where it is, and that it stays so."""
    return text_of(name), str(TEMPLATES / name), None


def text_of(name: str) -> str:
    """Read a file in `templates/` as it is."""
    return (TEMPLATES / name).read_text("utf-8")


def _code(lines: Sequence[str] | str, indent: int = 0) -> Code:
    """Print lines that a plan made."""
    if isinstance(lines, str):
        lines = lines.split("\n")
    return Code("\n".join(indented(lines, indent)))


def _moved(text: str, by: int) -> str:
    """Move what a part of a template made to the right."""
    return "\n".join(indented(text.split("\n"), by))


def _only_code(value: object) -> object:
    """Let nothing be printed but what is known to be code: numbers are."""
    if isinstance(value, int | float):
        return written(value)
    if not isinstance(value, Code):
        raise TypeError(f"a template prints {type(value).__name__}, which is not Code")
    return value


def starter(kind: str) -> str:
    """Return the spec that `mlpgen init` prints."""
    return text_of(f"init/{kind}.yaml")
