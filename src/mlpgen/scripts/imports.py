"""The import block of a script: what it uses, in ruff's order."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, TypeGuard

from mlpgen.styles.code import Group
from mlpgen.styles.layout import WIDTH, layout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from mlpgen.styles.layout import Lines

Imports = list[ast.Import | ast.ImportFrom]
_ANNOTATION: dict[type[ast.AST], str] = {
    ast.arg: "annotation",
    ast.AnnAssign: "annotation",
    ast.FunctionDef: "returns",
    ast.AsyncFunctionDef: "returns",
}


@lru_cache(64)
def tidy_imports(text: str, local: frozenset[str] = frozenset()) -> str:
    """Drop unused imports of a script, and sort the others.

    Imports with a comment, of `__future__`, of `*` and relative ones stay as they are.
    The scripts of both styles are the same, so that each is tidied once.

    Args:
        text: The script.
        local: The modules in its folder.
    """
    tree = parsed(text)
    lines = text.split("\n")
    bodies = [
        tree.body,
        *(each.body for each in tree.body if isinstance(each, ast.With)),
    ]
    blocks = [block for body in bodies for block in _blocks(body, lines)]
    blocks.sort(key=lambda block: block[0].lineno)
    plain = [node for block in blocks for node in block]
    rest = [each for each in tree.body if each not in plain]
    nodes = _walked(rest)
    used = _read_names(nodes) | _quoted(nodes)
    for block in reversed(blocks):
        needs = {
            need
            for node in block
            for name, need in imported_names(node).items()
            if name in used
        }
        first, last = block[0].lineno - 1, block[-1].end_lineno
        lines[first:last] = import_lines(needs, local, block[0].col_offset)
    return "\n".join(lines)


def parsed(text: str) -> ast.Module:
    """Parse a script without warnings."""
    with warnings.catch_warnings(action="ignore"):
        return ast.parse(text.replace("\0", ""))  # which marks the place of the header


def _blocks(body: Sequence[ast.stmt], lines: Sequence[str]) -> Iterator[Imports]:
    """Yield each block of imports among statements with nothing between them."""
    block: Imports = []
    end = 0
    for node in body:
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
    """Tell whether a statement is an import that may be dropped or sorted."""
    if isinstance(node, ast.ImportFrom):
        star = node.names[0].name == "*"
        if star or node.level or node.module == "__future__":
            return False
    elif not isinstance(node, ast.Import):
        return False
    whole = "\n".join(lines[node.lineno - 1 : node.end_lineno])
    return not any(mark in whole for mark in "#;\\")


def _walked(nodes: Iterable[ast.AST]) -> list[ast.AST]:
    """List nodes and all nodes in them."""
    return [each for node in nodes for each in ast.walk(node)]


def _quoted(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names in those of the nodes that are quoted annotations."""
    annotations = (
        getattr(each, _ANNOTATION[type(each)])
        for each in nodes
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


def imported_names(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """Return what a statement imports, by the names that it binds.

    Imports are in the form that `import_lines` takes.
    """
    module = f"{node.module}:" if isinstance(node, ast.ImportFrom) else ""
    return {
        each.asname or each.name: f"{module}{each.name}"
        + (f" as {each.asname}" if each.asname else "")
        for each in node.names
    }


def used_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that code reads, also dotted ones: `torch.distributed`.

    What it only assigns, such as a field of a class, needs no import.
    """
    return _read_names(_walked(nodes))


def _read_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that are read by the nodes, but not by those in them."""
    found: set[str] = set()
    for each in nodes:
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
            found.add(each.id)
        elif isinstance(each, ast.Attribute):
            found.add(_dotted(each))
    return found


def _dotted(node: ast.expr) -> str:
    """Write the attribute of a name with dots; empty for other expressions."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def import_lines(
    needs: Iterable[str], local: Collection[str] = (), indent: int = 0
) -> Lines:
    """Write the imports of a script.

    Args:
        needs: Each a module (`math`), or a module and a name in it (`pathlib:Path`,
            `torch.nn:functional as F`).
        local: The modules in the folder of the script.
        indent: Columns to the left of the imports.
    """
    modules: set[str] = set()
    names: dict[str, set[str]] = {}
    for need in needs:
        module, colon, name = need.partition(":")
        if colon:
            names.setdefault(module, set()).add(name)
        else:
            modules.add(module)
    lines: list[str] = []
    for section in range(3):
        block = [
            f"import {each}"
            for each in sorted(modules)
            if _section(each, local) == section
        ]
        for each in sorted(names, key=str.lower):
            if _section(each, local) == section:
                block += from_lines(each, sorted(names[each], key=_kind), indent)
        lines += ["", *(" " * indent + line for line in block)] if block else []
    return tuple(lines[1:])


def _section(module: str, local: Collection[str]) -> int:
    package = module.split()[0].partition(".")[0]
    if package in local:
        return 2
    return 0 if package in sys.stdlib_module_names else 1


def from_lines(module: str, names: Sequence[str], indent: int = 0) -> list[str]:
    """Write an import of names, one per line if it is too long.

    Args:
        module: The module, with dots.
        names: The names, in order.
        indent: Columns to the left of the import.
    """
    opening, listed = f"from {module} import ", ", ".join(names)
    if indent + len(opening) + len(listed) <= WIDTH:
        return [opening + listed]
    return layout(Group(f"{opening}(", tuple(names), ")", exploded=True))


def _kind(name: str) -> tuple[int, str]:
    """Return a sort key: constants, then classes, then functions."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if name[0].isupper() else 2), name
