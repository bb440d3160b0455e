"""Which values a layer takes, in the terms of both networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.changes.parts import part_of
from mlpgen.changes.signatures import is_commutative

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from mlpgen.changes.layers import Layers
    from mlpgen.changes.matching import Matching
    from mlpgen.graph.flow import Operation, Source


class Origin(NamedTuple):
    """Where a value comes from.

    Attributes:
        place: The place of the old layer that makes it, or of its partner; -1 for an
            input of the network.
        part: Which part of its result it is, or the name of the input.
        name: What people call it.
    """

    place: int
    part: Hashable
    name: str

    @property
    def same(self) -> tuple[int, Hashable]:
        """What is equal in both networks for the same value."""
        return self.place, self.part


class Wiring:
    """Compares what matched layers take."""

    def __init__(
        self,
        old: Layers,
        new: Layers,
        matching: Matching,
        inputs: Mapping[str, str],
        skipped: Callable[[Operation], bool],
    ) -> None:
        """Prepare a comparison.

        Args:
            old: The layers of the old network.
            new: Those of the new one.
            matching: Which are which.
            inputs: The old names of the inputs of the new network.
            skipped: Tells operations that only pass their input on.
        """
        self._old = old
        self._new = new
        self._partners = {pair.new.place: pair.old.place for pair in matching.pairs}
        self._kept = {*self._partners.values()}
        self._inputs = inputs
        self._skipped = skipped

    def change(self, was: Operation, now: Operation) -> str:
        """Say which other values a layer takes; empty where it takes the same.

        It is empty, too, where one comes from a layer that only one network has.
        """
        text = self.difference(
            was.sources, now.sources, ordered=not is_commutative(now)
        )
        return f"takes {text}" if text else ""

    def difference(
        self, old: Iterable[Source], new: Iterable[Source], *, ordered: bool = True
    ) -> str:
        """Say how values differ: `conv2`, no longer `conv1`; empty as for `change`."""
        before = [self._of_old(source) for source in old]
        after = [self._of_new(source) for source in new]
        if None in before or None in after:
            return ""
        was = [each for each in before if each is not None]
        now = [each for each in after if each is not None]
        same = [each.same for each in was], [each.same for each in now]
        if not ordered:
            same = (
                [*sorted(same[0][:2]), *same[0][2:]],
                [*sorted(same[1][:2]), *same[1][2:]],
            )
        if same[0] == same[1]:
            return ""
        return f"{_listed(now)}, no longer {_listed(was)}"

    def _behind(self, source: Source) -> Source:
        while source.operation is not None and self._skipped(source.operation):
            source = source.operation.sources[0]
        return source

    def _of_old(self, source: Source) -> Origin | None:
        source = self._behind(source)
        if source.operation is None:
            return Origin(-1, source.part, source.part)
        place = self._old.places[source.operation]
        name = _name(self._old.every[place].key, source)
        return Origin(place, part_of(source), name) if place in self._kept else None

    def _of_new(self, source: Source) -> Origin | None:
        source = self._behind(source)
        if source.operation is None:
            return Origin(-1, self._inputs[source.part], source.part)
        place = self._new.places[source.operation]
        name = _name(self._new.every[place].key, source)
        partner = self._partners.get(place)
        return None if partner is None else Origin(partner, part_of(source), name)


def _name(key: str, source: Source) -> str:
    assert source.operation is not None
    return key if source.operation.node.single else f"{key}.{source.part}"


def _listed(origins: Iterable[Origin]) -> str:
    names = [f"`{each.name}`" for each in origins]
    return ", ".join(names) or "nothing"
