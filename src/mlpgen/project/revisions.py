"""Files as they were in a revision of git: specs with all that they include, templates.

`--against main` of a command is `find("main", spec)`, and the network of that time is
`load(revision, spec)`. Diagnostics name such a file as git does: `main:specs/net.yaml`.
Git's objects are read; the working tree, the index and the repository are not touched.
"""

from __future__ import annotations

import errno
import os
import posixpath
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.project import git
from mlpgen.project.shallow_clones import fetch_help
from mlpgen.source.decoding import LARGEST_FILE
from mlpgen.source.files import UnreadableError, held, possible
from mlpgen.spec.wording import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlpgen.api import Network
    from mlpgen.symbols.type_names import Setting

_OUTSIDE = ("symlink", "dangling", "loop", "notdir")
"""Answers of git about links that lead to no file of the revision."""


class Revision(NamedTuple):
    """A commit, by the name that a person gave it.

    Attributes:
        name: The name: `main`, `HEAD~2`, `v1.0`.
        commit: The hash of the commit.
        root: The top folder of the working tree, absolute and without links.
    """

    name: str
    commit: str
    root: Path

    def path(self, path: str) -> str:
        """Return the path of a file of the working tree from its top, with `/`.

        The file need not exist. Links in the path are followed when it is read, as they
        are in the revision.

        Raises:
            SpecError: It is outside of the working tree.
        """
        there = os.path.abspath(path)  # noqa: PTH100 - `resolve` follows links
        real = os.path.join(  # noqa: PTH118
            os.path.realpath(os.path.dirname(there)),  # noqa: PTH120
            os.path.basename(there),  # noqa: PTH119
        )
        for each in (there, real):
            if Path(each).is_relative_to(self.root):
                return Path(each).relative_to(self.root).as_posix()
        root = self.root.as_posix()
        raise git.failed(f"`{path}` is outside of the repository `{root}`")

    def shown(self, path: str) -> str:
        """Return the name of a file in this revision, as git writes it: `main:a.yaml`.

        Raises:
            SpecError: It is outside of the working tree.
        """
        inner = self.path(path)
        # A name without a folder gets one, since files beside it are named by that.
        return f"{self.name}:{inner if '/' in inner else f'./{inner}'}"


def find(name: str, path: str = ".") -> Revision:
    """Find a commit, in the repository of a file.

    Args:
        name: What a person calls it: a branch, a tag, a hash, `HEAD~2`.
        path: A file or folder of the working tree, which need not exist.

    Raises:
        SpecError: MG008, there is no git, no repository or no such commit.
    """
    if path == "-":
        raise git.failed("standard input has no revisions: name a file")
    repository = git.repository(Path(path))
    if name.startswith("-") or not possible(name):
        raise git.failed(f"`{name}` is not the name of a revision")
    commit = _commit(repository.root, name)
    if commit:
        return Revision(name, commit, repository.root)
    if not _commit(repository.root, "HEAD") and not _branches(repository):
        message = f"the repository `{repository.root.as_posix()}` has no commit yet"
        raise git.failed(message)
    message = f"git knows no revision `{name}`"
    if repository.shallow:
        message += ", and this is a shallow clone, which lacks older commits"
        remotes = git.run(repository.root, "remote").out.decode().split()

        def known(each: str) -> bool:
            return bool(_commit(repository.root, each))

        raise git.failed(message, fetch_help(name, remotes, known))
    raise git.failed(message, _meant(name, _branches(repository)))


def named(revision: Revision, name: str) -> Revision | None:
    """Return another commit of the same repository; None if there is none."""
    commit = _commit(revision.root, name)
    return Revision(name, commit, revision.root) if commit else None


def _commit(root: Path, name: str) -> str:
    """Return the hash of a commit; empty if there is none of this name."""
    asked = ("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    lines = git.run(root, *asked).out.decode().split()
    return lines[0] if len(lines) == 1 else ""  # `a..b` are two


def _branches(repository: git.Repository) -> list[str]:
    """Return the names of all branches and tags."""
    asked = ("for-each-ref", "--format=%(refname:short)")
    return git.run(repository.root, *asked).out.decode(errors="replace").splitlines()


def _meant(name: str, branches: Iterable[str]) -> str:
    there = [*branches]
    remote = [each for each in there if each.endswith(f"/{name}")]
    return f"did you mean `{remote[0]}`?" if remote else nearest(name, there)


def load(
    revision: Revision, path: str, settings: Mapping[str, Setting] | None = None
) -> Network:
    """Read a spec as it was, with the files that it included then.

    Args:
        revision: The revision.
        path: The spec, a path of the working tree.
        settings: New defaults for the spec's parameters.

    Raises:
        SpecError: MG001, it did not exist; MG008, it is outside of the repository; or
            it had mistakes, whose places are in `main:specs/net.yaml`.
    """
    with reading(revision):
        return api.load(revision.shown(path), settings)


@contextmanager
def reading(revision: Revision) -> Iterator[None]:
    """Read all files of specs, templates and settings as they were, in this context.

    A file is named by its path in the working tree, or as `shown`: with the latter,
    diagnostics tell the revision. Generated files are compared with those on disk.
    """
    with held(Tree(revision)):
        yield


def content(revision: Revision, path: str) -> bytes:
    """Return the content of any file as it was, such as the module of a custom layer.

    Args:
        revision: The revision.
        path: The file, a path of the working tree.

    Raises:
        UnreadableError: It did not exist, or was not a file.
        SpecError: It is outside of the working tree.
    """
    found = Tree(revision).found(path)
    return git.run(revision.root, "cat-file", "blob", found.hash).out


def paths(revision: Revision, folder: str = ".") -> list[str]:
    """Return all files below a folder as they were: paths as of the working tree.

    Links are not followed, and submodules are left out.

    Raises:
        SpecError: The folder is outside of the working tree.
    """
    inner = revision.path(folder)
    asked = ("ls-tree", "-r", "-z", "--full-tree", revision.commit)
    answer = git.run(revision.root, *asked, "--", *([inner] if inner != "." else []))
    lines = os.fsdecode(answer.out).split("\0")
    rows = [each.partition("\t") for each in lines if each]
    files = [path for kind, _, path in rows if " blob " in kind]
    return [Path(os.path.relpath(revision.root / each)).as_posix() for each in files]


class _Found(NamedTuple):
    """An object of git: its hash, its kind (`blob`, `tree`) and its size in bytes."""

    hash: str
    kind: str
    size: int


class Tree(NamedTuple):
    """The files of a revision, for `held`."""

    revision: Revision

    def content(self, path: str, *, regular: bool) -> bytes:
        """Return the content of a spec, or of what it names."""
        del regular
        found = self.found(path, most=LARGEST_FILE)
        return git.run(self.revision.root, "cat-file", "blob", found.hash).out

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder.

        Raises:
            OSError: There was no such folder.
        """
        try:
            found = self.object(folder)
        except UnreadableError:
            raise FileNotFoundError(errno.ENOENT, "does not exist", folder) from None
        if found.kind != "tree":
            raise NotADirectoryError(errno.ENOTDIR, "is not a folder", folder)
        asked = ("ls-tree", "-z", "--name-only", found.hash)
        names = os.fsdecode(git.run(self.revision.root, *asked).out).split("\0")
        return [*filter(None, names)]

    def found(self, path: str, most: int | None = None) -> _Found:
        """Find a file.

        Args:
            path: The file.
            most: The most bytes that it may have.

        Raises:
            UnreadableError: It is not a file, or too large.
        """
        found = self.object(path)
        if found.kind == "tree":
            raise UnreadableError("is a folder")
        if found.kind != "blob":
            raise UnreadableError("does not exist")
        if most is not None and found.size > most:
            raise UnreadableError(f"is larger than {most >> 20} MiB")
        return found

    def object(self, path: str) -> _Found:
        """Find what is at a path, through the links of the revision."""
        start = f"{self.revision.name}:"
        inner = path.removeprefix(start)
        if inner == path:
            inner = self.revision.path(path)
        inner = posixpath.normpath(inner)
        if "\n" in inner or inner.startswith("../") or not possible(inner):
            raise UnreadableError("does not exist")
        name = f"{self.revision.commit}:{'' if inner == '.' else inner}"
        asked = ("cat-file", "--batch-check", "--follow-symlinks")
        answer = git.run(self.revision.root, *asked, given=os.fsencode(f"{name}\n"))
        line = os.fsdecode(answer.out).partition("\n")[0]
        parts = re.fullmatch(r"([0-9a-f]{40,64}) (\w+) (\d+)", line)
        if parts:
            return _Found(parts[1], parts[2], int(parts[3]))
        if line.split(" ")[0] in _OUTSIDE:
            raise UnreadableError("is a link to no file of this revision")
        raise UnreadableError("does not exist")
