"""`include`: blocks from other files in the folder of the spec or below it."""

from __future__ import annotations

import os
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen import source
from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.source.files import STDIN, possible
from mlpgen.spec.ignore import IGNORE, take_ignored
from mlpgen.spec.infinite import refuse_infinite
from mlpgen.spec.problems import Problems
from mlpgen.spec.wording import cut, listed, nearest, shown

if TYPE_CHECKING:
    from mlpgen.source import Path

KEYS = ("blocks", "include", "description", IGNORE)
"""The keys of a file of blocks."""
MOST_FILES = 100
_SLASHES = ("\\", "/")


class Included(NamedTuple):
    """The blocks of one file, as parsed YAML."""

    blocks: dict[str, Any]
    problems: Problems


def included(blocks: dict[str, Any], problems: Problems) -> list[Included]:
    """Return the blocks of a spec and of all files that it includes.

    Args:
        blocks: The blocks of the spec itself.
        problems: Collects mistakes; those in other files name the file.
    """
    name = problems.document.name
    folder = os.path.dirname(name) if name != STDIN else ""  # noqa: PTH120
    reader = _Reader(folder)
    reader.read(problems, (os.path.realpath(name),))
    return [Included(blocks, problems), *reader.found]


class _Reader:
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.found: list[Included] = []
        self._files: set[str] = set()

    def read(self, problems: Problems, opened: tuple[str, ...]) -> None:
        """Read the files that a document includes, recursively."""
        raw = problems.document.data.get("include")
        if raw is None:
            return
        if not isinstance(raw, list) or not all(isinstance(p, str) for p in raw):
            message = f"`include` must be a list of files, not {shown(raw)}"
            help = f"write `[{cut(raw)}]`" if isinstance(raw, str) else ""
            problems.add("MG203", message, ("include",), help=help)
            return
        listed: set[str] = set()
        for index, name in enumerate(raw):
            path = ("include", index)
            full = self._found(name, path, problems)
            if full is None:
                continue
            real = os.path.realpath(full)
            if real in listed:
                problems.add("MG230", f"`{cut(name)}` is included twice", path)
            elif self._is_new(name, real, path, problems, opened):
                self._blocks(full, path, problems, (*opened, real))
            listed.add(real)

    def _found(self, name: str, path: Path, problems: Problems) -> str | None:
        """Return the path of an included file; None after a mistake."""
        base = os.path.dirname(problems.document.name)  # noqa: PTH120
        if problems.document.name == STDIN:
            base = ""
        full = f"{base}/{name}" if base else name
        help = "keep files of blocks next to the spec or in folders below it"
        if name == "-":
            message = "`-` is not a file: standard input cannot be included"
        elif not possible(name):
            message = f"`{cut(name)}` is not a file name"
        elif "\\" in name:
            message = f"`{cut(name)}` has a backslash"
            help = f"write `{cut(name.replace(*_SLASHES))}`, on every system"
        elif _is_absolute(name) or not self._is_inside(full):
            message = f"`{cut(name)}` is outside the folder of the spec"
        else:
            return full
        problems.add("MG230", message, path, help=help)
        return None

    def _is_inside(self, path: str) -> bool:
        root = os.path.realpath(self.folder or ".")
        return os.path.realpath(path).startswith(root.rstrip(os.sep) + os.sep)

    def _is_new(
        self,
        name: str,
        real: str,
        path: Path,
        problems: Problems,
        opened: tuple[str, ...],
    ) -> bool:
        """Return whether a file is not yet read, and does not include itself."""
        if real in opened:
            message = f"`{cut(name)}` includes itself"
            if real != opened[-1]:
                message += f", through `{cut(File(opened[-1]).name)}`"
            problems.add("MG230", message, path)
        elif real not in self._files and len(self._files) >= MOST_FILES:
            message = f"a spec can include at most {MOST_FILES} files"
            problems.add("MG230", message, path)
        elif real not in self._files:
            self._files.add(real)
            return True
        return False

    def _blocks(
        self, full: str, path: Path, problems: Problems, opened: tuple[str, ...]
    ) -> None:
        try:
            document = source.read(full, regular=True)
        except SpecError as error:
            first = error.diagnostics[0]
            if first.place is None:
                problems.add("MG230", first.message, path)
            else:
                problems.extend(error.diagnostics)
            return
        inner = Problems(document, problems)
        take_ignored(inner)
        document = inner.document
        refuse_infinite(inner)
        if not isinstance(document.data, dict):
            inner.add(
                "MG203", f"a file of blocks must be a mapping with {listed(KEYS)}"
            )
            return
        for key in document.data:
            if key not in KEYS:
                help = nearest(key, KEYS) or f"its keys are {listed(KEYS)}"
                message = f"a file of blocks has no key `{cut(key)}`"
                inner.add("MG201", message, (key,), key=True, help=help)
        blocks = document.data.get("blocks")
        if not isinstance(blocks, dict):
            message = "a file of blocks needs `blocks`, a mapping of names to blocks"
            inner.add("MG202" if blocks is None else "MG203", message, ("blocks",))
            blocks = {}
        self.found.append(Included(blocks, inner))
        self.read(inner, opened)


def _is_absolute(name: str) -> bool:
    """Return whether a path is absolute on any operating system."""
    return name.startswith("/") or name[1:2] == ":"
