"""Which variables of `forward` hold values that are still needed."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


class Alive:
    """Variables, and how long the values in them are needed.

    Places in the order of layers must be asked for in that order.
    """

    def __init__(self, uses: Mapping[str, Sequence[int]]) -> None:
        """Take where each value is used, in order."""
        self._uses = uses
        self._ends: list[tuple[int, str]] = []
        self._holders: dict[str, int] = {}

    def hold(self, value: str, variable: str) -> None:
        """Note that a variable holds a value."""
        uses = self._uses.get(value)
        if uses:
            heappush(self._ends, (uses[-1], variable))
            self._holders[variable] = self._holders.get(variable, 0) + 1

    def behind(self, index: int) -> Collection[str]:
        """Return the variables whose values are needed behind a layer."""
        while self._ends and self._ends[0][0] <= index:
            _, variable = heappop(self._ends)
            self._holders[variable] -= 1
            if not self._holders[variable]:
                del self._holders[variable]
        return self._holders.keys()
