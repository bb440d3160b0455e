"""Members of lists that are never called, before others that are.

The numbers of a list have no gaps: what stands for such a member is an identity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.importer.body import UNUSED, Entry, Source
from mlpgen.names.members import holders_of, is_number

if TYPE_CHECKING:
    from mlpgen.importer.body import Body


def with_whole_lists(body: Body) -> Body:
    """Return a body whose lists have all members up to the last that is called."""
    body = body.with_inner(lambda _, inner: with_whole_lists(inner))
    for holder, number in _gaps(body):
        body = _with_identity(body, holder, number)
    return body


def _gaps(body: Body) -> list[tuple[str, int]]:
    """Return the lists and the numbers that are missing in them, the last one first."""
    lists: dict[str, set[int]] = {}
    for entry in body.entries:
        for around in holders_of(entry.name) if entry.key else ():
            key = entry.name[len(around) + 1 :].partition(".")[0]
            if is_number(key):
                lists.setdefault(around, set()).add(int(key))
    return [
        (holder, number)
        for holder, found in lists.items()
        for number in reversed(range(max(found)))
        if number not in found
    ]


def _with_identity(body: Body, holder: str, number: int) -> Body:
    """Put an identity before the next member of a list, which takes it."""
    name = f"{holder}.{number + 1}"
    at = next(
        index
        for index, each in enumerate(body.entries)
        if each.key and f"{each.name}.".startswith(f"{name}.")
    )
    member = body.entries[at]
    if UNUSED in member.options:
        name = f"{holder}.{number}"
        identity = Entry("Identity", {}, (), name, True, {UNUSED: True})
        return body._replace(entries=(*body.entries, identity))
    if not member.sources:
        return body

    def moved(source: Source) -> Source:
        return source._replace(entry=source.entry + (source.entry >= at))

    identity = Entry(
        "Identity",
        {},
        member.sources[:1],
        f"{holder}.{number}",
        key=True,
        place=member.place,
    )
    entries = [
        each.rewired(moved)._replace(options=_shared(each, at)) for each in body.entries
    ]
    entries[at] = entries[at]._replace(sources=(Source(at), *entries[at].sources[1:]))
    entries.insert(at, identity)
    outputs = tuple(moved(source) for source in body.outputs)
    return body._replace(entries=(*entries,), outputs=outputs)


def _shared(entry: Entry, at: int) -> dict[str, object]:
    share = entry.options.get("share")
    if not isinstance(share, int):
        return entry.options
    return {**entry.options, "share": share + (share >= at)}
