"""What a notebook takes of the files beside it: definitions, and their imports."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlpgen.styles.plan import Lines


class Picked(NamedTuple):
    """Definitions of a file.

    Attributes:
        constants: Lines.
        definitions: Lines of classes and functions.
    """

    constants: Lines
    definitions: Lines


def pick(text: str, roots: Iterable[str] = (), known: Iterable[str] = ()) -> Picked:
    """Take definitions out of the text of a file, with all that they use of it.

    Args:
        text: A module.
        roots: What is wanted; everything if nothing is named.
        known: What is there already.
    """
    lines = text.split("\n")
    found = {name: node for node in ast.parse(text).body for name in _names(node)}
    wanted = _reached(found, roots or found) - {*known}
    constants: list[str] = []
    definitions: list[str] = []
    for name, node in found.items():
        if name not in wanted:
            continue
        shown = lines[_begin(node) - 1 : node.end_lineno]
        if isinstance(node, ast.Assign | ast.AnnAssign):
            constants += shown
        else:
            definitions += ["", "", *shown] if definitions else shown
    return Picked(tuple(constants), tuple(definitions))


def _names(node: ast.stmt) -> list[str]:
    """Return what a statement of a module defines."""
    match node:
        case ast.ClassDef() | ast.FunctionDef():
            return [node.name]
        case ast.Assign(targets=[ast.Name(name)]):
            return [name]
        case ast.AnnAssign(target=ast.Name(name)):
            return [name]
    return []


def _begin(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _reached(found: Mapping[str, ast.stmt], roots: Iterable[str]) -> set[str]:
    """Follow names from definition to definition."""
    reached: set[str] = set()
    waiting = [name for name in roots if name in found]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += used(found[name]) & found.keys()
    return reached


def used(node: ast.AST) -> set[str]:
    """Return the names that code reads and does not give itself."""
    names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
    own = {each.id for each in names if isinstance(each.ctx, ast.Store)}
    texts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    annotations = {each for each in texts if isinstance(each, str)}
    return {each.id for each in names} - own | annotations


def imports(texts: Iterable[str], known: Iterable[str]) -> dict[str, set[str]]:
    """Gather what files import, by the name that it has in them.

    Args:
        texts: The files.
        known: Their modules, which need not be imported.

    Returns:
        For each name what `import_lines` takes.
    """
    own = {*known}
    found: dict[str, set[str]] = {}
    for text in texts:
        for node in ast.parse(text).body:
            if isinstance(node, ast.Import):
                for each in node.names:
                    name = each.asname or each.name
                    said = f"{each.name} as {each.asname}" if each.asname else name
                    found.setdefault(name, set()).add(said)
            elif isinstance(node, ast.ImportFrom) and node.module not in own:
                for each in node.names:
                    said = f"{each.name} as {each.asname}" if each.asname else each.name
                    name = each.asname or each.name
                    found.setdefault(name, set()).add(f"{node.module}:{said}")
    return found


def needed(code: str, found: Mapping[str, set[str]]) -> set[str]:
    """Choose the imports that code needs."""
    tree = ast.parse(code)
    names = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
    dotted = {
        ast.unparse(each) for each in ast.walk(tree) if isinstance(each, ast.Attribute)
    }
    chosen = [found[name] for name in found.keys() & (names | dotted)]
    return set[str]().union(*chosen)
