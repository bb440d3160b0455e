"""A diagram independent of any diagram language: boxes, frames and arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.names.members import layer_in
from mlpgen.pictures.layer_text import TIMES, output_text, sharing_text, tensor_text
from mlpgen.pictures.layer_views import contents, is_opened, layer_views, present_rounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.pictures.layer_views import LayerView

INPUT, LAYER, JOIN, TENSOR = "input", "layer", "join", "tensor"
"""Kinds of boxes: inputs, layers, layers with several inputs, and tensors of the model
itself."""


class Box(NamedTuple):
    """A layer, or a chain of layers without branches.

    Attributes:
        id: An identifier that is valid in every diagram language.
        kind: One of the kinds above.
        lines: The lines of text in the box.
        returned: Whether the network returns its output.
        change: Where two networks are compared: `added`, `removed`, `changed`; empty
            for what stays.
    """

    id: str
    kind: str
    lines: tuple[str, ...]
    returned: bool
    change: str = ""


class Frame(NamedTuple):
    """A layer shown with the layers inside it.

    Attributes:
        id: An identifier that is valid in every diagram language.
        title: The title of the frame.
        items: The boxes and frames in it.
    """

    id: str
    title: str
    items: tuple[Box | Frame, ...]


class Arrow(NamedTuple):
    """A tensor that goes from one box to another.

    Attributes:
        tail: The id of the box it comes from.
        head: The id of the box it goes to.
        label: Its name and shape, if the layer returns several; else empty.
    """

    tail: str
    head: str
    label: str


class Diagram(NamedTuple):
    """A diagram.

    Attributes:
        title: The name and description of the network.
        items: The boxes and frames, in the order they run.
        arrows: The arrows between boxes.
    """

    title: str
    items: tuple[Box | Frame, ...]
    arrows: tuple[Arrow, ...]


class _Tail(NamedTuple):
    """Where arrows for a value begin: the box, and their label."""

    box: str
    label: str = ""


_Tails = dict[str, _Tail]


def diagram(graph: Graph, depth: int | None = None) -> Diagram:
    """Return the diagram of a network.

    Args:
        graph: The network.
        depth: The number of levels of layers; see `is_opened`.
    """
    builder = _Builder(depth)
    tails: _Tails = {}
    items: list[Box | Frame] = []
    for name, value in graph.inputs.items():
        box = builder.box(INPUT, (name, tensor_text(value)))
        items.append(box)
        tails[name] = _Tail(box.id)
    if depth is None or depth > 0:
        items += builder.layers(layer_views(graph), tails, graph.outputs, 1)
    returned = {tails[name].box for name in graph.outputs if name in tails}
    described = f": {graph.description}" if graph.description else ""
    title = f"{graph.name}{described}"
    arrows = tuple(dict.fromkeys(builder.arrows))
    return Diagram(title, _marked(items, returned), arrows)


class _Builder:
    """Builds the boxes, frames and arrows of a diagram, layer by layer.

    Attributes:
        arrows: The arrows so far.
    """

    def __init__(self, depth: int | None) -> None:
        self.arrows: list[Arrow] = []
        self._depth = depth
        self._count = 0

    def box(self, kind: str, lines: tuple[str, ...]) -> Box:
        """Return a new box."""
        return Box(self._id("n"), kind, lines, False)

    def layers(
        self,
        found: Sequence[LayerView],
        tails: _Tails,
        outputs: Sequence[str],
        level: int,
    ) -> list[Box | Frame]:
        """Draw the layers of a class, and add their values to `tails`."""
        takers = _takers(found, outputs)
        items: list[Box | Frame] = []
        for index, view in enumerate(found):
            node = view.node
            if node.idle:
                items.append(self._layer(view, tails))
                continue
            if not node.active:
                _pass_through(node, tails)
                continue
            if is_opened(node, level, self._depth):
                items.append(self._frame(view, tails, level))
                continue
            before = found[index - 1].node if index else None
            last = items[-1] if items else None
            if (
                isinstance(last, Box)
                and before is not None
                and _follows(node, before, takers)
                and tails[before.name].box == last.id
            ):
                lines = (*last.lines[:-1], _titled(view), tensor_text(node.value))
                items[-1] = last._replace(lines=lines)
                tails[node.name] = _Tail(last.id)
                continue
            items.append(self._layer(view, tails))
        return items

    def _chain(
        self, found: Sequence[LayerView], node: Node, around: _Tails, level: int
    ) -> list[Box | Frame]:
        """Draw the layers inside `node`, which run one after the other."""
        tails = {**around, "": around[node.sources[0]]}
        chained = []
        before = ""
        for index, view in enumerate(found):
            name = str(index)
            sources = (before, *node.sources[1:])
            inner = view.node._replace(name=name, sources=sources)
            chained.append(view._replace(node=inner))
            before = name
        items = self.layers(chained, tails, (before,), level)
        around[node.name] = tails[before]
        for part in node.parts:
            tail = tails.get(f"{before}.{part}", tails[before])
            around[f"{node.name}.{part}"] = tail
        return items

    def _frame(self, view: LayerView, tails: _Tails, level: int) -> Frame:
        node = view.node
        id_ = self._id("c")
        inner = contents(node)
        if inner.graph is not None:
            starts = [tails[source] for source in node.sources]
            inner_tails: _Tails = dict(zip(inner.graph.inputs, starts, strict=True))
            outputs = inner.graph.outputs
            items = self.layers(inner.views, inner_tails, outputs, level + 1)
            for output in outputs:
                part = output if len(outputs) > 1 else ""
                tails[f"{node.name}.{part}"] = inner_tails[output]
            tails[node.name] = tails[f"{node.name}.{next(iter(node.parts))}"]
        else:
            items = self._chain(inner.views, node, tails, level + 1)
        first = view.varies and len(present_rounds(node)) < 2
        title = _titled(view) + (", the first shown" if first else "")
        return Frame(id_, title, tuple(items))

    def _layer(self, view: LayerView, tails: _Tails) -> Box:
        node = view.node
        several = len(dict.fromkeys(node.sources)) > 1
        kind = JOIN if several else TENSOR if node.is_tensor else LAYER
        result = "unused" if node.unused else output_text(view)
        lines = [_titled(view), sharing_text(node), result]
        box = self.box(kind, tuple(line for line in lines if line))
        self.arrows += [
            Arrow(tails[source].box, box.id, tails[source].label)
            for source in node.sources
        ]
        tails[node.name] = _Tail(box.id)
        first = next(iter(node.parts))
        for part, value in node.parts.items():
            label = "" if part == first else f"{part} {tensor_text(value)}"
            tails[f"{node.name}.{part}"] = _Tail(box.id, label)
        return box

    def _id(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"


def _titled(view: LayerView) -> str:
    times = f"{view.times} {TIMES} " if view.times > 1 else ""
    return f"{view.name}: {times}{view.node.type}"


def _pass_through(node: Node, tails: _Tails) -> None:
    """Pass on the input of a layer that does not run."""
    tails[node.name] = tails[node.passes]


def _takers(found: Iterable[LayerView], outputs: Iterable[str]) -> Mapping[str, int]:
    """Count the uses of each layer's output."""
    counts: dict[str, int] = {}
    nodes = [view.node for view in found]
    layers = {node.name for node in nodes}
    names = [source for node in nodes for source in node.reads]
    for name in [*names, *outputs]:
        layer = layer_in(name, layers)
        counts[layer] = counts.get(layer, 0) + 1
    return counts


def _follows(node: Node, before: Node, takers: Mapping[str, int]) -> bool:
    """Tell whether a layer is drawn in the same box as the one before it.

    Blocks and repeated layers have their own box.
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
    """Return all boxes, including those in frames."""
    found: list[Box] = []
    for item in items:
        found += [item] if isinstance(item, Box) else boxes(item.items)
    return found
