"""Leaves out what classes return and nothing takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlpgen.importer.body import Body, Entry, Source
    from mlpgen.importer.recording import Module

Key = tuple[str, str]


def with_used_outputs(body: Body, modules: dict[str, Module]) -> Body:
    """Return a body whose classes return what one of their uses needs."""
    used: dict[Key, set[int]] = {}
    for twice in (False, True):
        _collect(body, modules, used, twice=twice)
    return _pruned(body, modules, used)


def _key(entry: Entry, modules: dict[str, Module]) -> Key:
    return entry.type, modules[entry.path].origin


def _parts(source: Source, outputs: tuple[Source, ...]) -> list[int]:
    """Return which parts of a result a source can be: several, if they are the same."""
    part = int(source.part) if source.part.isdigit() else 0
    same = [at for at, each in enumerate(outputs) if each == outputs[part]]
    return [part, *(at for at in same if at != part)]


def _collect(
    body: Body, modules: dict[str, Module], used: dict[Key, set[int]], *, twice: bool
) -> None:
    """Collect the parts that uses of each class need.

    Args:
        body: Where they are used.
        modules: The modules of the model.
        used: What is found.
        twice: Whether to look at those that a use returns twice, which are the part
            that other uses need.
    """
    for entry in body.entries:
        if entry.body is not None:
            _collect(entry.body, modules, used, twice=twice)
    taken = [source for entry in body.entries for source in entry.sources]
    for source in (*taken, *body.outputs):
        if source.is_input:
            continue
        entry = body.entries[source.entry]
        share = entry.options.get("share")
        if isinstance(share, int):
            entry = body.entries[share]
        if entry.body is not None:
            parts = _parts(source, entry.body.outputs)
            known = used.setdefault(_key(entry, modules), set())
            if twice == (len(parts) > 1) and known.isdisjoint(parts):
                known.add(parts[0])


def _pruned(body: Body, modules: dict[str, Module], used: dict[Key, set[int]]) -> Body:
    entries = [
        each
        if each.body is None
        else each._replace(body=_pruned(each.body, modules, used))
        for each in body.entries
    ]
    places: dict[int, dict[int, str]] = {}
    returned: dict[int, tuple[Source, ...]] = {}
    for index, entry in enumerate(entries):
        share = entry.options.get("share")
        origin = entries[share] if isinstance(share, int) else entry
        first = body.entries[share] if isinstance(share, int) else body.entries[index]
        if origin.body is None or first.body is None or len(first.body.outputs) < 2:
            continue
        count = len(first.body.outputs)  # uses of a class may differ in it
        wanted = used.get(_key(first, modules)) or {0}
        kept = [at for at in range(count) if at in wanted]
        single = len(kept) == 1
        places[index] = {
            old: "" if single else str(new) for new, old in enumerate(kept)
        }
        returned[index] = first.body.outputs
        if entry.body is not None:
            inside = entry.body._replace(
                outputs=tuple(first.body.outputs[at] for at in kept), names=()
            )
            entries[index] = entry._replace(body=inside)

    def moved(source: Source) -> Source:
        places_of = places.get(source.entry)
        if places_of is None:
            return source
        parts = _parts(source, returned[source.entry])
        return source._replace(part=next(places_of[p] for p in parts if p in places_of))

    entries = [each.rewired(moved) for each in entries]
    outputs = tuple(moved(source) for source in body.outputs)
    return body._replace(entries=(*entries,), outputs=outputs)
