"""Orders entries so that the keys of the state_dict come in the author's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlpgen.importer.body import Body, Entry, Source
    from mlpgen.importer.recording import Module


def ordered(body: Body, modules: dict[str, Module], path: str = "") -> Body:
    """Return a body whose entries with keys are in the order of the author's class.

    An entry runs before those that need it, so some orders cannot be had.
    """
    entries = tuple(
        entry
        if entry.body is None
        else entry._replace(body=ordered(entry.body, modules, entry.path))
        for entry in body.entries
    )
    body = body._replace(entries=entries)
    wanted = _wanted(body, modules[path])
    if wanted == sorted(wanted):
        return body
    order: list[int] = []
    placed: set[int] = set()

    def place(index: int) -> None:
        if index < 0 or index in placed:
            return
        placed.add(index)
        for need in _needs(body.entries[index]):
            place(need)
        order.append(index)

    for index in [*wanted, *range(len(body.entries))]:
        place(index)
    return _moved(body, order)


def _needs(entry: Entry) -> list[int]:
    share = entry.options.get("share")
    shared = [share] if isinstance(share, int) else []
    return sorted({*(source.entry for source in entry.sources), *shared})


def _wanted(body: Body, module: Module) -> list[int]:
    """Return the entries that have keys, in the order of the class."""
    members = [member.name for member in module.members]
    children = [*module.children]

    def rank(index: int) -> tuple[int, int, int]:
        entry = body.entries[index]
        if entry.type in ("parameter", "buffer"):
            kind = entry.type == "buffer"
            at = members.index(entry.name) if entry.name in members else len(members)
            return (kind, at, 0)
        head, _, rest = entry.name.partition(".")
        at = children.index(head) if head in children else len(children)
        return (2, at, int(rest) if rest.isdigit() else 0)

    found = [
        index
        for index, entry in enumerate(body.entries)
        if entry.key and entry.stateful and entry.type != "share"
    ]
    states = {"parameter", "buffer"}
    # Torch puts the tensors of a class before those of its layers.
    layers = [index for index in found if body.entries[index].type not in states]
    tensors = [index for index in found if body.entries[index].type in states]
    return (
        [*sorted(tensors, key=rank), *sorted(layers, key=rank)]
        if _unsorted(layers, rank) or _unsorted(tensors, rank)
        else sorted(found)
    )


def _unsorted(indices: list[int], rank: object) -> bool:
    assert callable(rank)
    return indices != sorted(indices, key=rank)


def _moved(body: Body, order: list[int]) -> Body:
    places = {old: new for new, old in enumerate(order)}

    def moved(source: Source) -> Source:
        return (
            source if source.is_input else source._replace(entry=places[source.entry])
        )

    entries = []
    for old in order:
        entry = body.entries[old]
        options = entry.options
        if isinstance(options.get("share"), int):
            options = {**options, "share": places[options["share"]]}
        sources = tuple(moved(source) for source in entry.sources)
        entries.append(entry._replace(sources=sources, options=options))
    outputs = tuple(moved(source) for source in body.outputs)
    return body._replace(entries=(*entries,), outputs=outputs)
