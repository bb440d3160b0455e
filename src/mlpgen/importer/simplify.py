"""Takes out of a body what says nothing: identities, and what nothing uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.importer.body import Body, Entry, Source

if TYPE_CHECKING:
    from mlpgen.importer.recording import Module


def simplified(body: Body, modules: dict[str, Module], path: str = "") -> Body:
    """Return a body without identities and unused functions.

    In a container whose layers have numbers an identity stays, since it has a number.
    """
    entries = tuple(
        entry
        if entry.body is None
        else _inlined(
            entry._replace(
                body=simplified(entry.body, modules, entry.path),
                options=_numbered(entry, modules),
            )
        )
        for entry in body.entries
    )
    module = modules.get(path)
    keeps = module is not None and module.chain and _numbers(module)
    body = body._replace(entries=entries)
    return _without(body, identities=not keeps)


def _inlined(entry: Entry) -> Entry:
    """Return the one function that a module wraps, instead of the module."""
    body = entry.body
    if body is None or len(body.entries) != 1 or len(entry.sources) != 1:
        return entry
    (inner,) = body.entries
    if inner.stateful and inner.path or inner.type in ("parameter", "buffer"):
        return entry
    if inner.body is not None or inner.sources != (Source(-1),):
        return entry
    if body.outputs != (Source(0),):
        return entry
    return inner._replace(
        sources=entry.sources, name=entry.name, key=entry.key, stateful=False
    )


def _numbers(module: Module) -> bool:
    return [*module.children] == [str(i) for i in range(len(module.children))]


def _numbered(entry: Entry, modules: dict[str, Module]) -> dict[str, object]:
    module = modules.get(entry.path)
    if module is None or not module.chain or not module.children or not _numbers(module):
        return entry.options
    return {**entry.options, "numbered": True}


def _without(body: Body, *, identities: bool) -> Body:
    """Leave out entries and let others take what they took."""
    needed = _needed(body)
    moved: dict[int, Source] = {}
    entries: list[Entry] = []
    places: dict[int, int] = {}

    def now(source: Source) -> Source:
        if source.is_input:
            return source
        return moved.get(source.entry, source._replace(entry=places.get(source.entry, 0)))

    for index, entry in enumerate(body.entries):
        if index not in needed:
            continue
        if identities and entry.type == "Identity" and entry.body is None:
            moved[index] = now(entry.sources[0])
            continue
        options = entry.options
        if isinstance(options.get("share"), int):
            options = {**options, "share": places[options["share"]]}
        places[index] = len(entries)
        sources = tuple(now(source) for source in entry.sources)
        entries.append(entry._replace(sources=sources, options=options))
    outputs = tuple(now(source) for source in body.outputs)
    return body._replace(entries=(*entries,), outputs=outputs)


def _needed(body: Body) -> set[int]:
    """Return the entries that the outputs depend on."""
    needed = {source.entry for source in body.outputs}
    for index in range(len(body.entries) - 1, -1, -1):
        if index in needed:
            entry = body.entries[index]
            needed |= {source.entry for source in entry.sources}
            if isinstance(entry.options.get("share"), int):
                needed.add(entry.options["share"])
    return needed
