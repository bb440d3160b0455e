"""The two sides of a merge of branches: generated files, which may have edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.output import header, ipynb
from mlpgen.project.merge import texts
from mlpgen.project.merge.bases import base
from mlpgen.project.merge.texts import Merged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlpgen.output.header import Header
    from mlpgen.project.destination import Destination


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


def with_edits(path: Path, rendered: Rendered, sides: Sequence[Side]) -> Merged | None:
    """Merge the edits of both sides into what is rendered.

    Args:
        path: The file.
        rendered: What the merged spec renders.
        sides: Both sides.

    Returns:
        None if it is not known what a side was before its edits.

    Raises:
        SpecError: There is no git, or it cannot merge such texts.
    """
    new = rendered.text
    edited = [each for each in sides if each.is_edited]
    if not edited:
        return Merged(new)
    if path.suffix == ipynb.SUFFIX:
        return None
    done = Merged(header.slotted(new))
    for each in edited:
        before = base(path, each.header, rendered.destination)
        if before is None:
            return None
        done = texts.merge_python(each.text, before, done.text)
        if done.conflicts:
            break
    if done.text == header.slotted(new):
        return Merged(new)
    known = all(header.holds_known_edits(each.text, each.header) for each in edited)
    text = header.stamp_edited(done.text, new, known=known and not done.conflicts)
    return done._replace(text=text)
