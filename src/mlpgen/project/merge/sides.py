"""The two sides of a merge of branches: generated files, which may have edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.output import files, header, ipynb
from mlpgen.project.merge import texts
from mlpgen.project.merge.bases import base
from mlpgen.project.merge.texts import Merged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlpgen.output.header import Header
    from mlpgen.project.destination import Destination
    from mlpgen.project.merge.conflicts import Labels

BRANCHES = ("ours", "theirs")
"""What git calls the two branches of a merge."""


class Side(NamedTuple):
    """One side of a merge: its text, its header, and whether it was edited."""

    text: str
    header: Header
    is_edited: bool


class Rendered(NamedTuple):
    """What the merged spec renders, and what rendered it."""

    text: str
    destination: Destination


def side(path: Path, text: str) -> Side | None:
    """Read one side of a merge; None if mlpgen did not make it."""
    plain = ipynb.plain(path, text)
    try:
        found = header.read(plain)
    except header.DamagedHeaderError:
        return None
    return found and Side(text, found, header.is_edited(plain, found))


def with_edits(
    path: Path,
    rendered: Rendered,
    sides: Sequence[Side],
    branches: Labels = BRANCHES,
) -> Merged | None:
    """Merge the edits of both sides into what is rendered.

    Args:
        path: The file.
        rendered: What the merged spec renders.
        sides: Both sides, ours first.
        branches: Their names, to write beside git's markers.

    Returns:
        None if it is not known what a side was before its edits, or the edits overlap
        each other and what is rendered.

    Raises:
        SpecError: There is no git, or it cannot merge such texts.
    """
    new = rendered.text
    edited = [each for each in sides if each.is_edited]
    if not edited:
        return Merged(new)
    if path.suffix == ipynb.SUFFIX:
        return None
    ours, theirs = (f"{files.LABEL_OF_A_BRANCH}{each}" for each in branches)
    found = [
        _on_rendered(path, rendered, each, label)
        for each, label in zip(sides, (ours, theirs), strict=True)
    ]
    if None in found:
        return None
    one, other = (each for each in found if each)
    done = _of_both(one, other, header.slotted(new), (ours, theirs))
    if done is None:
        return None
    if done.text == header.slotted(new):
        return Merged(new)
    known = all(header.holds_known_edits(each.text, each.header) for each in edited)
    text = header.stamp_edited(done.text, new, known=known and not done.conflicts)
    return done._replace(text=text)


def _on_rendered(
    path: Path, rendered: Rendered, found: Side, label: str
) -> Merged | None:
    """Merge the edits of one side into what is rendered; None without its base."""
    if not found.is_edited:
        return Merged(header.slotted(rendered.text))
    before = base(path, found.header, rendered.destination)
    if before is None:
        return None
    labels = (label, files.LABELS[1])
    return texts.merge_python(found.text, before, rendered.text, labels)


def _of_both(
    ours: Merged, theirs: Merged, rendered: str, labels: Labels
) -> Merged | None:
    """Merge what both sides are on what is rendered; None for markers in markers."""
    if not (ours.conflicts or theirs.conflicts):
        return texts.merge_python(ours.text, rendered, theirs.text, labels)
    done = texts.merge(ours.text, rendered, theirs.text, labels)
    why = ours.why or theirs.why
    return None if done.conflicts else Merged(done.text, conflicts=True, why=why)
