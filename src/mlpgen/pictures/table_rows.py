"""The rows of the table of layers, as plain text."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.names.members import layer_and_rest, layer_in
from mlpgen.pictures.layer_text import (
    TIMES,
    argument_texts,
    output_text,
    sharing_text,
    tensor_text,
)
from mlpgen.pictures.layer_views import contents, is_opened, layer_views, present_rounds

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.pictures.layer_views import LayerView


class Row(NamedTuple):
    """One row of the table.

    Attributes:
        level: The nesting level; 1 for layers of the model itself.
        name: The name, such as `conv1` or `layer1 (3 ×)`.
        type: `Conv2d`, a function, or a block; empty for inputs.
        arguments: The arguments, such as `in_features=784, out_features=128`.
        note: Its inputs, if not the layer before it; its condition; the layer it
            shares a module with; how its weight is computed.
        output: The shape of the output, and of parts that other layers use.
        parameters: The number of parameters, or `3 × 128` above equal rounds.
        multiply_adds: The same for multiply-adds.
        returned: Whether the class returns its output.
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
        depth: The number of levels of layers; see `is_opened`.
    """
    found = [
        Row(1, name, "", text, "", (tensor_text(value),), "", "", False, True)
        for name, value in graph.inputs.items()
        for text in [_free_sizes(name, graph)]
    ]
    if depth is None or depth > 0:
        found += _rows(layer_views(graph), graph, 1, depth)
    return found


def _free_sizes(source: str, graph: Graph) -> str:
    """Write the examples of the free sizes of an input: `height=224, width=224`."""
    return ", ".join(
        f"{name}={graph.examples[name]}"
        for name, (input_, _) in graph.free.items()
        if input_ == source
    )


def _rows(
    found: Sequence[LayerView], graph: Graph | None, level: int, depth: int | None
) -> Iterator[Row]:
    outputs = graph.outputs if graph else ()
    nodes = [view.node for view in found]
    names = {node.name for node in nodes}
    used = _parts_used(nodes, names, outputs)
    returned = {layer_in(output, names) for output in outputs}
    for view in found:
        node = view.node
        open_ = is_opened(node, level, depth)
        yield Row(
            level,
            f"{view.name} ({view.times} {TIMES})" if view.times > 1 else view.name,
            node.type,
            ", ".join(f"{name}={text}" for name, text in argument_texts(view).items()),
            note(view, open_),
            _output(view, used.get(node.name, [])),
            _count(view.parameters, view, open_),
            _multiply_adds(view, open_),
            graph is not None and node.name in returned,
            node.active,
        )
        if open_:
            inner = contents(node)
            yield from _rows(inner.views, inner.graph, level + 1, depth)


def _parts_used(
    nodes: Iterable[Node], names: Container[str], outputs: Sequence[str]
) -> dict[str, list[str]]:
    """Return the parts of each layer that are used by name."""
    found: dict[str, list[str]] = {}
    asked = [source for node in nodes for source in node.reads]
    for name in dict.fromkeys([*asked, *outputs]):
        layer, part = layer_and_rest(name, names)
        if part:
            found.setdefault(layer, []).append(part)
    return found


def note(view: LayerView, open_: bool) -> str:
    """Return what is special about a layer; see `Row.note`."""
    node = view.node
    found = []
    if view.before and node.sources and node.sources != (view.before,):
        found.append(f"from {', '.join(node.sources)}")
    if node.idle:
        found.append("unused" if node.unused else "only its module is used")
    if node.condition is not None:
        code = node.condition.code
        code += f", else {node.otherwise}" if node.otherwise else ""
        found.append(f"when {code}" if node.active else f"left out unless {code}")
    if node.rounds and not present_rounds(node):
        found.append("no rounds")
    elif view.varies and open_ and len(present_rounds(node)) < 2:
        found.append("rounds differ, the first is shown")
    elif view.varies and not open_ and not argument_texts(view):
        found.append("rounds differ")
    if node.batch:
        found.append(f"batch_dims: {1 + len(node.batch)}")
    wrapper = view.rounds[0].maker.wrapper
    found += [sharing_text(node), f"parametrize: {wrapper}" if wrapper else ""]
    found += [f"{name} by {made}" for name, (made, _) in node.inits.items() if name]
    return "; ".join(each for each in found if each)


def _output(view: LayerView, parts: Sequence[str]) -> tuple[str, ...]:
    node = view.node
    if node.unused:
        return ()
    found = [output_text(view) if node.active else tensor_text(node.value)]
    first = next(iter(node.parts))
    found += [
        f"{part} {tensor_text(node.parts[part])}" for part in parts if part != first
    ]
    return tuple(found)


def _multiply_adds(view: LayerView, open_: bool) -> str:
    """Return the multiply-adds as text; what is inside shows those of one example."""
    count, examples = view.multiply_adds, prod(map(int, view.node.batch))
    if not (open_ and count and examples > 1) or view.varies:
        return _count(count, view, open_)
    each = _count(count // examples, view, open_) or f"{count // examples:,}"
    return f"{examples} {TIMES} {each}"


def _count(count: int | None, view: LayerView, open_: bool) -> str:
    """Return a count as text; above opened layers, only if they do not show it."""
    if not view.node.active or count is None:
        return ""
    if not open_:
        return f"{count:,}"
    if view.times == 1:
        return ""
    if view.varies:
        return f"{count:,}"
    return f"{view.times} {TIMES} {count // view.times:,}"
