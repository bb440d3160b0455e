"""Tensors that are the same for every input: what computes them is in a buffer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.functions import FUNCTIONS
from mlpgen.importer.body import Body, Entry, Source
from mlpgen.importer.formulas import body_of_formula
from mlpgen.importer.recording import FORMULAS

if TYPE_CHECKING:
    from collections.abc import Iterator

_RANDOM = {"rand", "randn", "rand_like", "randn_like", "bernoulli"}


def with_constants(body: Body) -> Body:
    """Return a body whose constants are buffers with the functions that give them."""
    body = body.with_inner(lambda _, inner: with_constants(inner))
    body = _gathered(body)
    entries = []
    for entry in body.entries:
        values = entry.arguments.get("values")
        if isinstance(values, FORMULAS):
            entry = _as_functions(entry, values)
        entries.append(entry)
    return body._replace(entries=(*entries,))


def _as_functions(entry: Entry, formula: Any) -> Entry:
    rest = {
        name: value
        for name, value in entry.arguments.items()
        if name not in ("values", "shape")
    }
    return entry._replace(arguments=rest, body=body_of_formula(formula, entry.place))


def _gathered(body: Body) -> Body:
    """Put functions of constants into the buffer that holds their result.

    Only what begins with numbers that the author changed in place, or what is in a
    class without inputs: other constants are as short where they stand.
    """
    constant = _constants(body)
    used = _users(body)
    for index in sorted(constant, reverse=True):
        if body.entries[index].type == "buffer" or used[index] <= constant:
            continue
        members = {*_before(body, index)}
        numbers = [
            body.entries[at].arguments["values"]
            for at in members
            if body.entries[at].type == "buffer"
        ]
        alone = all(used[at] <= members for at in members - {index})
        said = all(isinstance(each, FORMULAS) for each in numbers)
        if (numbers or not body.inputs) and said and alone:
            return _gathered(_joined(body, sorted(members), index))
    return body


def _constants(body: Body) -> set[int]:
    """Return the entries whose results depend on no input and no weight."""
    found: set[int] = set()
    for index, entry in enumerate(body.entries):
        made = entry.type == "buffer" and not entry.key and entry.body is None
        function = entry.type in FUNCTIONS and entry.type not in _RANDOM
        taken = all(source.entry in found for source in entry.sources)
        if made or (function and entry.body is None and taken):
            found.add(index)
    return found


def _users(body: Body) -> dict[int, set[int]]:
    """Return which entries take each one; what the body returns has -1 for one."""
    used: dict[int, set[int]] = {at: set() for at in range(len(body.entries))}
    for index, entry in enumerate(body.entries):
        for source in entry.sources:
            if not source.is_input:
                used[source.entry].add(index)
    for source in body.outputs:
        if not source.is_input:
            used[source.entry].add(-1)
    return used


def _before(body: Body, index: int) -> Iterator[int]:
    """Yield an entry and all that it depends on."""
    yield index
    for source in body.entries[index].sources:
        yield from _before(body, source.entry)


def _joined(body: Body, members: list[int], index: int) -> Body:
    """Put entries, of which others take only the last, into one buffer."""
    inner: list[Entry] = []
    places: dict[int, int] = {}
    for at in members:
        entry = body.entries[at]
        moved = tuple(s._replace(entry=places[s.entry]) for s in entry.sources)
        values = entry.arguments.get("values")
        if isinstance(values, FORMULAS):
            formula = body_of_formula(values, entry.place)
            inner += _shifted(formula, len(inner))
        else:
            inner.append(entry._replace(sources=moved))
        places[at] = len(inner) - 1
    inside = Body((), (*inner,), (Source(len(inner) - 1),))
    last = body.entries[index]
    buffer = Entry(
        "buffer", {"persistent": False}, (), body=inside, place=last.place, key=False
    )
    entries = (*body.entries[:index], buffer, *body.entries[index + 1 :])
    return body._replace(entries=entries).without({*members} - {index}, {})


def _shifted(body: Body, more: int) -> list[Entry]:
    return [
        each.rewired(lambda source: source._replace(entry=source.entry + more))
        for each in body.entries
    ]
