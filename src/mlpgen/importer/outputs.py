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
    _collect(body, modules, used)
    return _pruned(body, modules, used)


def _key(entry: Entry, modules: dict[str, Module]) -> Key:
    return entry.type, modules[entry.path].origin


def _part(source: Source) -> int:
    return int(source.part) if source.part.isdigit() else 0


def _collect(body: Body, modules: dict[str, Module], used: dict[Key, set[int]]) -> None:
    for entry in body.entries:
        if entry.body is not None:
            _collect(entry.body, modules, used)
    taken = [source for entry in body.entries for source in entry.sources]
    for source in (*taken, *body.outputs):
        if source.is_input:
            continue
        entry = body.entries[source.entry]
        share = entry.options.get("share")
        if isinstance(share, int):
            entry = body.entries[share]
        if entry.body is not None:
            used.setdefault(_key(entry, modules), set()).add(_part(source))


def _pruned(body: Body, modules: dict[str, Module], used: dict[Key, set[int]]) -> Body:
    entries = [
        each
        if each.body is None
        else each._replace(body=_pruned(each.body, modules, used))
        for each in body.entries
    ]
    places: dict[int, dict[int, str]] = {}
    for index, entry in enumerate(entries):
        share = entry.options.get("share")
        origin = entries[share] if isinstance(share, int) else entry
        first = body.entries[share] if isinstance(share, int) else body.entries[index]
        if origin.body is None or first.body is None or len(first.body.outputs) < 2:
            continue
        count = len(first.body.outputs)  # uses of a class may differ in it
        wanted = used.get(_key(first, modules), {0})
        kept = [at for at in range(count) if at in wanted]
        single = len(kept) == 1
        places[index] = {
            old: "" if single else str(new) for new, old in enumerate(kept)
        }
        if entry.body is not None:
            inside = entry.body._replace(
                outputs=tuple(first.body.outputs[at] for at in kept), names=()
            )
            entries[index] = entry._replace(body=inside)

    def moved(source: Source) -> Source:
        parts = places.get(source.entry)
        return source if parts is None else source._replace(part=parts[_part(source)])

    entries = [each.rewired(moved) for each in entries]
    outputs = tuple(moved(source) for source in body.outputs)
    return body._replace(entries=(*entries,), outputs=outputs)
