"""Finds dead assignments and unused arguments in generated code."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def unneeded(text: str) -> list[str]:
    """List values that are overwritten or dropped unused."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name in ("__init__", "forward"):
            found += [f"{node.name}: {name}" for name in _in_function(node)]
    return found


def _in_function(function: ast.FunctionDef) -> Iterator[str]:
    waiting = {arg.arg for arg in function.args.args if arg.arg != "self"}
    yield from _in_block(function.body, waiting)
    yield from waiting


def _in_block(body: list[ast.stmt], waiting: set[str]) -> Iterator[str]:
    """Walk statements; `waiting` has the values that are unused so far."""
    for statement in body:
        if isinstance(statement, (ast.For, ast.If, ast.With)):
            head = statement.test if isinstance(statement, ast.If) else None
            if isinstance(statement, ast.For):
                head = statement.iter
            waiting -= _names(head, ast.Load) if head is not None else set()
            inner = {name for each in statement.body for name in _names(each, ast.Load)}
            yield from _in_block(statement.body, set())
            waiting -= inner
            continue
        waiting -= _names(statement, ast.Load)
        if isinstance(statement, ast.AnnAssign) and statement.value is None:
            continue
        for name in _names(statement, ast.Store) - {"_"}:
            if name in waiting:
                yield name
            waiting.add(name)


def _names(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    return {
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, context)
        if not _in_comprehension(node, each)
    }


def _in_comprehension(node: ast.AST, name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store) and any(
        isinstance(each, ast.comprehension) and name in ast.walk(each.target)
        for each in ast.walk(node)
    )
