"""Absolute imports for files of a package, which run with `python -m`."""

from __future__ import annotations

import ast
import re
from itertools import groupby
from typing import TYPE_CHECKING

from mlpgen.output.header import SLOT
from mlpgen.scripts.imports import Imports, from_lines
from mlpgen.styles.layout import WIDTH

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_USAGE = re.compile(r"(python|torchrun(?: --\S+)*) (\w+)\.py\b(.*)")
_WORDS = re.compile(r'-\S+ (?:"[^"]*"|[^-\s]\S*)|"[^"]*"|\S+')
_QUOTES = '"""'


def with_absolute_imports(text: str, package: str, local: Collection[str]) -> str:
    """Rewrite the imports and the usage of a file in a package.

    Args:
        text: The file, possibly with a slot for its header.
        package: The package of its folder, `mypkg.generated.explicit`.
        local: The modules and folders beside it that it may import.
    """
    lines = text.split("\n")
    groups = list(_groups(ast.parse(text.replace(SLOT, "#")), local))
    for group in sorted(groups, key=lambda each: -each[0].lineno):
        indent = group[0].col_offset
        lines[group[0].lineno - 1 : group[-1].end_lineno] = [
            " " * indent + line for line in _import_lines(group, package, indent)
        ]
    return _as_modules("\n".join(lines), package, local)


def _groups(tree: ast.Module, local: Collection[str]) -> Iterator[Imports]:
    """Find groups of imports of modules beside a file, anywhere in it."""
    for node in ast.walk(tree):
        for _, body in ast.iter_fields(node):
            if not isinstance(body, list):
                continue
            for is_local, group in groupby(body, lambda each: _is_local(each, local)):
                if is_local:
                    yield list(group)


def _is_local(node: object, local: Collection[str]) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] in local
    if isinstance(node, ast.Import):
        return all(each.name.partition(".")[0] in local for each in node.names)
    return False


def _import_lines(group: Imports, package: str, indent: int) -> list[str]:
    """Write the imports of a group in the order of ruff: modules first."""
    modules: list[str] = []
    renamed: list[tuple[str, list[str]]] = []
    names: list[tuple[str, list[str]]] = []
    for node in group:
        if isinstance(node, ast.ImportFrom):
            names.append((f"{package}.{node.module}", _names(node)))
            continue
        for each in node.names:
            folder, _, name = f"{package}.{each.name}".rpartition(".")
            if each.asname:
                renamed.append((folder, [f"{name} as {each.asname}"]))
            else:
                modules.append(name)
    first = [(package, sorted(modules))] if modules else []
    first = sorted([*first, *renamed], key=lambda each: (each[0], each[1][0]))
    return [line for each in (*first, *names) for line in from_lines(*each, indent)]


def _names(node: ast.ImportFrom) -> list[str]:
    return [
        f"{each.name} as {each.asname}" if each.asname else each.name
        for each in node.names
    ]


def _as_modules(text: str, package: str, local: Collection[str]) -> str:
    """Replace the commands in the docstring of a file by `python -m`.

    A command that is too long continues on the next line, after a backslash. Then the
    docstring becomes a raw string, unless it has other backslashes.
    """
    end = text.find(_QUOTES, len(_QUOTES)) if text.startswith(_QUOTES) else 0
    before = [_usage(line, package, local) for line in text[:end].split("\n")]
    after = [each for line in before for each in _broken(line)]
    if "\\" in text[:end] or len(after) == len(before):
        return "\n".join(before) + text[end:]
    return "r" + "\n".join(after) + text[end:]


def _usage(line: str, package: str, local: Collection[str]) -> str:
    found = _USAGE.fullmatch(line)
    if found is None or found[2] not in local:
        return line
    return f"{found[1]} -m {package}.{found[2]}{found[3]}"


def _broken(command: str) -> list[str]:
    if len(command) <= WIDTH or " -m " not in command:
        return [command]
    lines = [""]
    for words in _WORDS.findall(command):
        if lines[-1] and len(f"{lines[-1]} {words} \\") > WIDTH:
            lines[-1] += " \\"
            lines.append(f"    {words}")
        else:
            lines[-1] += f" {words}" if lines[-1] else words
    return lines
