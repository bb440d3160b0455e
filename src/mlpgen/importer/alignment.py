"""Lays bodies of one class over each other: what is the same, what is missing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.importer.activations import ACTIVATIONS
from mlpgen.importer.body import UNUSED, Body, Entry, Source

if TYPE_CHECKING:
    from collections.abc import Sequence


class UnlikeError(Exception):
    """Bodies differ in more than a class can."""


class Slot(NamedTuple):
    """An entry of the class.

    Attributes:
        entries: The entry of each body; None where it is missing.
        sources: What it takes, by slots.
        inner: The slots inside of a `Sequential`.
        share: The slot whose module it uses again.
    """

    entries: tuple[Entry | None, ...]
    sources: tuple[Source, ...]
    inner: tuple[Slot, ...] | None = None
    share: int | None = None


class Aligned(NamedTuple):
    """Bodies as one: its slots and what it returns."""

    slots: tuple[Slot, ...]
    outputs: tuple[Source, ...]


def aligned(bodies: Sequence[Body], *, numbered: bool) -> Aligned:
    """Lay bodies over each other.

    Args:
        bodies: Those of all uses of a class.
        numbered: Whether their entries have numbers for names, which say nothing.

    Raises:
        UnlikeError: They are not alike.
    """
    if len({(body.inputs, len(body.outputs)) for body in bodies}) > 1:
        raise UnlikeError
    rows = _rows([[*body.entries] for body in bodies], numbered=numbered)
    places = [
        {own: at for at, row in enumerate(rows) if (own := row[which]) is not None}
        for which in range(len(bodies))
    ]
    slots: list[Slot] = []
    for row in rows:
        entries = tuple(
            None if at is None else body.entries[at]
            for at, body in zip(row, bodies, strict=True)
        )
        slots.append(_slot(entries, places, slots))
    outputs = tuple(
        _common(
            [
                _placed(body.outputs[at], places[which])
                for which, body in enumerate(bodies)
            ],
            [*range(len(bodies))],
            slots,
        )
        for at in range(len(bodies[0].outputs))
    )
    return Aligned((*slots,), outputs)


def _key(entry: Entry, numbered: bool) -> tuple[str, str]:
    if entry.key and not numbered:
        return ("", entry.name)
    plain = entry.type in ACTIVATIONS and not entry.arguments
    return ("activation" if plain else entry.type, "")


def _rows(bodies: list[list[Entry]], *, numbered: bool) -> list[list[int | None]]:
    """Align bodies; each row has the index in each body, or None."""
    rows: list[list[int | None]] = [[at] for at in range(len(bodies[0]))]
    known = [[entry] for entry in bodies[0]]
    for which, own in enumerate(bodies[1:], 1):
        scores = [[_likeness(each, entry, numbered) for entry in own] for each in known]
        new_rows: list[list[int | None]] = []
        new_known: list[list[Entry]] = []
        for one, other in _pairs(scores, len(own)):
            before = [*([None] * which)] if one is None else rows[one]
            entries = [] if one is None else known[one]
            new_rows.append([*before, other])
            new_known.append(entries if other is None else [*entries, own[other]])
        rows, known = new_rows, new_known
    return rows


def _likeness(known: list[Entry], entry: Entry, numbered: bool) -> float:
    """Return how well an entry fits to those of other bodies; 0 if it does not."""
    key = _key(entry, numbered)
    found = 0.0
    for each in known:
        if _key(each, numbered) != key and not (numbered and _types(each, entry)):
            continue
        names = [*each.arguments.keys() | entry.arguments.keys()]
        same = sum(_alike(each.arguments.get(n), entry.arguments.get(n)) for n in names)
        found = max(found, 1 + same / (len(names) + 1) + (each.type == entry.type))
    return found


def _alike(one: Any, other: Any) -> bool:
    """Return whether two arguments say the same, as far as a size can."""
    if type(one) is type(other) is int:
        return (one == 1) == (other == 1)
    return bool(one == other)


def _pairs(
    scores: list[list[float]], count: int
) -> list[tuple[int | None, int | None]]:
    """Return the best alignment of two sequences by the scores of their pairs."""
    best = [[0.0] * (count + 1) for _ in range(len(scores) + 1)]
    for i in range(len(scores) - 1, -1, -1):
        for j in range(count - 1, -1, -1):
            score = scores[i][j]
            both = score + best[i + 1][j + 1] if score else 0.0
            best[i][j] = max(both, best[i + 1][j], best[i][j + 1])
    found: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < len(scores) and j < count:
        score = scores[i][j]
        if score and best[i][j] == score + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            found.append((i, None))
            i += 1
        else:
            found.append((None, j))
            j += 1
    found += [(at, None) for at in range(i, len(scores))]
    return found + [(None, at) for at in range(j, count)]


def _placed(source: Source, places: dict[int, int]) -> Source:
    return source if source.is_input else source._replace(entry=places[source.entry])


def _slot(
    entries: tuple[Entry | None, ...],
    places: list[dict[int, int]],
    slots: list[Slot],
) -> Slot:
    present = [at for at, entry in enumerate(entries) if entry is not None]
    found = [entry for entry in entries if entry is not None]
    first = found[0]
    _need_alike(found)
    if None in entries and UNUSED in first.options:
        raise UnlikeError
    placed = [
        () if entry is None else tuple(_placed(s, places[at]) for s in entry.sources)
        for at, entry in enumerate(entries)
    ]
    if None in entries and first.type in _EITHER_WAY and len(first.sources) == 2:
        # what lacks it has its first source instead, which must be there
        every = set.intersection(*({*placed[at]} for at in present))
        first_of = partial(_lasting, slots, every if len(every) == 1 else set())
        placed = [tuple(sorted(each, key=first_of, reverse=True)) for each in placed]
    sources = tuple(
        _common(
            [each[at] if each else Source(0) for each in placed],
            present,
            slots,
        )
        for at in range(len(first.sources))
    )
    inner = None
    if first.body is not None:
        bodies = [entry.body for entry in found if entry.body is not None]
        if len(bodies) != len(found):
            raise UnlikeError
        inside = aligned(bodies, numbered=bool(first.options.get("numbered")))
        inner = tuple(_spread(slot, present, len(entries)) for slot in inside.slots)
    share = first.options.get("share")
    if isinstance(share, int):
        share = places[present[0]][share]
    return Slot(entries, sources, inner, share)


def _lasting(
    slots: list[Slot], every: set[Source], source: Source
) -> tuple[bool, bool, int]:
    """Return what makes a source the first one of a sum that some bodies lack.

    All bodies have it, or what stands for it; it is in all such sums; it is late.
    """
    origin = source
    while not origin.is_input and None in slots[origin.entry].entries:
        if not slots[origin.entry].sources:
            return False, source in every, source.entry
        origin = slots[origin.entry].sources[0]
    return True, source in every, source.entry


_EITHER_WAY = {"add", "mul"}
"""Functions whose sources can change places."""
_EQUAL = ("names", "batch_dims")
"""Keys that all uses of a class have the same."""


def _need_alike(found: list[Entry]) -> None:
    first = found[0]
    for entry in found:
        options = {k for k in entry.options if k != "repeat"}
        if options != {k for k in first.options if k != "repeat"}:
            raise UnlikeError
        if len(entry.sources) != len(first.sources):
            raise UnlikeError
        if any(entry.options.get(k) != first.options.get(k) for k in _EQUAL):
            raise UnlikeError
        if ("repeat" in entry.options) != ("repeat" in first.options):
            raise UnlikeError
        if entry.type != first.type and not _types(entry, first):
            raise UnlikeError


def _types(one: Entry, other: Entry) -> bool:
    """Return whether two layers can be a type as a parameter."""
    both = (one, other)
    return all(
        each.type[0].isupper() and each.body is None and not each.arguments
        for each in both
    )


def _spread(slot: Slot, present: list[int], count: int) -> Slot:
    entries: list[Entry | None] = [None] * count
    for at, entry in zip(present, slot.entries, strict=True):
        entries[at] = entry
    inner = slot.inner and tuple(_spread(each, present, count) for each in slot.inner)
    return slot._replace(entries=(*entries,), inner=inner)


def _common(sources: list[Source], present: list[int], slots: list[Slot]) -> Source:
    """Return the source that means, in each body, what it has there.

    A slot that a body lacks passes its first source on.
    """
    candidates = {sources[which] for which in present}
    best = max(candidates, key=lambda each: (each.entry, each.part))
    for which in present:
        if _resolved(best, which, slots) != sources[which]:
            raise UnlikeError
    return best


def _resolved(source: Source, which: int, slots: list[Slot]) -> Source:
    while not source.is_input and slots[source.entry].entries[which] is None:
        if not slots[source.entry].sources:
            raise UnlikeError
        source = slots[source.entry].sources[0]
    return source


def skeleton(body: Body) -> Any:
    """Return what two bodies that are the same but for numbers have in common."""
    return (
        body.inputs,
        body.outputs,
        tuple(
            (
                entry.type,
                entry.name,
                entry.sources,
                tuple(sorted(entry.options)),
                entry.body and skeleton(entry.body),
            )
            for entry in body.entries
        ),
    )
