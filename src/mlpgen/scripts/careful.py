"""Imports and long lines of a script that templates of a project have printed.

Of mlpgen's own it is known what their lines look like; here whatever is not surely
right to change stays as it is.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING, TypeGuard

from mlpgen.scripts.imports import import_lines, imported, names_in
from mlpgen.scripts.lines import fitted as broken

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

Imports = list[ast.Import | ast.ImportFrom]


def fitted(text: str) -> str:
    """Break long lines, if what is said stays the same."""
    found = broken(text)
    return found if found == text or _same(text, found) else text


def tidied(text: str, local: Collection[str] = ()) -> str:
    """Drop the imports that a script does not use, and put the others in order.

    An import with a comment stays as it is, as does one that has to: of `__future__`,
    of all names, of the package that the script is in.

    Args:
        text: The script.
        local: The modules that lie beside it.
    """
    tree = _parsed(text)
    lines = text.split("\n")
    blocks = list(_blocks(tree, lines))
    plain = [node for block in blocks for node in block]
    rest = [each for each in tree.body if each not in plain]
    used = names_in(rest) | _quoted(rest)
    for block in reversed(blocks):
        needs = {
            need
            for node in block
            for name, need in imported(node).items()
            if name in used
        }
        first, last = block[0].lineno - 1, block[-1].end_lineno
        lines[first:last] = import_lines(needs, local)
    return "\n".join(lines)


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings(action="ignore"):
        return ast.parse(text.replace("\0", ""))  # which stands for the header


def _same(one: str, other: str) -> bool:
    """Tell whether two texts say the same to Python."""
    try:
        return ast.dump(_parsed(one)) == ast.dump(_parsed(other))
    except (SyntaxError, ValueError):
        return False


def _blocks(tree: ast.Module, lines: Sequence[str]) -> Iterator[Imports]:
    """Find the imports at the top level with nothing between them."""
    block: Imports = []
    end = 0
    for node in tree.body:
        if block and any(map(str.strip, lines[end : node.lineno - 1])):
            yield block
            block = []
        end = node.end_lineno or node.lineno
        if _is_plain(node, lines):
            block.append(node)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _is_plain(
    node: ast.stmt, lines: Sequence[str]
) -> TypeGuard[ast.Import | ast.ImportFrom]:
    """Tell whether a statement is an import alone on its lines, of some names."""
    if isinstance(node, ast.ImportFrom):
        star = node.names[0].name == "*"
        if star or node.level or node.module == "__future__":
            return False
    elif not isinstance(node, ast.Import):
        return False
    whole = "\n".join(lines[node.lineno - 1 : node.end_lineno])
    return not any(mark in whole for mark in "#;\\")


def _quoted(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that stand in quotes in annotations."""
    annotations = (
        getattr(each, _ANNOTATION[type(each)])
        for node in nodes
        for each in ast.walk(node)
        if type(each) in _ANNOTATION
    )
    texts = (
        each.value
        for annotation in annotations
        if annotation is not None
        for each in ast.walk(annotation)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )
    return {name for text in texts for name in re.findall(r"[\w.]+", text)}


_ANNOTATION: dict[type[ast.AST], str] = {
    ast.arg: "annotation",
    ast.AnnAssign: "annotation",
    ast.FunctionDef: "returns",
    ast.AsyncFunctionDef: "returns",
}
