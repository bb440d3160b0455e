"""Layers of two networks in a row, aligned by their likeness."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from mlpgen.changes.layers import Layer

    Row = Sequence[Layer]

MOST_CELLS = 60_000
"""The largest table of likeness; larger gaps are split at equal layers, or greedily."""


def longest_increasing(numbers: Sequence[int]) -> set[int]:
    """Return the numbers of a longest increasing run, which may leave some out.

    By patience sorting (C. Schensted, 1961); of several runs, the one whose numbers are
    smallest at each length.
    """
    ends: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for at, number in enumerate(numbers):
        pile = bisect_left(ends, number)
        before.append(piles[pile - 1] if pile else -1)
        if pile == len(ends):
            ends.append(number)
            piles.append(at)
        else:
            ends[pile], piles[pile] = number, at
    found = set()
    at = piles[-1] if piles else -1
    while at >= 0:
        found.add(numbers[at])
        at = before[at]
    return found


def aligned(old: Row, new: Row) -> Iterator[tuple[Layer, Layer]]:
    """Yield the layers of two rows that are the same, in order.

    Args:
        old: Layers of one network in a row.
        new: Layers of the other.
    """
    waiting = [(old, new)]
    while waiting:
        one, other = waiting.pop()
        start = _equal(one, other)
        yield from zip(one[:start], other[:start], strict=True)
        one, other = one[start:], other[start:]
        end = _equal(one[::-1], other[::-1])
        yield from zip(one[len(one) - end :], other[len(other) - end :], strict=True)
        one, other = one[: len(one) - end], other[: len(other) - end]
        if len(one) * len(other) <= MOST_CELLS:
            yield from _most_alike(one, other)
            continue
        anchors = _anchors(one, other, _NAMED) or _anchors(one, other, _TOKEN)
        if not anchors:
            yield from _greedy(one, other)
            continue
        splits = [(-1, -1), *anchors, (len(one), len(other))]
        for (a, b), (c, d) in pairwise(splits):
            waiting.append((one[a + 1 : c], other[b + 1 : d]))
        yield from ((one[a], other[b]) for a, b in anchors)


_NAMED, _TOKEN = attrgetter("token", "key"), attrgetter("token")


def _equal(old: Row, new: Row) -> int:
    """Count the layers at the start that are equal, and have equal names."""
    pairs = zip(old, new, strict=False)
    differ = (at for at, (a, b) in enumerate(pairs) if _NAMED(a) != _NAMED(b))
    return next(differ, min(len(old), len(new)))


def _anchors(
    old: Row, new: Row, what: Callable[[Layer], Hashable]
) -> list[tuple[int, int]]:
    """Return where layers are that each row has once, in an order that both have."""
    counts = [Counter(map(what, row)) for row in (old, new)]
    places = {what(each): at for at, each in enumerate(new)}
    pairs = [
        (at, places[what(each)])
        for at, each in enumerate(old)
        if all(count[what(each)] == 1 for count in counts)
    ]
    kept = longest_increasing([other for _, other in pairs])
    return [pair for pair in pairs if pair[1] in kept]


def _greedy(old: Row, new: Row) -> Iterator[tuple[Layer, Layer]]:
    """Yield each old layer with the next new one that does the same."""
    after: dict[str, list[int]] = {}
    for at, other in enumerate(new):
        after.setdefault(other.token, []).append(at)
    start = 0
    for one in old:
        places = after.get(one.token, [])
        at = bisect_left(places, start)
        if at < len(places):
            yield one, new[places[at]]
            start = places[at] + 1


def _most_alike(old: Row, new: Row) -> Iterator[tuple[Layer, Layer]]:
    """Yield the pairs, in order in both, that are most alike together."""
    width = len(new) + 1
    best = [[0.0] * width]
    for one in reversed(old):
        below, row = best[-1], [0.0] * width
        for at in range(len(new) - 1, -1, -1):
            alike = likeness(one, new[at])
            paired = alike + below[at + 1] if alike else 0.0
            row[at] = max(paired, below[at], row[at + 1])
        best.append(row)
    best.reverse()
    one, other = 0, 0
    while one < len(old) and other < len(new):
        alike = likeness(old[one], new[other])
        if alike and best[one][other] == alike + best[one + 1][other + 1]:
            yield old[one], new[other]
            one, other = one + 1, other + 1
        elif best[one][other] == best[one + 1][other]:
            one += 1
        else:
            other += 1


def likeness(one: Layer, other: Layer) -> float:
    """Return how alike two layers are, from 0 (of two kinds) to 8."""
    if one.kind != other.kind:
        return 0.0
    names = one.arguments.keys() | other.arguments.keys()
    equal = sum(one.arguments.get(each) == other.arguments.get(each) for each in names)
    arguments = equal / len(names) if names else 1.0
    # The default name of what has no weights counts the layers before it.
    named = one.is_named or other.is_named or bool(one.node.weights)
    return (
        1.0
        + 2.0 * arguments
        + 2.0 * (one.token == other.token)
        + named * (1.0 * (one.word == other.word) + 1.0 * (one.key == other.key))
        + 1.0 * (one.node.output == other.node.output)
    )
