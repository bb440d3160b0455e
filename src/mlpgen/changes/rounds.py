"""Repeated layers that have another number of rounds than before."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.changes.reasons import listed_few

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlpgen.changes.sides import Side
    from mlpgen.diagnostics.diagnostic import Place
    from mlpgen.graph.nodes import Node
    from mlpgen.source import Path


class RoundChange(NamedTuple):
    """Another number of rounds, by one line of the spec.

    Attributes:
        message: `blocks has 3 rounds, no longer 2`, of all uses of the line.
        place: The `repeat` of the new spec.
    """

    message: str
    place: Place


class ExtraRounds(NamedTuple):
    """The rounds that only one of two networks has.

    Attributes:
        changes: What changed, by the keys of such rounds.
    """

    changes: Mapping[str, RoundChange]

    def of(self, layer: str) -> RoundChange | None:
        """Return why only one network has a layer; None if it is in no such round."""
        around = accumulate(layer.split("."), lambda one, other: f"{one}.{other}")
        return next((self.changes[key] for key in around if key in self.changes), None)


class _Repeated(NamedTuple):
    """A repeated layer: the class that defines it, its path, the keys of its rounds."""

    owner: str
    path: Path
    keys: tuple[str, ...]


def extra_rounds(old: Side, new: Side) -> ExtraRounds:
    """Find the rounds that only one of two networks has."""
    one, other = (dict(_repeated(side.graph.nodes)) for side in (old, new))
    groups: dict[tuple[str, Path, int, int], list[str]] = {}
    for key in one.keys() & other.keys():
        counts = len(one[key].keys), len(other[key].keys)
        if counts[0] != counts[1]:
            line = (other[key].owner, other[key].path, *counts)
            groups.setdefault(line, []).append(key)
    changes: dict[str, RoundChange] = {}
    for (owner, path, was, now), keys in groups.items():
        has = "have" if len(keys) > 1 else "has"
        rounds = "round" if now == 1 else "rounds"
        message = f"{listed_few(sorted(keys))} {has} {now} {rounds}, no longer {was}"
        change = RoundChange(message, new.place_in(owner, (*path, "repeat")))
        for key in keys:
            extra = {*one[key].keys} ^ {*other[key].keys}
            changes |= dict.fromkeys(extra, change)
    return ExtraRounds(changes)


def _repeated(
    nodes: Sequence[Node], inside: str = "", owner: str = ""
) -> Iterator[tuple[str, _Repeated]]:
    """Yield the repeated layers by their keys, those of blocks, too.

    Rounds beside other layers share their numbers with these, and are left out.
    """
    for node in nodes:
        rounds = [(f"{inside}{key}", each) for _, key, each in node.each_round()]
        if rounds and not node.spread:
            keys = tuple(key for key, _ in rounds)
            yield f"{inside}{node.key}", _Repeated(owner, node.path, keys)
        for key, each in rounds or [(f"{inside}{node.key}", node)]:
            inner, class_ = each.children, owner
            if each.graph is not None:
                inner, class_ = each.graph.nodes, each.graph.name
            yield from _repeated(inner, f"{key}.", class_)
