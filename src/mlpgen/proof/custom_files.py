"""The author's own Python files that a network imports, read from beside its spec."""

from __future__ import annotations

import ast
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.entries.custom_classes import custom_classes
from mlpgen.source.files import UnreadableError, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mlpgen.graph.nodes import Model


MOST_FILES = 200
"""The most files beside a spec that are read, as its author's files import them."""
_INIT = "__init__.py"


class CustomFile(NamedTuple):
    """A Python file of the author's.

    Attributes:
        module: The module that the generated code imports: `layers.attention`.
        classes: The classes that it imports from there.
        content: The content of the file.
        wrong: Why the file cannot be read; empty if it can.
        others: The files beside the spec that it imports, and those that they import.
    """

    module: str
    classes: tuple[str, ...]
    content: bytes
    wrong: str
    others: Mapping[str, bytes] = MappingProxyType({})

    @property
    def path(self) -> str:
        """Its path relative to the spec: `layers/attention.py`."""
        return f"{self.module.replace('.', '/')}.py"


def read_files(graph: Model, folder: Path) -> tuple[CustomFile, ...]:
    """Read the author's files that a network imports.

    Args:
        graph: The network.
        folder: The folder of the spec, which must contain them.
    """
    found = []
    for module, classes in custom_classes(graph).items():
        file = CustomFile(module, classes, b"", "")
        try:
            content = _read(folder / file.path, folder)
            others = _imported(module, content, folder)
            file = file._replace(content=content, others=others)
        except OSError as error:
            why = error.strerror or str(error)
            wrong = f"`{file.path}`, beside the spec, cannot be read: {why}"
            file = file._replace(wrong=wrong)
        found.append(file)
    return tuple(found)


def _imported(module: str, content: bytes, folder: Path) -> Mapping[str, bytes]:
    """Read the files in a folder that a module imports, and those that they import."""
    found: dict[str, bytes] = {}
    open_ = [(module, content)]
    while open_ and len(found) < MOST_FILES:
        for name in _names(*open_.pop()):
            path = name.replace(".", "/")
            for each, package in (
                (f"{path}.py", name),
                (f"{path}/{_INIT}", f"{name}."),
            ):
                if each in found:
                    continue
                try:
                    found[each] = _read(folder / each, folder)
                except OSError:  # of a library, or no module but something in one
                    continue
                open_.append((package, found[each]))
    return found


def _names(module: str, content: bytes) -> Iterator[str]:
    """Yield the names of all modules that a module may import, and their packages.

    Args:
        module: Its name, with a dot behind it if it is a package.
        content: Its code.
    """
    package = module.rpartition(".")[0]
    names = [package] if package else []
    try:
        nodes = [*ast.walk(ast.parse(content))]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        nodes = []  # the check that imports it says so
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            around = package.split(".") if node.level else []
            around = around[: len(around) + 1 - node.level]
            base = ".".join([*around, *([node.module] if node.module else [])])
            names += [base, *(f"{base}.{each.name}".strip(".") for each in node.names)]
    for name in filter(None, names):
        words = name.split(".")
        yield from (".".join(words[:end]) for end in range(1, len(words) + 1))


def _read(path: Path, folder: Path) -> bytes:
    """Read a regular file in a folder, without waiting for a pipe."""
    real = path.resolve(strict=True)
    if not real.is_relative_to(folder.resolve()):
        raise OSError("it is outside the folder of the spec")
    try:
        with opened(str(real)) as file:
            return file.read()
    except UnreadableError as error:
        raise OSError(f"it {error}") from None


def write_files(files: tuple[CustomFile, ...], folder: Path) -> dict[str, Any]:
    """Copy the files into a folder, and return what the checks need as data."""
    for each in files:
        for name, content in {**each.others, each.path: each.content}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return {
        "folder": str(folder),
        "files": [
            {
                "path": each.path,
                "module": each.module,
                "classes": each.classes,
                "wrong": each.wrong,
            }
            for each in files
        ],
    }
