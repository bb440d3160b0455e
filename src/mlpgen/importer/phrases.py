"""Says in fewer words what authors write out, with the same numbers to the bit."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from mlpgen.importer.body import Body, Source
from mlpgen.importer.functions.joining import COUNT, ORDINALS, RANK
from mlpgen.importer.parts import with_whole_parts
from mlpgen.importer.variables import assigned

if TYPE_CHECKING:
    from collections.abc import Sequence

_BROADCAST = {"add", "mul", "sub", "div"}


def with_phrases(body: Body) -> Body:
    """Return a body in which these are said as a person says them."""
    body = body.with_inner(lambda _, inner: with_phrases(inner))
    for change in (
        _unbound,
        with_whole_parts,
        _counted_off,
        _filled_once,
        _plainly_broadcast,
        _blocks,
    ):
        body = change(body)
    return body


def _unbound(body: Body) -> Body:
    """`qkv[0], qkv[1], qkv[2]` is an `unbind`."""
    groups: dict[tuple[Source, object], list[int]] = {}
    for index, entry in enumerate(body.entries):
        if entry.type == "select" and COUNT in entry.arguments:
            key = (entry.sources[0], entry.arguments["dim"])
            groups.setdefault(key, []).append(index)
    for group in groups.values():
        count = body.entries[group[0]].arguments[COUNT]
        chosen = {body.entries[at].arguments["index"] % count: at for at in group}
        if len(group) == len(chosen) == count and 1 < count <= len(ORDINALS):
            parts = [chosen[at] for at in range(count)]
            return _unbound(_with_unbind(body, group[0], parts))
    return body


def _with_unbind(body: Body, first: int, parts: Sequence[int]) -> Body:
    entry = body.entries[first]
    names = [assigned(body.entries[at].place) for at in parts]
    whole = names[0] if len(names[0]) == len(parts) else ()
    own = tuple(each[0] for each in names if len(each) == 1)
    unbind = entry._replace(
        type="unbind",
        arguments={"dim": entry.arguments["dim"]},
        parts=whole or (own if len({*own}) == len(parts) else ()),
    )
    changed = (*body.entries[:first], unbind, *body.entries[first + 1 :])
    moved = {at: Source(first, ORDINALS[i]) for i, at in enumerate(parts)}
    return body._replace(entries=changed).without({*parts} - {first}, moved)


def _counted_off(body: Body) -> Body:
    """Forget what the rules above needed to know."""
    return body._replace(
        entries=tuple(
            each._replace(
                arguments={
                    name: value
                    for name, value in each.arguments.items()
                    if (each.type, name) not in _HIDDEN
                }
            )
            for each in body.entries
        )
    )


_HIDDEN = {("select", COUNT)}
_HIDDEN |= {(type_, name) for type_ in ("chunk", "split") for name in (RANK, COUNT)}


def _filled_once(body: Body) -> Body:
    """Fill where `x != 0`; to fill with 0 where `x == 0` then changes nothing."""
    for index, entry in enumerate(body.entries):
        if entry.type != "masked_fill" or entry.arguments.get("value") != 0:
            continue
        before, where = (body.entries[each.entry] for each in entry.sources)
        if before.type != "masked_fill" or where.type != "eq":
            continue
        other = body.entries[before.sources[1].entry]
        same = before.sources[:1] == where.sources == other.sources
        zeros = [each.arguments.get("other") for each in (where, other)]
        if other.type == "ne" and same and zeros == [0, 0]:
            return body.without({index}, {index: entry.sources[0]}).needed()
    return body


def _plainly_broadcast(body: Body) -> Body:
    """A first dimension of 1 is there by itself, in what has no batch."""
    alone = _without_batch(body)
    for index, entry in enumerate(body.entries):
        if entry.type != "unsqueeze" or entry.arguments != {"dim": 0}:
            continue
        users = [each for each in body.entries if Source(index) in each.sources]
        taken = entry.sources[0].entry in alone and Source(index) not in body.outputs
        wide = all(
            each.type in _BROADCAST
            and any(source.entry not in alone for source in each.sources)
            for each in users
        )
        if taken and users and wide:
            changed = body.without({index}, {index: entry.sources[0]})
            return _plainly_broadcast(changed)
    return body


def _without_batch(body: Body) -> set[int]:
    """Return the entries whose results are the same for each example."""
    found: set[int] = set()
    for index, entry in enumerate(body.entries):
        made = entry.type in ("parameter", "buffer")
        known = all(each.entry in found for each in entry.sources)
        plain = entry.type[:1].islower() and entry.type != "share"
        if made or (plain and entry.sources and known):
            found.add(index)
    return found


def _blocks(body: Body) -> Body:
    """Join every second pixel of rows and columns: small blocks become channels."""
    for index, entry in enumerate(body.entries):
        if entry.type == "cat":
            changed = _with_blocks(body, index)
            if changed is not None:
                return _blocks(changed)
    return body


_Phase = tuple[tuple[int, int, int], ...]


def _with_blocks(body: Body, index: int) -> Body | None:
    """Return a body that splits dimensions instead of slicing them."""
    entry = body.entries[index]
    found = [_sliced(body, source) for source in entry.sources]
    origins = {origin for origin, _ in found}
    phases = [phase for _, phase in found]
    dims = [(dim, step) for dim, step, _ in phases[0]]
    if len(origins) > 1 or len(dims) != 2 or len(phases) != dims[0][1] * dims[1][1]:
        return None
    starts = [tuple(start for _, _, start in phase) for phase in phases]
    if any([(d, s) for d, s, _ in phase] != dims for phase in phases):
        return None
    order = next((o for o in ((0, 1), (1, 0)) if starts == _counted(dims, o)), None)
    axis = entry.arguments.get("dim", 1)
    if order is None or not (axis == -1 or 0 < axis < dims[0][0]):
        return None
    (low, low_step), (high, high_step) = dims
    split = [low + 1, high + 2]
    to = [-3, -2] if axis == -1 else [axis, axis + 1]
    flat = {"start_dim": -3} if axis == -1 else {"start_dim": axis, "end_dim": axis + 2}
    pieces: list[tuple[str, dict[str, Any]]] = [
        ("unflatten", {"dim": high, "sizes": [-1, high_step]}),
        ("unflatten", {"dim": low, "sizes": [-1, low_step]}),
        ("movedim", {"source": [split[at] for at in order], "destination": to}),
        ("flatten", flat),
    ]
    return body.chained(index, (*origins,), pieces).needed()


def _counted(
    dims: Sequence[tuple[int, int]], order: Sequence[int]
) -> list[tuple[int, ...]]:
    """Return the starts of slices as loops in an order give them."""
    found = []
    for own in product(*(range(dims[at][1]) for at in order)):
        starts = [0] * len(dims)
        for at, value in zip(order, own, strict=True):
            starts[at] = value
        found.append(tuple(starts))
    return found


def _sliced(body: Body, source: Source) -> tuple[Source, _Phase]:
    """Return what slices of every n-th element begin with, and their dimensions."""
    found = []
    while not source.is_input:
        entry = body.entries[source.entry]
        step = entry.arguments.get("step", 1)
        if entry.type != "slice" or step == 1 or "end" in entry.arguments:
            break
        dim = entry.arguments.get("dim", 0)
        found.append((dim, step, entry.arguments.get("start", 0)))
        source = entry.sources[0]
    plain = all(dim > 0 for dim, _, _ in found)
    return source, tuple(sorted(found)) if plain else ()
