"""What the author calls the result of a call: the variables on the left of it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlpgen.importer.recording import Place


def assigned(place: Place) -> tuple[str, ...]:
    """Return the names that the statement at a place assigns."""
    return _assignments(place.file).get(place.line, ())


@cache
def _assignments(file: str) -> dict[int, tuple[str, ...]]:
    """Return the assigned names by line; inner statements win."""
    try:
        tree = ast.parse(Path(file).read_text("utf-8"))
    except (OSError, SyntaxError, ValueError):
        return {}
    found: dict[int, tuple[str, ...]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            spread = any(isinstance(each, ast.Starred) for each in _parts(node.value))
            names = () if spread else _names(node.targets[0])
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            names = _names(node.target)
        else:
            continue
        if names:
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                found[line] = names
    return found


def _names(target: ast.expr) -> tuple[str, ...]:
    if isinstance(target, ast.Name):
        return (target.id,)
    if isinstance(target, ast.Tuple | ast.List):
        names = [each.id for each in target.elts if isinstance(each, ast.Name)]
        return (*names,) if len(names) == len(target.elts) else ()
    return ()


def _parts(value: ast.expr) -> list[ast.expr]:
    return value.elts if isinstance(value, ast.Tuple | ast.List) else []
