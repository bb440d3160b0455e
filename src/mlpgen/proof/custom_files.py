"""The author's own files that a network imports: found beside its spec, and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.entries.custom_classes import own_classes
from mlpgen.source.files import UnreadableError, opened

if TYPE_CHECKING:
    from pathlib import Path

    from mlpgen.graph.nodes import Graph


class OwnFile(NamedTuple):
    """A file of the author's.

    Attributes:
        module: What the generated code imports: `layers.attention`.
        classes: What of it.
        content: What is in it.
        wrong: Why it cannot be run; an empty text if it can.
    """

    module: str
    classes: tuple[str, ...]
    content: bytes
    wrong: str

    @property
    def path(self) -> str:
        """Where it must be: `layers/attention.py`."""
        return f"{self.module.replace('.', '/')}.py"


def own_files(graph: Graph, folder: Path) -> tuple[OwnFile, ...]:
    """Read the author's files that a network imports.

    Args:
        graph: The network.
        folder: That of the spec, in which all of them must be.
    """
    found = []
    for module, classes in own_classes(graph).items():
        file = OwnFile(module, classes, b"", "")
        try:
            file = file._replace(content=_read(folder / file.path, folder))
        except OSError as error:
            why = error.strerror or str(error)
            wrong = f"`{file.path}` of the folder of the spec cannot be read: {why}"
            file = file._replace(wrong=wrong)
        found.append(file)
    return tuple(found)


def _read(path: Path, folder: Path) -> bytes:
    """Read a regular file inside of a folder; a pipe is not waited for."""
    real = path.resolve(strict=True)
    if not real.is_relative_to(folder.resolve()):
        raise OSError("it leads out of it")
    try:
        with opened(str(real)) as file:
            return file.read()
    except UnreadableError as error:
        raise OSError(f"it {error}") from None


def written(files: tuple[OwnFile, ...], folder: Path) -> dict[str, Any]:
    """Copy the files into a folder of their own, and return what the checks need."""
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
