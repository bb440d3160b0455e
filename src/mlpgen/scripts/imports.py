"""The import block of a script: what it uses, in the order that ruff gives it."""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING

from mlpgen.styles.code import Group, layout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mlpgen.styles.plan import Lines

_STARTS = ("import ", "from ")
_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
_NO_CODE = re.compile(
    r'''(f"(?:\\.|[^"\\\n])*"|f'(?:\\.|[^'\\\n])*')|"""[\s\S]*?"""'''
    r"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*"""
)
"""Strings and comments; of strings with code in them, which stay, the text."""


def tidied(text: str, local: Collection[str]) -> str:
    """Drop the imports that a script does not use, and put the others in order.

    Args:
        text: What mlpgen's own templates print.
        local: The modules that lie beside it.
    """
    lines = text.split("\n")
    at = [index for index, line in enumerate(lines) if line.startswith(_STARTS)]
    if not at:
        return text
    first, last = at[0], at[-1] + 1
    while lines[last - 1].endswith(("(", ",")):  # it goes on
        last += 1
    used = set(_WORD.findall(_NO_CODE.sub(r" \1", "\n".join(lines[last:]))))
    needs = {
        need
        for node in ast.parse("\n".join(lines[first:last])).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name, need in imported(node).items()
        if name.partition(".")[0] in used
    }
    return "\n".join([*lines[:first], *import_lines(needs, local), *lines[last:]])


def imported(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """Return what a statement imports, by the name that it has then.

    It is given as `import_lines` takes it.
    """
    module = f"{node.module}:" if isinstance(node, ast.ImportFrom) else ""
    return {
        each.asname or each.name: f"{module}{each.name}"
        + (f" as {each.asname}" if each.asname else "")
        for each in node.names
    }


def names_in(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that code uses, dotted ones (`torch.distributed`) as well."""
    found: set[str] = set()
    for node in nodes:
        for each in ast.walk(node):
            if isinstance(each, ast.Name):
                found.add(each.id)
            elif isinstance(each, ast.Attribute):
                found.add(ast.unparse(each))
    return found


def import_lines(needs: Iterable[str], local: Collection[str] = ()) -> Lines:
    """Write the imports of a script.

    Args:
        needs: Each a module (`math`), or a module and a name in it (`pathlib:Path`,
            `torch.nn:functional as F`).
        local: The modules that lie beside it.
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
                block += _from(each, names[each])
        lines += ["", *block] if block else []
    return tuple(lines[1:])


def _section(module: str, local: Collection[str]) -> int:
    package = module.split()[0].partition(".")[0]
    if package in local:
        return 2
    return 0 if package in sys.stdlib_module_names else 1


def _from(module: str, names: set[str]) -> list[str]:
    ordered = sorted(names, key=_kind)
    opening = f"from {module} import "
    if len(opening) + len(", ".join(ordered)) <= 88:
        return [opening + ", ".join(ordered)]
    return layout(Group(f"{opening}(", tuple(ordered), ")", exploded=True))


def _kind(name: str) -> tuple[int, str]:
    """Sort constants before classes before functions."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if name[0].isupper() else 2), name
