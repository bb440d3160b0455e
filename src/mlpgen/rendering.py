"""Fills templates: with `project_templates`, the only code that knows Jinja."""

from __future__ import annotations

import os
import sys
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FunctionLoader,
    StrictUndefined,
    Undefined,
    nodes,
)
from jinja2.compiler import CodeGenerator

from mlpgen.styles.code import Code, flat, literal
from mlpgen.styles.layout import indented
from mlpgen.symbols.expressions import written
from mlpgen.template_files import ORIGINAL, template_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jinja2.compiler import Frame

    from mlpgen.scripts.notebook.cell import Cell
    from mlpgen.template_files import TemplateFolder

_HERE = Path(__file__).parent


class NotCodeError(TypeError):
    """A template prints a value that is not `Code`.

    Attributes:
        value: The value.
    """

    def __init__(self, value: object) -> None:
        self.value = value
        name = type(value).__name__
        super().__init__(f"a template prints {name}, which is not Code")


def fill(folder: TemplateFolder | None, template: str, /, **values: Any) -> str:
    """Fill a template.

    Args:
        folder: Templates of a project, which replace mlpgen's; None for none.
        template: Its name, `train.py.jinja`.
        values: The values it can use. Only `Code` and numbers can be printed.

    Raises:
        NotCodeError: The template prints a value that is not `Code`.
        Exception: The template raises it.
    """
    text = environment(folder).get_template(template).render(values)
    return text.rstrip("\n") + "\n"


def fill_text(text: str, /, **values: Any) -> str:
    """Fill the text of a template, as `fill` does.

    Args:
        text: The template.
        values: The values it can use. Only `Code` and numbers can be printed.
    """
    return environment(None).from_string(text).render(values)


def fill_cells(fill: Callable[..., str], template: str, /, **values: Any) -> list[Cell]:
    """Fill the template of a notebook, in which each cell is a `call` block of `cell`.

    Args:
        fill: Fills a template.
        template: Its name.
        values: The values it can use. Only `Code` and numbers can be printed.
    """
    from mlpgen.scripts.notebook.cell import Cell

    cells: list[Cell] = []

    def cell(kind: str, caller: Callable[[], str]) -> Code:
        cells.append(Cell(kind, caller().strip("\n")))
        return Code()

    fill(template, cell=cell, **values)
    return cells


class _Checked(CodeGenerator):
    """Checks that `{% call %}` and `{% filter %}` also print only `Code`.

    Jinja itself prints their results without `finalize`.
    """

    _in_block = False

    def start_write(self, frame: Frame, node: nodes.Node | None = None) -> None:
        super().start_write(frame, node)
        self._in_block = isinstance(node, nodes.CallBlock | nodes.FilterBlock)
        if self._in_block:
            self.write("environment.finalize(")

    def end_write(self, frame: Frame) -> None:
        if self._in_block:
            self.write(")")
            self._in_block = False
        super().end_write(frame)


def _joined(parts: Iterable[str]) -> Code:
    """Join what was printed: all of it was checked, so the whole is code."""
    return Code("".join(parts))


class _Environment(Environment):
    """An environment in which macros and blocks return `Code`."""

    code_generator_class = _Checked
    concat = staticmethod(_joined)


@lru_cache(maxsize=4)
def environment(folder: TemplateFolder | None) -> Environment:
    """Make the environment that loads templates.

    Args:
        folder: Templates of a project, which replace mlpgen's; None for none.
    """
    made = _Environment(
        loader=FunctionLoader(partial(_source, folder)),
        bytecode_cache=_bytecode_cache() if folder is None else None,
        undefined=StrictUndefined,
        finalize=_only_code,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"code": _code, "moved": _moved, "literal": _literal}
    return made


def _bytecode_cache() -> FileSystemBytecodeCache | None:
    """Cache compiled templates beside Python's bytecode, if that folder is writable."""
    folder = _HERE / "__pycache__"
    if sys.dont_write_bytecode or not os.access(folder, os.W_OK):
        return None
    return FileSystemBytecodeCache(str(folder), "%s.template")


def _source(folder: TemplateFolder | None, name: str) -> tuple[str, str, None] | None:
    """Load a template for Jinja: its text and its file."""
    if folder is not None and name in folder.texts:
        return folder.texts[name], folder.file(name), None
    path = template_path(name.removeprefix(ORIGINAL))
    return None if path is None else (path.read_text("utf-8"), str(path), None)


def _code(lines: Sequence[str] | str, indent: int = 0) -> Code:
    """Print lines of code, indented."""
    if not isinstance(lines, str):
        lines = "\n".join(map(_checked, lines))
        return _moved(Code(lines), indent)
    return _moved(lines, indent)


def _moved(text: str, by: int) -> Code:
    """Indent what a block of a template prints."""
    return Code("\n".join(indented(_checked(text).split("\n"), by)))


def _literal(value: object) -> Code:
    """Write any value of a spec as a Python literal: strings, lists, numbers."""
    if isinstance(value, Undefined):
        str(value)  # raises the error of Jinja
    if isinstance(value, list | tuple):
        items = ", ".join(map(_literal, value))
        return Code(f"[{items}]" if isinstance(value, list) else f"({items},)")
    text = flat(literal(value))
    if text.startswith("'"):  # could end the docstring around it
        body = text[1:-1].replace('"', '\\"')
        text = f'"{body}"'
    return Code(text)


def _checked(value: object) -> Code:
    if isinstance(value, Code):
        return value
    if isinstance(value, Undefined):
        str(value)  # raises the error of Jinja
    raise NotCodeError(value)


def _only_code(value: object) -> object:
    """Let only `Code` and numbers be printed."""
    return written(value) if isinstance(value, int | float) else _checked(value)
