"""The files that are there, and what their headers say."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.output import files, header, notebook
from mlpgen.project.requests import Request, parse_setting

if TYPE_CHECKING:
    from collections.abc import Iterator


class Found(NamedTuple):
    """A file that mlpgen made.

    Attributes:
        path: The file.
        text: What is in it.
        request: What its header says it was rendered from; None if it names no spec.
        header: The header; None if it is damaged.
        why: Why it cannot be read, and may be one that mlpgen made.
    """

    path: Path
    text: str = ""
    request: Request | None = None
    header: header.Header | None = None
    why: str = ""


def generated(out: Path) -> Iterator[Found]:
    """Find the files below `out` that mlpgen made."""
    found = (*out.rglob("*.py"), *out.rglob(f"*{notebook.SUFFIX}"))
    for path in sorted(found):
        if not files.is_file(str(path)) or ".ipynb_checkpoints" in path.parts:
            continue
        there = files.read(path)
        if there.status != "file":
            yield Found(path, why=there.why)
            continue
        text = notebook.plain(path, there.text)
        try:
            read = header.read(text)
            if read is not None:
                request = read.origin and _request(path, read.origin)
                yield Found(path, text, request, read)
        except header.DamagedHeaderError:
            yield Found(path, text)


def _request(path: Path, origin: header.Origin) -> Request:
    if origin.style not in api.STYLES:
        raise header.DamagedHeaderError
    try:
        settings = tuple(parse_setting(each) for each in origin.settings)
    except ValueError:
        raise header.DamagedHeaderError from None
    spec = _spec_of(path, origin.spec)
    is_notebook = path.suffix == notebook.SUFFIX
    asked_by = path.as_posix()
    return Request(spec, origin.style, settings, origin.captured, is_notebook, asked_by)


def _spec_of(path: Path, spec: str) -> str:
    """Return where a header's spec lies, seen from the current folder."""
    if spec == "-":
        return "-"
    joined = os.path.normpath(path.parent / PurePosixPath(spec))
    return Path(os.path.relpath(joined)).as_posix()
