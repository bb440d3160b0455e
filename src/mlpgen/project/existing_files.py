"""The files on disk, and what their headers say."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.output import files, header, ipynb
from mlpgen.project.request import Request, parse_setting

if TYPE_CHECKING:
    from collections.abc import Iterator


class ExistingFile(NamedTuple):
    """A file on disk.

    Attributes:
        path: The file.
        text: Its text.
        request: The request that rendered it, if its header names a spec.
        header: The header; None if it is damaged or missing.
        why: Why it cannot be read; empty if it can.
        is_made: Whether mlpgen generated it, or may have.
    """

    path: Path
    text: str = ""
    request: Request | None = None
    header: header.Header | None = None
    why: str = ""
    is_made: bool = True

    @property
    def is_shared(self) -> bool:
        """Whether it is a shared module."""
        return self.header is not None and self.header.origin is None


def generated_files(out: Path) -> Iterator[ExistingFile]:
    """Find the files in `out` that mlpgen generated."""
    found = (*out.rglob("*.py"), *out.rglob(f"*{ipynb.SUFFIX}"))
    for path in sorted(found):
        if not files.is_file(str(path)) or ".ipynb_checkpoints" in path.parts:
            continue
        each = _looked_at(path)
        if each.is_made:
            yield each


def python_files(folder: Path) -> list[ExistingFile]:
    """Find all Python files in a folder, generated or not."""
    there = sorted(folder.glob("*.py"))
    return [_looked_at(path) for path in there if files.is_file(str(path))]


def _looked_at(path: Path) -> ExistingFile:
    there = files.read(path)
    if there.status != "file":
        return ExistingFile(path, why=there.why)
    text = ipynb.plain(path, there.text)
    try:
        found = header.read(text)
        request = found and found.origin and request_of(path, found.origin)
    except header.DamagedHeaderError:
        return ExistingFile(path, text)
    return ExistingFile(path, text, request, found, is_made=found is not None)


def request_of(path: Path, origin: header.Origin) -> Request:
    """Return the request that the header of a file describes.

    Raises:
        DamagedHeaderError: Its options cannot be read.
    """
    if origin.style not in api.STYLES:
        raise header.DamagedHeaderError
    try:
        settings = tuple(parse_setting(each) for each in origin.settings)
    except ValueError:
        raise header.DamagedHeaderError from None
    spec = _spec_of(path, origin.spec)
    is_notebook = path.suffix == ipynb.SUFFIX
    asked_by = (path.as_posix(),)
    return Request(spec, origin.style, settings, origin.captured, is_notebook, asked_by)


def _spec_of(path: Path, spec: str) -> str:
    """Return the path of a header's spec, relative to the working folder."""
    if spec == "-":
        return "-"
    joined = os.path.normpath(path.parent / PurePosixPath(spec))
    return Path(os.path.relpath(joined)).as_posix()
