"""What an author does to each part of a tensor is done before it is taken apart.

`q, k, v = x.chunk(3, -1)`, then a `view` in heads and a `transpose` of each, are one
view and one transposition, and an `unbind`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.importer.body import Source
from mlpgen.importer.functions.joining import COUNT, ORDINALS, RANK

if TYPE_CHECKING:
    from mlpgen.importer.body import Body, Entry


def with_whole_parts(body: Body) -> Body:
    """Return a body that changes tensors before it takes them apart."""
    for index, entry in enumerate(body.entries):
        if entry.type in ("chunk", "split") and RANK in entry.arguments:
            chains = _chains(body, index)
            if chains is not None:
                return with_whole_parts(_joined(body, index, chains))
    return body


class _Chains(NamedTuple):
    """The entries that change each part, in order, and what they have in common."""

    entries: list[list[int]]
    sizes: list[int]
    turns: list[tuple[int, int]]


def _chains(body: Body, index: int) -> _Chains | None:
    """Return what is done to each part of a tensor, if it is the same for all."""
    entry = body.entries[index]
    rank = entry.arguments[RANK]
    if entry.arguments["dim"] % rank != rank - 1:
        return None
    found: list[list[int]] = []
    for part in ORDINALS[: _count(body, index)]:
        chain = _chain(body, Source(index, part))
        if not chain:
            return None
        found.append(chain)
    length = min(len(chain) for chain in found) if found else 0
    found = [chain[:length] for chain in found]
    alike = [
        {repr((body.entries[at].type, body.entries[at].arguments)) for at in row}
        for row in zip(*found, strict=True)
    ]
    shared = next((at for at, each in enumerate(alike) if len(each) > 1), length)
    if len(found) < 2 or not shared:
        return None
    found = [chain[:shared] for chain in found]
    first, *rest = (body.entries[at] for at in found[0])
    if first.type != "unflatten" or first.arguments["dim"] not in (-1, rank - 1):
        return None
    turns = [_turn(each, rank + 1) for each in rest]
    return _Chains(found, first.arguments["sizes"], turns)


def _count(body: Body, index: int) -> int:
    """Return how many parts are taken; 0 unless all are, from the first on."""
    taken = {
        source.part
        for entry in body.entries
        for source in entry.sources
        if source.entry == index
    }
    whole = body.entries[index].arguments[COUNT]
    same = taken == {*ORDINALS[: len(taken)]} and whole == len(taken)
    sizes = body.entries[index].arguments.get("split_size_or_sections")
    even = not isinstance(sizes, list) or len({*sizes}) == 1
    returned = any(source.entry == index for source in body.outputs)
    return len(taken) if same and even and not returned else 0


def _chain(body: Body, source: Source) -> list[int]:
    """Return the entries that change the shape of a value, each the only user."""
    found: list[int] = []
    while True:
        users = [at for at, e in enumerate(body.entries) if source in e.sources]
        if len(users) != 1 or source in body.outputs:
            return found
        entry = body.entries[users[0]]
        wanted = "transpose" if found else "unflatten"
        if entry.type != wanted or entry.key:
            return found
        found.append(users[0])
        source = Source(users[0])


def _turn(entry: Entry, rank: int) -> tuple[int, int]:
    """Return the dimensions that a transposition swaps in what has one more."""
    dims = [entry.arguments.get(name, 0) % rank for name in ("dim0", "dim1")]
    one, other = (dim + (dim >= rank - 2) for dim in dims)
    return one, other


def _joined(body: Body, index: int, chains: _Chains) -> Body:
    entry = body.entries[index]
    rank = entry.arguments[RANK]
    count = len(chains.entries)
    steps: list[tuple[str, dict[str, Any]]] = [
        ("unflatten", {"dim": -1, "sizes": [count, *chains.sizes]}),
        *(("transpose", {"dim0": a, "dim1": b}) for a, b in chains.turns),
        ("unbind", {"dim": rank - 1}),
    ]
    body = body.chained(index, entry.sources, steps)
    more = len(steps) - 1
    instead = {
        at + more: Source(index + more, part)
        for part, chain in zip(ORDINALS, chains.entries, strict=False)
        for at in chain
    }
    return body.without({*instead}, instead)
