"""Files as a merge of branches will make them: what git has not written yet.

Git merges one file after the other and writes all of them at the end. So what the
merged spec renders is found from the three commits, with every file that it names.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.project import git, revisions
from mlpgen.project.merge.texts import merged_by_git
from mlpgen.source.files import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from mlpgen.project.revisions import Revision

MOST_COMMITS = 50
"""How many commits that changed a file are looked at for one of its versions."""
_HEADS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD", "REVERT_HEAD")
_OF_A_HEAD = re.compile(r"GITHEAD_([0-9a-f]{40,64})")


class Versions(NamedTuple):
    """The three versions of a file that git merges, as bytes; empty for no file."""

    base: bytes
    ours: bytes
    theirs: bytes


class MergedFiles(NamedTuple):
    """The files that a merge makes of three commits, for `held`.

    Attributes:
        base: The commit that both come from.
        ours: Our commit.
        theirs: Their commit.
        renames: What both have renamed: the old path of each new one.
    """

    base: Revision
    ours: Revision
    theirs: Revision
    renames: tuple[Mapping[str, str], Mapping[str, str]]

    def content(self, path: str, *, regular: bool) -> bytes:
        """Return the content of a file after the merge.

        Raises:
            UnreadableError: There is none, or the merge has a conflict in it.
        """
        del regular
        base, ours, theirs = self._versions(path)
        if theirs in (base, ours):
            found = ours
        elif ours == base:
            found = theirs
        elif ours is None or theirs is None:
            raise UnreadableError("is removed on one side of the merge")
        else:
            sides = (ours, base or b"", theirs)
            texts = (each.decode("utf-8", "surrogateescape") for each in sides)
            text, conflicts = merged_by_git((*texts,))
            if conflicts:
                raise UnreadableError("has a conflict")
            found = text.encode("utf-8", "surrogateescape")
        if found is None:
            raise UnreadableError("does not exist")
        return found

    def _versions(self, path: str) -> list[bytes | None]:
        """Return the versions of a file, also under the name that it had before."""
        new = _path(self.ours, path)
        old = next((each[new] for each in self.renames if new in each), new)
        names = [old]
        for renamed in self.renames:
            now = {before: after for after, before in renamed.items()}
            names.append(now.get(old, old))
        sides = (self.base, self.ours, self.theirs)
        paths = (str(each.root / name) for each, name in zip(sides, names, strict=True))
        return [*map(version, sides, paths)]

    def names(self, folder: str) -> list[str]:
        """Return the names of the files that are in a folder after the merge."""
        sides = (self.base, self.ours, self.theirs)
        base, ours, theirs = ({*_names(each, folder)} for each in sides)
        return sorted((ours & theirs) | (ours - base) | (theirs - base))


def _path(revision: Revision, path: str) -> str:
    """Return the path of a file from the top; itself, if it is outside."""
    try:
        return revision.path(path)
    except SpecError:
        return path


def version(revision: Revision, path: str) -> bytes | None:
    """Return the content of a file in a revision; None if it had none."""
    try:
        return revisions.content(revision, path)
    except (UnreadableError, SpecError):
        return None


def _names(revision: Revision, folder: str) -> list[str]:
    try:
        return revisions.Tree(revision).names(folder)
    except OSError:
        return []


def merged_files(path: str, versions: Versions) -> MergedFiles | None:
    """Find the commits that git merges, by the versions of one file.

    Args:
        path: The file.
        versions: What git gives to a merge driver.

    Returns:
        The files after the merge; None if no commits have these versions.

    Raises:
        SpecError: There is no git, or no commit.
    """
    head = revisions.find("HEAD", path)
    known = (revisions.named(head, each) for each in _heads(head))
    ours = _first(head, path, versions.ours, [head])
    theirs = _first(head, path, versions.theirs, known)
    if ours is None or theirs is None:
        return None
    pair = (ours.commit, theirs.commit)
    names = git.run(head.root, "merge-base", "--all", *pair).out.decode().split()
    bases = [revisions.named(head, each) for each in (*names, f"{theirs.commit}^")]
    there = [*filter(None, bases)]
    base = _first(head, path, versions.base, there) or next(iter(there), None)
    if base is None:
        return None
    renames = (_renames(base, ours), _renames(base, theirs))
    return MergedFiles(base, ours, theirs, renames)


def branch_names(path: Path) -> tuple[str, str]:
    """Return what to call the two sides of the merge that git makes: ours, theirs.

    Raises:
        SpecError: There is no git, or no repository.
    """
    root = git.repository(path).root
    ours = git.run(root, "symbolic-ref", "-q", "--short", "HEAD").out
    theirs = [os.environ[name] for name in os.environ if _OF_A_HEAD.fullmatch(name)]
    named = len(theirs) == 1 and theirs[0].isprintable()
    return os.fsdecode(ours).strip() or "ours", theirs[0] if named else "theirs"


def _renames(base: Revision, side: Revision) -> dict[str, str]:
    """Return the old path of each file that a side has renamed."""
    asked = ("diff", "--find-renames", "--diff-filter=R", "--name-status", "-z")
    answer = git.run(base.root, *asked, base.commit, side.commit)
    words = os.fsdecode(answer.out).split("\0")
    return {words[n + 2]: words[n + 1] for n in range(0, len(words) - 2, 3)}


def _heads(head: Revision) -> Iterator[str]:
    """Yield the names of commits that may be merged now, the most likely ones first."""
    for name in os.environ:  # `git merge` says so to its programs
        if found := _OF_A_HEAD.fullmatch(name):
            yield found[1]
    yield from _HEADS
    for name in ("rebase-merge/done", "sequencer/todo"):
        asked = ("rev-parse", "--git-path", name)
        path = head.root / os.fsdecode(git.run(head.root, *asked).out).rstrip("\n")
        if path.is_file():
            lines = path.read_text("utf-8", "replace").splitlines()
            words = [each.split() for each in lines if each[:1] not in ("", "#")]
            picks = [each[1] for each in words if len(each) > 1]
            yield from picks[-1:] if name.endswith("done") else picks[:1]
    asked = ("for-each-ref", f"--count={MOST_COMMITS}", "--sort=-committerdate")
    tips = git.run(head.root, *asked, "--format=%(objectname)")
    yield from tips.out.decode().split()


def _first(
    head: Revision, path: str, wanted: bytes, known: Iterable[Revision | None]
) -> Revision | None:
    """Return the first commit that has a version of a file; None if none has it."""
    there = [each for each in known if each]
    for each in (*there, *_history(head, path)):
        if (version(each, path) or b"") == wanted:
            return each
    blob = git.run(head.root, "hash-object", "--stdin", given=wanted).out.strip()
    for each in there:  # the file has another name there
        if blob in git.run(head.root, "ls-tree", "-r", each.commit).out:
            return each
    return None


def _history(head: Revision, path: str) -> list[Revision]:
    """Return the commits of all branches that changed a file, the newest first."""
    asked = ("log", "--all", f"-n{MOST_COMMITS}", "--format=%H")
    answer = git.run(head.root, *asked, "--", head.path(path))
    names = answer.out.decode().split()
    return [head._replace(name=each, commit=each) for each in names]
