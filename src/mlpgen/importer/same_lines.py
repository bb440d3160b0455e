"""What the uses of one line of the author's code have in common.

A class is used several times, with other sizes. A window that is as large as the image
is one window; a view that changes one dimension here changes two there. Where a line
does more elsewhere, its entries are those of there, so that one class can be made.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.importer.body import Entry
    from mlpgen.importer.recording import Pass, Place, Step

_RESHAPES = {"view", "reshape", "view_as", "reshape_as", "flatten", "unflatten"}
_FORMS = {"reshape", "flatten", "unflatten"}
Line = tuple["Place", int]
"""A line, and which of its changes of shape."""


class SameLines:
    """What lines do elsewhere.

    Attributes:
        grouped: Those that have several batches in one dimension.
        whole: Those that need a reshape with the whole shape.
    """

    def __init__(self, forward: Pass) -> None:
        self.grouped = frozenset(_grouped(forward))
        self.whole: frozenset[Line] = frozenset()
        self._forms: dict[Line, set[str]] = {}

    def became(self, line: Line | None, entries: Sequence[Entry]) -> None:
        """Remember the functions that a change of shape became."""
        if line is not None:
            types = {each.type for each in entries} & _FORMS
            self._forms.setdefault(line, set()).update(types or {""})

    def settled(self) -> bool:
        """Return whether no line became several functions; else they need one."""
        self.whole = frozenset(
            line
            for line, own in self._forms.items()
            if len(own) > 1 and "reshape" in own
        )
        self._forms = {}
        return not self.whole


class Lines:
    """Numbers the changes of shape of one pass, by their lines."""

    def __init__(self) -> None:
        self._counts: Counter[Place] = Counter()

    def of(self, step: Step) -> Line | None:
        """Return the line of a step; None if it does not change a shape."""
        if step.function.rpartition(".")[2] not in _RESHAPES:
            return None
        self._counts[step.place] += 1
        return (step.place, self._counts[step.place])


def _grouped(each: Pass) -> Iterator[Line]:
    lines = Lines()
    for step in each.steps:
        if step.pass_ is not None:
            yield from _grouped(step.pass_)
        line = lines.of(step)
        if line and step.outputs:
            out = step.outputs[0]
            if out.batch >= 0 and out.shape[out.batch] > 1:
                yield line
