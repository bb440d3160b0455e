"""The base of a merge: what was rendered before a person edited it.

The header of a generated file has a hash of its code, so a text is the base or it is
not. It may be kept beside the file, be committed, or be rendered from an old spec.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlpgen import api
from mlpgen.diagnostics.diagnostic import MissingPackageError, SpecError
from mlpgen.output.files import text_of
from mlpgen.output.header import DamagedHeaderError
from mlpgen.project import git, revisions
from mlpgen.project.existing_files import request_of
from mlpgen.project.merge import unedited
from mlpgen.source.files import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlpgen.output.header import Header
    from mlpgen.project.destination import Destination
    from mlpgen.project.request import Request

MOST_COMMITS = 8
"""How many commits are looked at that have the hash."""


def base(path: Path, found: Header, destination: Destination) -> str | None:
    """Find what was rendered before a file was edited.

    Args:
        path: The file.
        found: Its header.
        destination: Where generated files go, and what renders them.

    Returns:
        The text; None if it is nowhere, or there is no git.
    """
    code_hash = found.code_hash
    if (text := unedited.kept(path, code_hash)) is not None:
        return text
    try:
        request = found.origin and request_of(path, found.origin)
        head = revisions.find("HEAD", str(path))
        for revision in _revisions(head, path, code_hash):
            for text in _texts(revision, path, code_hash, request, destination):
                if unedited.is_unedited(text, code_hash):
                    return text
    except (SpecError, DamagedHeaderError):
        pass
    return None


def _revisions(
    head: revisions.Revision, path: Path, code_hash: str
) -> Iterator[revisions.Revision]:
    """Yield HEAD, and commits in which a file of this name got or lost a hash."""
    yield head
    pattern = f":(top,glob)**/{_literal(path.name)}*"
    asked = ("log", "--all", f"-n{MOST_COMMITS}", f"-S{_mark(code_hash)}")
    answer = git.run(head.root, *asked, "--format=%H %P", "--", pattern, globs=True)
    for commit in dict.fromkeys(answer.out.decode().split()):
        yield head._replace(name=commit, commit=commit)


def _texts(
    revision: revisions.Revision,
    path: Path,
    code_hash: str,
    request: Request | None,
    destination: Destination,
) -> Iterator[str]:
    """Yield the texts of a revision that may be the one."""
    asked = ("grep", "-l", "-z", "-F", "-e", _mark(code_hash), revision.commit)
    pattern = f"*{_literal(path.name)}*"  # what is kept beside it, too
    answer = git.run(revision.root, *asked, "--", pattern, globs=True)
    for name in filter(None, os.fsdecode(answer.out).split("\0")):
        there = revision.root / name.partition(":")[2]
        try:
            yield text_of(revisions.content(revision, str(there)))
        except UnreadableError:
            continue
    if request is not None and request.spec != "-":
        yield from _rendered(revision, request, destination)


def _rendered(
    revision: revisions.Revision, request: Request, destination: Destination
) -> Iterator[str]:
    """Yield what the spec of a revision renders, with the options of a header."""
    try:
        with revisions.reading(revision):
            templates = None
            if destination.templates_path:
                from mlpgen.project_templates import folder

                templates = folder.read(destination.templates_path)
            network = api.load(revision.shown(request.spec), dict(request.settings))
            texts = api.render(
                network,
                request.style,
                capture=request.captured,
                notebook=request.notebook,
                package=destination.package,
                templates=templates,
            )
    except (SpecError, MissingPackageError):
        return
    yield from texts.values()


def _mark(code_hash: str) -> str:
    return f"code sha256:{code_hash}"


def _literal(name: str) -> str:
    """Write a name as a pattern of git."""
    return "".join(f"\\{each}" if each in "*?[\\" else each for each in name)
