"""The rows of a table of layers: plain text, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.pictures.layer_facts import (
    TIMES,
    borrowed,
    given,
    inside,
    opened,
    parts_used,
    places,
    present,
    shown,
    spans,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.pictures.layer_facts import Place


class Row(NamedTuple):
    """One line of the table.

    Attributes:
        level: 1 for what belongs to the model itself.
        name: `conv1`, `layer1 (3 ×)`.
        type: `Conv2d`, a function, a block; empty for inputs.
        arguments: `in_features=784, out_features=128`.
        note: What it takes, if that is not the layer before it; under what condition
            it runs; whose module it uses; how its weight is computed.
        output: The shapes that leave: the layer's, and of parts that others take.
        parameters: How many, or `3 × 128` above the layers of equal rounds.
        multiply_adds: Likewise.
        returned: Whether the class returns it.
        active: Whether it runs.
    """

    level: int
    name: str
    type: str
    arguments: str
    note: str
    output: tuple[str, ...]
    parameters: str
    multiply_adds: str
    returned: bool
    active: bool


def rows(graph: Graph, depth: int | None = None) -> list[Row]:
    """Return the rows of a network: its inputs, then its layers.

    Args:
        graph: The network.
        depth: How many levels of layers; see `facts.opened`.
    """
    found = [
        Row(1, name, "", "", "", (shown(value),), "", "", False, True)
        for name, value in graph.inputs.items()
    ]
    if depth is None or depth > 0:
        found += _rows(places(graph), graph, 1, depth)
    return found


def _rows(
    found: Sequence[Place], graph: Graph | None, level: int, depth: int | None
) -> Iterator[Row]:
    outputs = graph.outputs if graph else ()
    used = parts_used([place.node for place in found], outputs)
    returned = {output.partition(".")[0] for output in outputs}
    for place in found:
        node = place.node
        open_ = opened(node, level, depth)
        yield Row(
            level,
            f"{place.name} ({place.times} {TIMES})" if place.times > 1 else place.name,
            node.type,
            ", ".join(f"{name}={text}" for name, text in spans(place).items()),
            note(place, open_),
            _output(place, used.get(node.name, [])),
            _count(place.parameters, place, open_),
            _count(place.multiply_adds, place, open_),
            graph is not None and node.name in returned,
            node.active,
        )
        if open_:
            inner = inside(node)
            yield from _rows(inner.places, inner.graph, level + 1, depth)


def note(place: Place, open_: bool) -> str:
    """Say what is not plain about a layer; see `Row.note`."""
    node = place.node
    found = []
    if place.before and node.sources and node.sources != (place.before,):
        found.append(f"from {', '.join(node.sources)}")
    if node.idle:
        found.append("does not run itself")
    if node.condition is not None:
        code = node.condition.code
        found.append(f"when {code}" if node.active else f"left out, unless {code}")
    if node.rounds and not present(node):
        found.append("no rounds")
    elif place.varies and open_ and len(present(node)) < 2:
        found.append("rounds differ: below is the first")
    elif place.varies and not open_ and not spans(place):
        found.append("rounds differ")
    wrapper = place.rounds[0].maker.wrapper
    found += [borrowed(node), f"parametrize: {wrapper}" if wrapper else ""]
    found += [f"{name} by {made}" for name, (made, _) in node.inits.items() if name]
    return "; ".join(each for each in found if each)


def _output(place: Place, parts: Sequence[str]) -> tuple[str, ...]:
    node = place.node
    found = [given(place) if node.active else shown(node.value)]
    own = next(iter(node.parts))
    found += [f"{part} {shown(node.parts[part])}" for part in parts if part != own]
    return tuple(found)


def _count(count: int | None, place: Place, open_: bool) -> str:
    """Write a count; above layers that have it, only what they do not say."""
    if not place.node.active or count is None:
        return ""
    if not open_:
        return f"{count:,}"
    if place.times == 1:
        return ""
    if place.varies:
        return f"{count:,}"
    return f"{place.times} {TIMES} {count // place.times:,}"
