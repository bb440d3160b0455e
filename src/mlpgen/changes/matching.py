"""Which layer of a network is which layer of another one.

`match(old, new)` is what callers need. A layer keeps its identity if its name stays (in
any order, with other arguments), or if its place among the layers around it stays while
its name changes, or if it does the same somewhere else. So a rename is no removal, and
a layer that is moved, also into a block or a list with other numbers, is moved:

    matching = match(layers_of(old.graph), layers_of(new.graph))
    for pair in matching.pairs:      # in the order of the new network
        pair.old.key, pair.new.key   # "conv2d_2", "stem.conv": names in the state_dict
        pair.moved                   # whether it runs elsewhere, past layers that stay
    matching.removed, matching.added # the layers that have no partner

A pair may have layers of two kinds, where one layer replaces another in its place
(`ReLU` to `GELU`, `BatchNorm2d` to `GroupNorm`): compare `pair.old.kind`.

The method is that of tree and line differences, on layers in the order they run:
equal names are anchors, as equal unique lines are in the patience diff (B. Cohen, 2009)
whose longest increasing run splits the rest into gaps; inside a gap layers are aligned
by their likeness (S. Needleman, C. Wunsch, 1970); what is left over is matched by what
it does, then by where it is, as moved subtrees are by J.-R. Falleri et al.,
"Fine-grained and accurate source code differencing" (2014). It is deterministic.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.changes.alignment import aligned, longest_increasing

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from mlpgen.changes.layers import Layer, Layers


class Pair(NamedTuple):
    """A layer of the old network, and what it is in the new one.

    Attributes:
        old: The old layer.
        new: The new layer.
        moved: Whether it runs before or after layers that it did not before.
    """

    old: Layer
    new: Layer
    moved: bool = False

    @property
    def renamed(self) -> bool:
        """Whether its tensors have other names."""
        return self.old.key != self.new.key


class Matching(NamedTuple):
    """The layers of two networks.

    Attributes:
        pairs: Layers that both have, in the order of the new network.
        removed: Layers that only the old network has.
        added: Layers that only the new network has.
    """

    pairs: tuple[Pair, ...]
    removed: tuple[Layer, ...]
    added: tuple[Layer, ...]


def match(old: Layers, new: Layers) -> Matching:
    """Match the layers of two networks."""
    search = _Search(old, new)
    search.by_name()
    search.by_place()
    search.by_use(lambda layer: (layer.word, layer.token))
    search.by_use(lambda layer: layer.token)
    search.by_use(lambda layer: (layer.kind, layer.key))
    search.by_use(lambda layer: (layer.kind, layer.word), only=_is_named)
    search.by_neighbours()
    found = search.found
    kept = longest_increasing([found[place] for place in sorted(found)])
    pairs = [
        Pair(old.every[one], new.every[other], moved=other not in kept)
        for one, other in found.items()
    ]
    return Matching(
        tuple(sorted(pairs, key=lambda pair: pair.new.place)),
        tuple(each for each in old.every if each.place not in found),
        tuple(each for each in new.every if each.place not in search.taken),
    )


def _is_named(layer: Layer) -> bool:
    return layer.is_named


class _Search:
    """The pairs found so far, by their places in the old and in the new network."""

    def __init__(self, old: Layers, new: Layers) -> None:
        self.old = old
        self.new = new
        self.found: dict[int, int] = {}
        self.taken: dict[int, int] = {}

    def add(self, one: Layer, other: Layer) -> None:
        """Match two layers."""
        self.found[one.place] = other.place
        self.taken[other.place] = one.place

    @property
    def left(self) -> tuple[list[Layer], list[Layer]]:
        """The layers of both that have no partner yet."""
        return (
            [each for each in self.old.every if each.place not in self.found],
            [each for each in self.new.every if each.place not in self.taken],
        )

    def by_name(self) -> None:
        """Match layers of a kind whose name a person chose, and did not change."""
        names = {each.key: each for each in self.new.every}
        for one in self.old.every:
            other = names.get(one.key)
            if other and one.kind == other.kind and one.is_named and other.is_named:
                self.add(one, other)

    def by_place(self) -> None:
        """Match layers between others that are matched in this order."""
        ends = sorted(self.found.items())
        kept = longest_increasing([other for _, other in ends])
        ends = [pair for pair in ends if pair[1] in kept]
        start = (-1, -1)
        for end in [*ends, (len(self.old.every), len(self.new.every))]:
            gap = (
                [
                    each
                    for each in self.old.every[start[0] + 1 : end[0]]
                    if each.place not in self.found
                ],
                [
                    each
                    for each in self.new.every[start[1] + 1 : end[1]]
                    if each.place not in self.taken
                ],
            )
            for one, other in aligned(*gap):
                self.add(one, other)
            start = end

    def by_use(
        self,
        key: Callable[[Layer], Hashable],
        only: Callable[[Layer], bool] = bool,
    ) -> None:
        """Match what is left by a key, in the order of each network."""
        waiting: dict[Hashable, list[Layer]] = defaultdict(list)
        old, new = self.left
        for one in reversed(old):
            waiting[key(one)].append(one)
        for other in filter(only, new):
            if waiting[key(other)]:
                self.add(waiting[key(other)].pop(), other)

    def by_neighbours(self) -> None:
        """Match a layer with the one that replaces it: by its name, or its place.

        Its place is between the partners of the layers before and after it.
        """
        old, new = self.left
        names = {each.key: each for each in new}
        for one in old:
            if one.key in names and one.is_named and names[one.key].is_named:
                self.add(one, names[one.key])
        old, new = self.left
        places = defaultdict(list)
        for other in reversed(new):
            places[_around(self.new, other, lambda place: place)].append(other)
        for one in old:
            around = _around(self.old, one, lambda place: self.found.get(place, -1))
            if places[around]:
                self.add(one, places[around].pop())


def _around(
    layers: Layers, layer: Layer, partner: Callable[[int], int]
) -> tuple[tuple[int | None, ...], tuple[int, ...]]:
    """Return the partners of the layers before and after one."""
    before = (each if each is None else partner(each) for each in layers.before(layer))
    return tuple(before), tuple(sorted(map(partner, layers.after(layer))))
