"""The author's own Python files that a network imports, read from beside its spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.entries.custom_classes import custom_classes
from mlpgen.source.files import UnreadableError, opened

if TYPE_CHECKING:
    from pathlib import Path

    from mlpgen.graph.nodes import Model


class CustomFile(NamedTuple):
    """A Python file of the author's.

    Attributes:
        module: The module that the generated code imports: `layers.attention`.
        classes: The classes that it imports from there.
        content: The content of the file.
        wrong: Why the file cannot be read; empty if it can.
    """

    module: str
    classes: tuple[str, ...]
    content: bytes
    wrong: str

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
            file = file._replace(content=_read(folder / file.path, folder))
        except OSError as error:
            why = error.strerror or str(error)
            wrong = f"`{file.path}`, beside the spec, cannot be read: {why}"
            file = file._replace(wrong=wrong)
        found.append(file)
    return tuple(found)


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
        path = folder / each.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(each.content)
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
