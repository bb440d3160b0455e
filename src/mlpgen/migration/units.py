"""The units of one dimension of a tensor, and which old units they were.

A unit is a feature, a channel, a place: an index of a dimension. A wider dimension has
some old units several times. Whoever sums over it then divides the weight of a unit by
how often that is there, which keeps the sum: this is Net2WiderNet of T. Chen,
I. Goodfellow and J. Shlens, "Net2Net: Accelerating Learning via Knowledge Transfer",
ICLR 2016 (https://arxiv.org/abs/1511.05641). There the repeated units are drawn; here
they are taken in turn, so that two branches of a sum widen alike.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

NEW = -1
"""Stands for a unit that is none of the old ones."""


class Units(NamedTuple):
    """The units of a dimension.

    Attributes:
        old: How many there were.
        were: The old unit that each is, or `NEW`.
        chosen: The key of the layer that may choose them otherwise; empty for none.
    """

    old: int
    were: Sequence[int]
    chosen: str = ""

    @property
    def same(self) -> bool:
        """Whether they are the old ones, in order."""
        return self.were == range(self.old) or [*self.were] == [*range(self.old)]

    @property
    def even(self) -> bool:
        """Whether each old unit is there equally often, and no other."""
        counts = Counter(self.were)
        return len({*counts.values()}) == 1 and counts.keys() == {*range(self.old)}

    @property
    def complete(self) -> bool:
        """Whether every old unit is there."""
        return {*range(self.old)} <= {*self.were}

    @property
    def shares(self) -> list[float]:
        """What part of an old unit's weight each has; new units have none.

        Repeated units have unequal parts, 1/3 and 2/3, so that their gradients differ,
        and training parts them.
        """
        counts, seen = Counter(self.were), Counter[int]()
        found = []
        for unit in self.were:
            seen[unit] += 1
            whole = counts[unit] * (counts[unit] + 1) / 2
            found.append(0.0 if unit == NEW else seen[unit] / whole)
        return found

    def is_like(self, other: Units) -> bool:
        """Tell whether others are the same old units."""
        return self.old == other.old and [*self.were] == [*other.were]


def all_of(size: int) -> Units:
    """Return the units of a dimension that stays."""
    return Units(size, range(size))


def spread(old: int, new: int, chosen: str = "") -> Units:
    """Return the units of a dimension of another size: the first, then in turn."""
    if old == new:
        return Units(old, range(new), chosen)
    return Units(old, tuple(each % old for each in range(new)), chosen)


def extended(old: int, new: int) -> Units:
    """Return the first old units, and new ones behind them."""
    return Units(old, tuple(each if each < old else NEW for each in range(new)))


def joined(parts: Sequence[Units]) -> Units:
    """Return the units of several dimensions one after the other."""
    start, index = 0, list[int]()
    for each in parts:
        index += [unit if unit == NEW else unit + start for unit in each.were]
        start += each.old
    return Units(start, tuple(index))


def product(parts: Sequence[Units]) -> Units:
    """Return the units of several dimensions made into one, the last the fastest."""
    found = Units(1, (0,))
    for each in parts:
        if found.same and each.same:
            found = all_of(found.old * each.old)
            continue
        index = (
            NEW if NEW in (a, b) else a * each.old + b
            for a in found.were
            for b in each.were
        )
        found = Units(found.old * each.old, tuple(index))
    return found


def repeated(units: Units, times: int) -> Units:
    """Return the units of several equal dimensions one after the other: of gates."""
    return joined([units] * times)
