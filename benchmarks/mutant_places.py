"""Where a mistake is in a file of Python, and what it can be put into."""

from __future__ import annotations

import ast
import functools
import gc
import types
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mutators import Mutant


class Place(NamedTuple):
    """Where a mistake is in a file of Python.

    Attributes:
        inside: Whether it is in the body of a function.
        statement: The lines of its statement.
        scope: The lines of the function or class around it, none at the top.
        names: The names of these.
    """

    inside: bool
    statement: range
    scope: range
    names: list[str]


def place(text: str, line: int) -> Place:
    """Find the place of a line."""
    inside, names = False, []
    statement = scope = range(line, line + 1)
    at_top = True
    for node in ast.walk(ast.parse(text)):  # outer ones first
        if not isinstance(node, ast.stmt) or not _covers(node, line):
            continue
        body: list[ast.stmt] = getattr(node, "body", [])
        header = bool(body) and line < body[0].lineno
        last = body[0].lineno - 1 if header else node.end_lineno or line
        statement = range(node.lineno, last + 1)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
            scope = range(node.lineno, (node.end_lineno or line) + 1)
            at_top = False
            inside = inside or (isinstance(node, ast.FunctionDef) and not header)
    return Place(inside, statement, range(0) if at_top else scope, names)


def _covers(node: ast.stmt, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or 0)


def functions(source: Path) -> dict[tuple[str, str, int], list[types.FunctionType]]:
    """List all functions of a package by the place of their code."""
    found: dict[tuple[str, str, int], list[types.FunctionType]] = {}
    for each in gc.get_objects():
        if type(each) is types.FunctionType:
            code = each.__code__
            if code.co_filename.startswith(str(source)):
                found.setdefault(key(code), []).append(each)
    return found


def key(code: types.CodeType) -> tuple[str, str, int]:
    """Identify code by its place."""
    return code.co_filename, code.co_qualname, code.co_firstlineno


def codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Walk all code in code."""
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield each
            yield from codes(each)


def caches() -> list[tuple[str, Any]]:
    """List the caches of the package, each with its module."""
    return [
        (each.__module__, each)
        for each in gc.get_objects()
        if type(each) is functools._lru_cache_wrapper
        and str(each.__module__).startswith("mlpgen")
    ]


class mistaken:  # noqa: N801 - used like a function
    """Context manager: puts a mistake into the copy."""

    def __init__(self, copy: Path, mutant: Mutant, text: str) -> None:
        self.path = copy / mutant.path
        self.new = mutant.applied(text)
        self.old = text
        self.compiled = Path(cache_from_source(str(self.path)))

    def __enter__(self) -> None:
        self.path.write_text(self.new, encoding="utf-8")
        self.compiled.unlink(missing_ok=True)

    def __exit__(self, *_: object) -> None:
        self.path.write_text(self.old, encoding="utf-8")
