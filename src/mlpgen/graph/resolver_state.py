"""The state of a resolver: the classes and the uses of blocks that it has resolved."""

from __future__ import annotations

from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.blocks.equal_uses import representative

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.graph.blocks.arguments import Use
    from mlpgen.graph.blocks.arrivals import Arrival
    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.context import Resolved
    from mlpgen.graph.nodes import Graph
    from mlpgen.source import Path

Place = tuple[str, "Path"]
"""An entry: the name of its class (empty for the model) and its path."""


class _Mark(NamedTuple):
    """The size of a state at some point."""

    uses: dict[str, int]
    classes: int
    resolved: int


class ResolverState:
    """What was resolved so far.

    Attributes:
        uses: How each block is used.
        arrivals: What the sizes of their inputs depend on.
        classes: Each resolved class; the model is the last.
        resolved: The classes of blocks by parameters and inputs; None after mistakes.
        counts: The numbers of rounds that depend on parameters, by their entry.
        guessed: The classes with layers whose code was found with other values.
    """

    def __init__(self, blocks: Iterable[str]) -> None:
        """Begin with nothing resolved."""
        self.uses: dict[str, list[Use]] = {name: [] for name in blocks}
        self.arrivals: set[Arrival] = set()
        self.classes: list[tuple[Definition, Resolved]] = []
        self.resolved: dict[object, Resolved | None] = {}
        self.counts: dict[Place, list[int]] = {}
        self.guessed: set[str] = set()

    def blocks(self) -> dict[str, Graph]:
        """Return the class of each used block, as one of its uses has it."""
        return {
            name: representative(uses).graph for name, uses in self.uses.items() if uses
        }

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Restore the state at the end."""
        before = {name: copy(each) for name, each in vars(self).items()}
        before["uses"] = {name: [*every] for name, every in self.uses.items()}
        before["counts"] = {place: [*every] for place, every in self.counts.items()}
        yield
        vars(self).update(before)

    def mark(self) -> _Mark:
        """Mark the state before something is tried."""
        uses = {name: len(every) for name, every in self.uses.items()}
        return _Mark(uses, len(self.classes), len(self.resolved))

    def forget(self, mark: _Mark) -> None:
        """Remove what was added since a mark."""
        for name, count in mark.uses.items():
            del self.uses[name][count:]
        del self.classes[mark.classes :]
        self._resolve_again(mark)

    def keep(self, mark: _Mark) -> None:
        """Keep what was added since a mark, as tried only."""
        for name, count in mark.uses.items():
            every = self.uses[name]
            every[count:] = [use._replace(tried=True) for use in every[count:]]
        self._resolve_again(mark)

    def _resolve_again(self, mark: _Mark) -> None:
        """Forget what is cached since a mark: real uses report their own mistakes."""
        while len(self.resolved) > mark.resolved:
            self.resolved.popitem()
