"""The three-way merge of texts, by git."""

from __future__ import annotations

import ast
import tempfile
import warnings
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from mlpgen.output import files, header
from mlpgen.project import git
from mlpgen.project.merge.conflicts import Conflict, Labels, longest_run, parse, settled
from mlpgen.project.merge.names import parted

_PLACE = f"{header.MARK}: its place in a merge"
_MOST_CONFLICTS = 127
"""The most that the exit status of `git merge-file` counts; more is a failure."""


class Merged(NamedTuple):
    """A merged text.

    Attributes:
        text: The text, with git's markers around conflicts.
        conflicts: Whether there are any.
        why: What would be wrong without them, if both sides do not overlap.
    """

    text: str
    conflicts: bool = False
    why: str = ""


def merge(ours: str, base: str, theirs: str, labels: Labels = files.LABELS) -> Merged:
    """Merge two texts that come from the same one.

    Git calls changes of lines that touch a conflict. Here they are none if each line
    was changed on one side, or its code on one and its comment on the other.

    Args:
        ours: One text.
        base: The text that both come from.
        theirs: The other text.
        labels: What is written beside git's markers: ours, theirs.

    Raises:
        SpecError: There is no git, or it cannot merge such texts.
    """
    if theirs in (base, ours):
        return Merged(ours)
    if ours == base:
        return Merged(theirs)
    size = max(map(longest_run, (ours, base, theirs))) + 1
    text, _ = merged_by_git((ours, base, theirs), "--diff3", f"--marker-size={size}")
    parts = parse(text, size)
    done = [settled(each) if isinstance(each, Conflict) else each for each in parts]
    lines = [
        each.lines(labels) if isinstance(each, Conflict) else each for each in done
    ]
    conflicts = any(isinstance(each, Conflict) for each in done)
    return Merged("\n".join(line for part in lines for line in part), conflicts)


def merged_by_git(sides: tuple[str, ...], *options: str) -> tuple[str, bool]:
    """Merge texts as git merges files; tell whether there are conflicts.

    Args:
        sides: Ours, the base, theirs.
        options: Options of `git merge-file`.

    Raises:
        SpecError: There is no git, or it cannot merge such texts.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        names = ("ours", "base", "theirs")
        for name, text in zip(names, sides, strict=True):
            (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))
        answer = git.run(folder, "merge-file", "-p", "-q", *options, *names)
    if answer.code > _MOST_CONFLICTS:
        raise git.failed(f"git cannot merge the text: {answer.said}")
    return answer.out.decode("utf-8", "surrogateescape"), answer.code > 0


def merge_python(
    ours: str, base: str, theirs: str, labels: Labels = files.LABELS
) -> Merged:
    """Merge the edits of a person into code that is rendered.

    What merges into code that is not Python any more, or that lacks a name which both
    sides had, is a conflict, too: at each edit, which may be the reason.

    Args:
        ours: The edited code.
        base: What it was before the edits.
        theirs: What is rendered now, which may have other edits.
        labels: What is written beside git's markers: ours, theirs.

    Returns:
        The merged code, with `SLOT` in place of the header.

    Raises:
        SpecError: There is no git, or it cannot merge such texts.
    """
    ours, base, theirs = map(_with_place, (ours, base, theirs))
    merged = merge(ours, base, theirs, labels)
    why = damage(merged.text)
    if not why and (names := parted(merged.text, ours, theirs)):
        why = f"the edits use `{names[0]}`, which is rendered no more"
    if why and not merged.conflicts:
        questioned = _questioned(merged.text, theirs, labels)
        merged = Merged(questioned, conflicts=True, why=why)
    return merged._replace(text=merged.text.replace(_PLACE, header.SLOT))


def _with_place(text: str) -> str:
    return header.slotted(text).replace(header.SLOT, _PLACE)


def damage(text: str) -> str:
    """Say why a text is not Python; empty if it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text.encode())
        except UnicodeEncodeError:
            return "it is not UTF-8"
        except SyntaxError as error:
            return f"line {error.lineno or 1} is not Python: {error.msg}"
        except (ValueError, RecursionError, MemoryError):
            return "it is not Python"
    return ""


def _questioned(merged: str, theirs: str, labels: Labels) -> str:
    """Make each difference between what is merged and what is rendered a conflict."""
    one, other = (text.split("\n") for text in (merged, theirs))
    lines: list[str] = []
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    for kind, start, end, its_start, its_end in matcher.get_opcodes():
        found = one[start:end]
        if kind != "equal":
            found = Conflict(found, [], other[its_start:its_end]).lines(labels)
        lines += found
    return "\n".join(lines)
