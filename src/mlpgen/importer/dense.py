"""Layers that take all results before them, as in a DenseNet.

The author gives each layer a list that grows, and joins it there. In a spec each layer
joins its result to what it took, so all layers are alike and can be rounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.body import Body, Entry, Source
from mlpgen.importer.examples import KEY

if TYPE_CHECKING:
    from collections.abc import Sequence


def with_joined_layers(body: Body) -> Body:
    """Return a body in which layers join their results themselves."""
    body = body.with_inner(lambda _, inner: with_joined_layers(inner))
    for end, entry in enumerate(body.entries):
        joined = _joined(body, end) if entry.type == "cat" else None
        if joined is not None:
            return with_joined_layers(joined)
    return body


def _joined(body: Body, end: int) -> Body | None:
    """Change the layers whose results the `cat` at `end` joins."""
    last = body.entries[end]
    first, *made = last.sources
    begin = end - len(made)
    if len(made) < 2 or made != [Source(begin + at) for at in range(len(made))]:
        return None
    layers = body.entries[begin:end]
    others = (*body.entries[:begin], *body.entries[end + 1 :])
    taken = {source.entry for each in others for source in each.sources}
    taken |= {source.entry for source in body.outputs}
    if taken & {*range(begin, end)}:
        return None
    dim = last.arguments["dim"]
    if not all(
        each.sources == (first, *made[:at]) and _joins(each, dim)
        for at, each in enumerate(layers)
    ):
        return None
    changed = [
        _with_join(each, dim, first if at == 0 else made[at - 1])
        for at, each in enumerate(layers)
    ]
    return body.replaced(begin, end + 1, changed)


def _joins(entry: Entry, dim: int) -> bool:
    """Return whether a layer joins all that it takes, before all else."""
    body = entry.body
    if body is None or len(body.outputs) != 1 or not body.entries:
        return False
    if KEY in entry.options:
        return False
    if len(body.inputs) == 1:
        return True
    head = body.entries[0]
    wanted = tuple(Source(-1 - at) for at in range(len(body.inputs)))
    rest = {source.entry for each in body.entries[1:] for source in each.sources}
    joins = head.type == "cat" and head.arguments == {"dim": dim}
    return joins and head.sources == wanted and not any(at < 0 for at in rest)


def _with_join(entry: Entry, dim: int, source: Source) -> Entry:
    """Return a layer that takes one tensor, and joins its result to it."""
    body = entry.body
    assert body is not None
    several = len(body.inputs) > 1
    entries = [*body.entries[1:]] if several else [*body.entries]

    def moved(each: Source) -> Source:
        if not several or each.is_input:
            return each
        return Source(-1) if each.entry == 0 else each._replace(entry=each.entry - 1)

    entries = [each.rewired(moved) for each in entries]
    result = moved(body.outputs[0])
    join = Entry("cat", {"dim": dim}, (Source(-1), result), place=entry.place)
    inside = Body(
        ("input",),
        (*entries, join),
        (Source(len(entries)),),
        (_shape(body.shapes, dim),),
    )
    return entry._replace(body=inside, sources=(source,))


def _shape(shapes: Sequence[tuple[int, ...]], dim: int) -> tuple[int, ...]:
    """Return the shape of all inputs joined."""
    at = dim - 1 if dim > 0 else dim
    sizes: list[Any] = [*shapes[0]]
    sizes[at] = sum(shape[at] for shape in shapes)
    return (*sizes,)
