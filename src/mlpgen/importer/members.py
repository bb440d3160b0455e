"""Classes whose layers have numbers for names, but are no chain.

A spec has no name for such a layer in a class of its own, but it can be a member of a
list of the class around: `backbone.4`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.importer.body import is_chain
from mlpgen.importer.examples import KEY

if TYPE_CHECKING:
    from mlpgen.importer.body import Body, Entry, Source
    from mlpgen.importer.recording import Module


def with_members(body: Body, modules: dict[str, Module], path: str = "") -> Body:
    """Return a body in which such classes are taken apart."""
    body = body.with_inner(lambda each, inner: with_members(inner, modules, each.path))
    if modules[path].chain and is_chain(body):
        return body
    for index, entry in enumerate(body.entries):
        if _is_list(entry, modules):
            return with_members(_apart(body, index), modules, path)
    return body


def _is_list(entry: Entry, modules: dict[str, Module]) -> bool:
    """Return whether the keys of a class are numbers that no chain can have."""
    inside = entry.body
    if inside is None or "." in entry.name or not entry.path or KEY in entry.options:
        return False
    module = modules[entry.path]
    keyed = [each.name for each in inside.entries if each.key and each.stateful]
    chain = (module.chain or entry.type == "Sequential") and is_chain(inside)
    joined = any(KEY in each.options for each in inside.entries)
    if (chain and not joined) or not keyed or module.members:
        return False
    return module.numbered


def _apart(body: Body, index: int) -> Body:
    """Put the entries of a class in its place."""
    entry = body.entries[index]
    inside = entry.body
    assert inside is not None
    count = len(inside.entries)

    def inner(source: Source) -> Source:
        if source.is_input:
            return entry.sources[-1 - source.entry]
        return source._replace(entry=source.entry + index)

    def outer(source: Source) -> Source:
        if source.entry == index:
            part = int(source.part) if source.part.isdigit() else 0
            return inner(inside.outputs[part])
        return source if source.entry < index else _behind(source, count - 1)

    members = tuple(
        each.rewired(inner)._replace(
            name=f"{entry.name}.{each.name}" if each.key else each.name,
            options=_shifted(each.options, index),
        )
        for each in inside.entries
    )
    rest = tuple(
        each.rewired(outer)._replace(
            options=_shifted(each.options, count - 1, beyond=index),
        )
        for each in body.entries[index + 1 :]
    )
    return body._replace(
        entries=(*body.entries[:index], *members, *rest),
        outputs=tuple(outer(source) for source in body.outputs),
    )


def _behind(source: Source, more: int) -> Source:
    return source._replace(entry=source.entry + more)


def _shifted(
    options: dict[str, object], more: int, beyond: int = -1
) -> dict[str, object]:
    """Move the index of what an entry shares."""
    share = options.get("share")
    if isinstance(share, int) and share > beyond:
        return {**options, "share": share + more}
    return options
