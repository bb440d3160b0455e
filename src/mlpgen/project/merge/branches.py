"""Generated files in which git has left conflicts of two branches: rendered again.

What both branches rendered is not worth a person's time. What a person wrote is: the
edits of a branch, and whatever was changed beside git's markers since.
"""

from __future__ import annotations

import os
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.output.files import text_of
from mlpgen.project import git, revisions
from mlpgen.project.merge.conflicts import Conflict, Part, parse
from mlpgen.project.merge.merged_files import Versions, version
from mlpgen.project.merge.sides import Side, side

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def sides(path: Path, text: str) -> tuple[Side, Side] | None:
    """Return both sides of a file with conflicts.

    Args:
        path: The file.
        text: Its text, with git's markers.

    Returns:
        None if they are not known to be generated, or a person has changed the file
        since git merged it.
    """
    parts = parse(text)
    both = [_side_of(parts, ours=ours) for ours in (True, False)]
    found = [side(path, "\n".join(each)) for each in both]
    if found[0] and found[1] and not (found[0].is_edited or found[1].is_edited):
        return found[0], found[1]
    try:
        for each in _versions(path):
            three = [text_of(data).split("\n") for data in each]
            if fits(both[0], both[1], *three):
                one, other = (side(path, text_of(data)) for data in each[1:])
                return (one, other) if one and other else None
    except SpecError:
        pass
    return None


def _side_of(parts: Sequence[Part], *, ours: bool) -> list[str]:
    """Return the lines of a file, with one side of each conflict."""
    return [
        line
        for each in parts
        for line in (
            (each.ours if ours else each.theirs) if isinstance(each, Conflict) else each
        )
    ]


def _versions(path: Path) -> Iterator[Versions]:
    """Yield the versions that git may have merged: in its index, or of commits."""
    head = revisions.find("HEAD", str(path))
    asked = ("ls-files", "-u", "-z", "--full-name")
    rows = os.fsdecode(git.run(head.root, *asked, "--", head.path(str(path))).out)
    stages = {row.split()[2]: row.split()[1] for row in rows.split("\0") if row}
    if stages:
        data = [_blob(head, stages.get(each, "")) for each in ("1", "2", "3")]
        yield Versions(*data)
    for one, other in (("HEAD", "MERGE_HEAD"), ("HEAD^1", "HEAD^2")):
        ours, theirs = (revisions.named(head, each) for each in (one, other))
        if ours and theirs:
            pair = (ours.commit, theirs.commit)
            names = git.run(head.root, "merge-base", *pair).out.decode().split()
            bases = [revisions.named(head, each) for each in names]
            data = [
                (each and version(each, str(path))) or b""
                for each in (*(bases or [None]), ours, theirs)
            ]
            yield Versions(*data)


def _blob(head: revisions.Revision, name: str) -> bytes:
    return git.run(head.root, "cat-file", "blob", name).out if name else b""


def fits(
    ours: Sequence[str],
    theirs: Sequence[str],
    base: Sequence[str],
    one: Sequence[str],
    other: Sequence[str],
) -> bool:
    """Tell whether a file with conflicts is as git has merged it.

    Git may put the lines together in several ways. But no line is there that neither
    branch has, and none is lacking that a branch wrote, or that both kept.

    Args:
        ours: The lines of the file, with our side of each conflict.
        theirs: The same, with their side.
        base: The lines that both branches come from.
        one: The lines of our branch.
        other: The lines of their branch.
    """
    return _is_merged(ours, one, base, other) and _is_merged(theirs, other, base, one)


def _is_merged(
    lines: Sequence[str], one: Sequence[str], base: Sequence[str], other: Sequence[str]
) -> bool:
    """Tell whether lines are those of a branch, with changes of the other one.

    Where both changed something, the branch has all of its lines.
    """
    kept = _pairs(base, other)
    removed = {mine for its, mine in _pairs(base, one).items() if its not in kept}
    wanted = [line for n, line in enumerate(one) if n not in removed]
    new = Counter(line for n, line in enumerate(other) if n not in kept.values())
    waiting = iter(lines)
    in_order = all(line in waiting for line in wanted)
    return in_order and Counter(lines) - Counter(one) <= new


def _pairs(one: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Return which lines of one text are which of the other."""
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return {block.a + n: block.b + n for block in blocks for n in range(block.size)}
