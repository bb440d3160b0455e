"""Names that code uses and that nothing in it defines: what a merge may have parted.

A person's line may use a layer or a variable that is rendered no more. Git merges that
without a conflict, and Python would only find it when the line runs.
"""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OF_MODULES = {"__file__", "__name__", "__doc__", "__spec__", "__annotations__"}
_KNOWN = {*dir(builtins), *_OF_MODULES}


def parted(merged: str, *sides: str) -> list[str]:
    """Return the names that merged code lacks, and that none of its sides lacked.

    Args:
        merged: Python code.
        sides: The texts that it was merged from.
    """
    lacking = _lacking(merged)
    for each in sides:
        lacking -= _lacking(each)
    return sorted(lacking)


def _lacking(text: str) -> set[str]:
    """Return the names of variables, and `self.…` of classes, that are not defined.

    Names that a class inherits are among them. Code that is not Python lacks none.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            data = text.encode("utf-8", "surrogateescape")
            tree = ast.parse(data)
            table = symtable.symtable(text, "merged", "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return set()
    classes = (each for each in ast.walk(tree) if isinstance(each, ast.ClassDef))
    attributes = {name for each in classes for name in _attributes(each)}
    return attributes | _variables(table)


def _variables(table: symtable.SymbolTable) -> set[str]:
    """Return the variables that are used, and defined nowhere."""
    symbols = table.get_symbols()
    known = {each.get_name() for each in symbols if _is_defined(each)} | _KNOWN
    used = {each.get_name() for each in symbols if each.is_referenced()}
    return (used | {*_globals(table)}) - known


def _is_defined(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the names of the module that functions and classes in it use."""
    for inner in table.get_children():
        for each in inner.get_symbols():
            if each.is_global() and each.is_referenced():
                yield each.get_name()
        yield from _globals(inner)


def _attributes(node: ast.ClassDef) -> set[str]:
    """Return the attributes of `self` that a class uses, and does not define."""
    defined: set[str] = set()
    used: set[str] = set()
    for each in ast.walk(node):
        match each:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Load()):
                used.add(name)
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                defined.add(name)
            case ast.FunctionDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                defined.add(name)
    return {f"self.{name}` of `{node.name}" for name in used - defined}
