"""`include`: blocks of other files, inside the folder of the spec only."""

from __future__ import annotations

import os
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen import source
from mlpgen.diagnostics import SpecError
from mlpgen.problems import Problems, cut, listed, nearest, shown

if TYPE_CHECKING:
    from mlpgen.source import Path

KEYS = ("blocks", "include", "description")
"""What a file of blocks may hold."""
MOST_FILES = 100


class Included(NamedTuple):
    """The blocks of one file, as YAML gave them."""

    blocks: dict[str, Any]
    problems: Problems


def included(blocks: dict[str, Any], problems: Problems) -> list[Included]:
    """Return the blocks of a spec and of all files that it includes.

    Args:
        blocks: Those of the spec itself.
        problems: Gathers mistakes; those of other files name them.
    """
    name = problems.document.name
    folder = os.path.dirname(name) if name != "<stdin>" else ""  # noqa: PTH120
    reader = _Reader(folder)
    reader.read(problems, (os.path.realpath(name),))
    return [Included(blocks, problems), *reader.found]


class _Reader:
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.found: list[Included] = []
        self._files: set[str] = set()

    def read(self, problems: Problems, opened: tuple[str, ...]) -> None:
        """Read the files that a document includes, and those that they include."""
        raw = problems.document.data.get("include")
        if raw is None:
            return
        if not isinstance(raw, list) or not all(isinstance(p, str) for p in raw):
            message = f"`include` must be a list of files, not {shown(raw)}"
            help = f"write `[{cut(raw)}]`" if isinstance(raw, str) else ""
            problems.add("MG203", message, ("include",), help=help)
            return
        for index, path in enumerate(raw):
            self._file(path, ("include", index), problems, opened)

    def _file(
        self, name: str, path: Path, problems: Problems, opened: tuple[str, ...]
    ) -> None:
        base = os.path.dirname(problems.document.name)  # noqa: PTH120
        if problems.document.name == "<stdin>":
            base = ""
        full = f"{base}/{name}" if base else name
        real = os.path.realpath(full)
        root = os.path.realpath(self.folder or ".")
        if os.path.isabs(name) or "\0" in name or not _inside(real, root):  # noqa: PTH117
            message = f"`{cut(name)}` is outside of the folder of the spec"
            help = "keep files of blocks beside the spec, or in folders below it"
            problems.add("MG230", message, path, help=help)
        elif real in opened:
            message = f"`{cut(name)}` includes itself"
            if real != opened[-1]:
                message += f", by way of `{cut(File(opened[-1]).name)}`"
            problems.add("MG230", message, path)
        elif real not in self._files and len(self._files) >= MOST_FILES:
            message = f"a spec includes at most {MOST_FILES} files"
            problems.add("MG230", message, path)
        elif real not in self._files:
            self._files.add(real)
            self._blocks(full, path, problems, (*opened, real))

    def _blocks(
        self, full: str, path: Path, problems: Problems, opened: tuple[str, ...]
    ) -> None:
        try:
            document = source.read(full)
        except SpecError as error:
            first = error.diagnostics[0]
            if first.place is None:
                problems.add("MG230", first.message, path)
            else:
                problems.found += error.diagnostics
            return
        inner = Problems(document, problems.found)
        if not isinstance(document.data, dict):
            inner.add("MG203", f"a file of blocks has {listed(KEYS)}")
            return
        for key in document.data:
            if key not in KEYS:
                help = nearest(key, KEYS) or f"it has {listed(KEYS)}"
                message = f"a file of blocks has no key `{cut(key)}`"
                inner.add("MG201", message, (key,), key=True, help=help)
        blocks = document.data.get("blocks")
        if not isinstance(blocks, dict):
            message = "a file of blocks needs `blocks`, a mapping of names to blocks"
            inner.add("MG202" if blocks is None else "MG203", message, ("blocks",))
            blocks = {}
        self.found.append(Included(blocks, inner))
        self.read(inner, opened)


def _inside(path: str, root: str) -> bool:
    return path.startswith(root.rstrip(os.sep) + os.sep)
