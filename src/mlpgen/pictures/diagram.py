"""A diagram before any language for diagrams: boxes, frames around them, arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.pictures.layer_facts import (
    TIMES,
    borrowed,
    given,
    inside,
    opened,
    places,
    present,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.pictures.layer_facts import Place

INPUT, LAYER, JOIN, TENSOR = "input", "layer", "join", "tensor"
"""Kinds of boxes: what arrives, layers, those that take several tensors, and tensors
of the model itself."""


class Box(NamedTuple):
    """One layer, or several of which each is all that takes the one before it.

    Attributes:
        id: Safe in every language.
        kind: One of the words above.
        lines: What stands in it.
        returned: Whether the network returns its result.
    """

    id: str
    kind: str
    lines: tuple[str, ...]
    returned: bool


class Frame(NamedTuple):
    """A layer that is opened.

    Attributes:
        id: Safe in every language.
        title: What stands on it.
        items: The boxes and frames in it.
    """

    id: str
    title: str
    items: tuple[Box | Frame, ...]


class Arrow(NamedTuple):
    """A tensor on its way.

    Attributes:
        tail: The box that gives it.
        head: The box that takes it.
        label: Which of several tensors it is, with its shape; else empty.
    """

    tail: str
    head: str
    label: str


class Drawing(NamedTuple):
    """A diagram.

    Attributes:
        title: The name of the network, and its description.
        items: Boxes and frames in the order they run.
        arrows: Between the boxes.
    """

    title: str
    items: tuple[Box | Frame, ...]
    arrows: tuple[Arrow, ...]


class _End(NamedTuple):
    """Where a value comes from: a box, and the label of arrows from there."""

    box: str
    label: str = ""


_Ends = dict[str, _End]


def drawing(graph: Graph, depth: int | None = None) -> Drawing:
    """Draw a network.

    Args:
        graph: The network.
        depth: How many levels of layers; see `facts.opened`.
    """
    artist = _Artist(depth)
    ends: _Ends = {}
    items: list[Box | Frame] = []
    for name, value in graph.inputs.items():
        box = artist.box(INPUT, (name, shown(value)))
        items.append(box)
        ends[name] = _End(box.id)
    if depth is None or depth > 0:
        items += artist.layers(places(graph), ends, graph.outputs, 1)
    returned = {ends[name].box for name in graph.outputs if name in ends}
    described = f": {graph.description}" if graph.description else ""
    title = f"{graph.name}{described}"
    arrows = tuple(dict.fromkeys(artist.arrows))
    return Drawing(title, _marked(items, returned), arrows)


class _Artist:
    """Draws layers one after the other.

    Attributes:
        arrows: Those drawn by now.
    """

    def __init__(self, depth: int | None) -> None:
        self.arrows: list[Arrow] = []
        self._depth = depth
        self._count = 0

    def box(self, kind: str, lines: tuple[str, ...]) -> Box:
        """Make a box."""
        return Box(self._id("n"), kind, lines, False)

    def layers(
        self,
        found: Sequence[Place],
        ends: _Ends,
        outputs: Sequence[str],
        level: int,
    ) -> list[Box | Frame]:
        """Draw the layers of a class; `ends` learns where their values come from."""
        takers = _takers(found, outputs)
        items: list[Box | Frame] = []
        for index, place in enumerate(found):
            node = place.node
            if node.idle:
                items.append(self._layer(place, ends))
                continue
            if not node.active:
                _pass_through(node, ends)
                continue
            if opened(node, level, self._depth):
                items.append(self._frame(place, ends, level))
                continue
            before = found[index - 1].node if index else None
            last = items[-1] if items else None
            if (
                isinstance(last, Box)
                and before is not None
                and _follows(node, before, takers)
                and ends[before.name].box == last.id
            ):
                lines = (*last.lines[:-1], _titled(place), shown(node.value))
                items[-1] = last._replace(lines=lines)
                ends[node.name] = _End(last.id)
                continue
            items.append(self._layer(place, ends))
        return items

    def _chain(
        self, found: Sequence[Place], node: Node, around: _Ends, level: int
    ) -> list[Box | Frame]:
        """Draw layers that run one after the other: those inside of `node`."""
        ends = {**around, "": around[node.sources[0]]}
        chained = []
        before = ""
        for index, place in enumerate(found):
            name = str(index)
            sources = (before, *node.sources[1:])
            inner = place.node._replace(name=name, sources=sources)
            chained.append(place._replace(node=inner))
            before = name
        items = self.layers(chained, ends, (before,), level)
        around[node.name] = ends[before]
        for part in node.parts:
            end = ends.get(f"{before}.{part}", ends[before])
            around[f"{node.name}.{part}"] = end
        return items

    def _frame(self, place: Place, ends: _Ends, level: int) -> Frame:
        node = place.node
        id_ = self._id("c")
        inner = inside(node)
        if inner.graph is not None:
            starts = [ends[source] for source in node.sources]
            own: _Ends = dict(zip(inner.graph.inputs, starts, strict=True))
            outputs = inner.graph.outputs
            items = self.layers(inner.places, own, outputs, level + 1)
            for output in outputs:
                part = output if len(outputs) > 1 else ""
                ends[f"{node.name}.{part}"] = own[output]
            ends[node.name] = ends[f"{node.name}.{next(iter(node.parts))}"]
        else:
            items = self._chain(inner.places, node, ends, level + 1)
        first = place.varies and len(present(node)) < 2
        title = _titled(place) + (", of which the first" if first else "")
        return Frame(id_, title, tuple(items))

    def _layer(self, place: Place, ends: _Ends) -> Box:
        node = place.node
        several = len(dict.fromkeys(node.sources)) > 1
        kind = JOIN if several else TENSOR if node.is_held else LAYER
        lines = [_titled(place), borrowed(node), given(place)]
        box = self.box(kind, tuple(line for line in lines if line))
        self.arrows += [
            Arrow(ends[source].box, box.id, ends[source].label)
            for source in node.sources
        ]
        ends[node.name] = _End(box.id)
        own = next(iter(node.parts))
        for part, value in node.parts.items():
            label = "" if part == own else f"{part} {shown(value)}"
            ends[f"{node.name}.{part}"] = _End(box.id, label)
        return box

    def _id(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"


def _titled(place: Place) -> str:
    times = f"{place.times} {TIMES} " if place.times > 1 else ""
    return f"{place.name}: {times}{place.node.type}"


def _pass_through(node: Node, ends: _Ends) -> None:
    """Let a layer that does not run give what it takes."""
    ends[node.name] = ends[node.sources[0]]


def _takers(found: Iterable[Place], outputs: Iterable[str]) -> Mapping[str, int]:
    """Count how often each layer's result is taken."""
    counts: dict[str, int] = {}
    names = [source for place in found for source in place.node.sources]
    for name in [*names, *outputs]:
        layer = name.partition(".")[0]
        counts[layer] = counts.get(layer, 0) + 1
    return counts


def _follows(node: Node, before: Node, takers: Mapping[str, int]) -> bool:
    """Tell whether a layer stands in the box of the one before it.

    Blocks and repeated layers have a box of their own.
    """
    return (
        node.pointwise
        and not node.shared
        and not node.tied
        and not node.rounds
        and node.sources == (before.name,)
        and takers.get(before.name) == 1
        and before.graph is None
        and not before.rounds
        and before.single
        and before.active
    )


def _marked(
    items: Iterable[Box | Frame], returned: set[str]
) -> tuple[Box | Frame, ...]:
    return tuple(
        item._replace(returned=item.id in returned)
        if isinstance(item, Box)
        else item._replace(items=_marked(item.items, returned))
        for item in items
    )


def boxes(items: Iterable[Box | Frame]) -> list[Box]:
    """Return all boxes, also those in frames."""
    found: list[Box] = []
    for item in items:
        found += [item] if isinstance(item, Box) else boxes(item.items)
    return found
