"""Where the values of `forward` are used, and which variables are still needed."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mlpgen.graph.nodes import Node


class Uses:
    """Where values are made and used, in the order of layers.

    Attributes:
        places: Where each layer stands.
        of: The places of the layers that take a value; its end is behind the last.
        ends: The values that are needed in the end.
    """

    def __init__(self, nodes: Sequence[Node], ends: Sequence[str]) -> None:
        self.places = {node.name: index for index, node in enumerate(nodes)}
        self.of: dict[str, list[int]] = {}
        self.ends = frozenset(ends)
        for index, node in enumerate(nodes):
            for source in node.sources:
                self.of.setdefault(source, []).append(index)
        for name in ends:
            self.of.setdefault(name, []).append(len(nodes))

    def none(self, value: str) -> bool:
        """Tell whether nothing takes a value: it is made for a hook alone."""
        return value not in self.of

    def once(self, value: str) -> bool:
        """Tell whether one layer takes a value, and nobody else."""
        return len(self.of.get(value, ())) == 1 and value not in self.ends

    def for_long(self, value: str, made: int) -> bool:
        """Tell whether a value is needed several times, or much later."""
        uses = self.of.get(value, ())
        return len(uses) > 1 or (len(uses) == 1 and uses[-1] - made > 2)


class Alive:
    """Variables, and how long the values in them are needed.

    Places in the order of layers must be asked for in that order.
    """

    def __init__(self, uses: Uses) -> None:
        """Take where each value is used."""
        self._uses = uses
        self._ends: list[tuple[int, str]] = []
        self._holders: dict[str, int] = {}

    def hold(self, value: str, variable: str) -> None:
        """Note that a variable holds a value."""
        uses = self._uses.of.get(value)
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
