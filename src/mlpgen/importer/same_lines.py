"""What the uses of one line of the author's code have in common.

A class is used several times, with other sizes. A window that is as large as the image
is one window; a view that changes one dimension here changes two there. Where a line
does more elsewhere, its entries are those of there, so that one class can be made.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlpgen.importer.recording import Pass, Place, Step

RESHAPES = {"view", "reshape", "view_as", "reshape_as", "flatten", "unflatten"}
FORMS = {"reshape", "flatten", "unflatten"}
Line = tuple["Place", int]
"""A line, and which of its changes of shape."""


class SameLines(NamedTuple):
    """Lines that do more elsewhere.

    Attributes:
        grouped: Those that have several batches in one dimension.
        whole: Those that need a reshape with the whole shape.
    """

    grouped: frozenset[Line] = frozenset()
    whole: frozenset[Line] = frozenset()


class Lines:
    """Numbers the changes of shape of one pass, by their lines."""

    def __init__(self) -> None:
        self._counts: Counter[Place] = Counter()

    def of(self, step: Step) -> Line | None:
        """Return the line of a step; None if it does not change a shape."""
        if step.function.rpartition(".")[2] not in RESHAPES:
            return None
        self._counts[step.place] += 1
        return (step.place, self._counts[step.place])


def grouped_lines(each: Pass) -> frozenset[Line]:
    """Return the lines that have several batches in one dimension."""
    return frozenset(_grouped(each))


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


def whole_lines(forms: Mapping[Line, set[str]]) -> frozenset[Line]:
    """Return the lines whose changes of shape have several forms."""
    return frozenset(
        line for line, own in forms.items() if len(own) > 1 and "reshape" in own
    )
