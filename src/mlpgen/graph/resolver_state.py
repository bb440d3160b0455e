"""What comes to light while a model and its blocks are resolved."""

from __future__ import annotations

from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlpgen.graph.blocks.arguments import Arrival, Use
    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.context import Resolved
    from mlpgen.graph.nodes import Graph
    from mlpgen.source import Path

Place = tuple[str, "Path"]
"""An entry: the class that it is in (empty for the model), and where it stands."""


class _Mark(NamedTuple):
    """How much there was at some time."""

    uses: dict[str, int]
    classes: int
    resolved: int


class ResolverState:
    """What was found by now.

    Attributes:
        uses: How each block is used.
        arrivals: What the sizes that arrive there depend on.
        classes: Each class as it was resolved; the model is the last.
        resolved: The classes of blocks by what they are made for; None after mistakes.
        counts: The numbers of rounds that are not plain, by their place.
        guessed: The classes with layers whose code was found by other values.
    """

    def __init__(self, blocks: Iterable[str]) -> None:
        """Begin with nothing."""
        self.uses: dict[str, list[Use]] = {name: [] for name in blocks}
        self.arrivals: set[Arrival] = set()
        self.classes: list[tuple[Definition, Resolved]] = []
        self.resolved: dict[object, Resolved | None] = {}
        self.counts: dict[Place, list[int]] = {}
        self.guessed: set[str] = set()

    def blocks(self) -> dict[str, Graph]:
        """Return the class of each used block, as its first real use has it."""
        return {
            name: min(uses, key=lambda use: use.tried).graph
            for name, uses in self.uses.items()
            if uses
        }

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Forget in the end all that is found meanwhile."""
        before = {name: copy(each) for name, each in vars(self).items()}
        before["uses"] = {name: [*every] for name, every in self.uses.items()}
        before["counts"] = {place: [*every] for place, every in self.counts.items()}
        yield
        vars(self).update(before)

    def mark(self) -> _Mark:
        """Remember how much there is, before something is tried."""
        uses = {name: len(every) for name, every in self.uses.items()}
        return _Mark(uses, len(self.classes), len(self.resolved))

    def forget(self, mark: _Mark) -> None:
        """Forget what was found since then."""
        for name, count in mark.uses.items():
            del self.uses[name][count:]
        del self.classes[mark.classes :]
        self._resolve_again(mark)

    def keep(self, mark: _Mark) -> None:
        """Keep what was found since then as what was only tried."""
        for name, count in mark.uses.items():
            every = self.uses[name]
            every[count:] = [use._replace(tried=True) for use in every[count:]]
        self._resolve_again(mark)

    def _resolve_again(self, mark: _Mark) -> None:
        """Let what is used for good be resolved for itself, with its own mistakes."""
        while len(self.resolved) > mark.resolved:
            self.resolved.popitem()
