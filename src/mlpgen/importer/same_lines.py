"""What the uses of one line of the author's code have in common.

A class is used several times, with other sizes. A window that is as large as the image
is one window; a view that changes one dimension here changes two there. Where a line
does more elsewhere, its entries are those of there, so that one class can be made.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mlpgen.importer.needed import refs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlpgen.importer.body import Entry
    from mlpgen.importer.recording import Pass, Place, Step, Tensor

_RESHAPES = {"view", "reshape", "view_as", "reshape_as", "flatten", "unflatten"}
_FORMS = {"reshape", "flatten", "unflatten"}
Line = tuple["Place", int]
"""A line, and which of its changes of shape."""


class SameLines:
    """What lines do elsewhere.

    Attributes:
        kept: Those that keep several batches in one dimension.
        made: Those that put several batches in one dimension.
        whole: Those that need a reshape with the whole shape.
    """

    def __init__(self, forward: Pass, tensors: Mapping[int, Tensor]) -> None:
        found = [*_grouped(forward, tensors)]
        self.made = frozenset(line for line, made in found if made)
        self.kept = frozenset(line for line, made in found if not made)
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


def _grouped(each: Pass, tensors: Mapping[int, Tensor]) -> Iterator[tuple[Line, bool]]:
    """Yield the lines that give several batches, and whether they take fewer."""
    lines = Lines()
    for step in each.steps:
        if step.pass_ is not None:
            yield from _grouped(step.pass_, tensors)
        line = lines.of(step)
        if line and step.outputs:
            after = _batches(step.outputs[0])
            before = max((_batches(tensors[at]) for at in refs(step.args)), default=1)
            if after > 1:
                yield line, after > before


def _batches(tensor: Tensor) -> int:
    return tensor.shape[tensor.batch] if tensor.batch >= 0 else 1
