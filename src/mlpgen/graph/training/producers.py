"""The layers that produce a value, found through blocks, rounds and pass-throughs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.layers import LAYERS
from mlpgen.names.members import layer_and_rest
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Layer


class _Frame(NamedTuple):
    """The layers of a class or a `Sequential`, and what contains them.

    Attributes:
        nodes: The layers by name.
        inputs: The outer values of its inputs.
        outer: The frame that contains it; None for the outermost.
    """

    nodes: Mapping[str, Node]
    inputs: Mapping[str, str]
    outer: _Frame | None = None


def makers(
    nodes: Iterable[Node], value: str, passes: Callable[[Node], bool]
) -> Iterator[Node]:
    """Yield the layers that produce a value; none of them contains others.

    Args:
        nodes: The layers of a class.
        value: The name of the value.
        passes: Returns whether to skip a layer, to its inputs.
    """
    waiting = [(_Frame({node.name: node for node in nodes}, {}), value)]
    seen: set[tuple[int, str]] = set()
    while waiting:
        frame, name = waiting.pop()
        if (id(frame.nodes), name) in seen:
            continue
        seen.add((id(frame.nodes), name))
        layer, part = layer_and_rest(name, frame.nodes)
        node = frame.nodes.get(layer)
        if node is None:
            if frame.outer is not None:
                waiting.append((frame.outer, frame.inputs[name]))
            continue
        rounds = [each.node for each in node.rounds if int(each.times)]
        inner = rounds[-1] if rounds else node
        if not node.active:
            waiting.append((frame, node.passes))
        elif node.rounds and not rounds:
            waiting.append((frame, node.sources[0]))
        elif inner.graph is not None or inner.type == "Sequential":
            waiting.append(_within(node, inner, part, frame))
        elif passes(inner):
            waiting += [(frame, source) for source in reversed(_values_of(node))]
        else:
            yield inner


def _within(node: Node, inner: Node, part: str, frame: _Frame) -> tuple[_Frame, str]:
    """Return the frame and the value inside a block or a `Sequential`."""
    if inner.graph is not None:
        inputs = dict(zip(inner.graph.inputs, node.sources, strict=False))
        nodes = {each.name: each for each in inner.graph.nodes}
        if not part and len(inner.parts) > 1:
            part = next(iter(inner.parts))
        return _Frame(nodes, inputs, frame), part or inner.graph.outputs[0]
    before, chain = "", {}
    for child in inner.children:
        chain[child.name] = child._replace(sources=(before,))
        before = child.name
    return _Frame(chain, {"": node.sources[0]}, frame), before


def _values_of(node: Node) -> list[str]:
    """Return the sources whose values a layer passes on, without indices and masks."""
    if len(node.sources) < 2:
        return [*node.sources]
    pairs = zip(node.sources, node.inputs, strict=True)
    return [source for source, each in pairs if each.dtype == node.value.dtype]


def kind(node: Node) -> str:
    """Return the name of an operation, equal for module and function: `ReLU`, `Add`."""
    cls = layer_class(node.type)
    if cls is None:
        return node.type
    return _MODULES.get(cls.__name__.lower(), cls.__name__)


_MODULES = {name.lower(): name for name in LAYERS}
"""The modules of torch by their names in small letters: a function is `Relu`."""


def class_of(node: Node) -> type[Layer] | None:
    """Return the class of a layer in the catalogue; None for blocks and `custom`."""
    return layer_class(node.type)


def places(node: Node, arriving: int) -> int:
    """Count the last dimensions of a result that are spatial; -1 if it is unknown.

    Args:
        node: The layer.
        arriving: The number of spatial dimensions of its input.
    """
    made = next(makers([node], node.name, _keeps_places), None)
    if made is None:
        return arriving
    cls = class_of(made)
    return cls.spatial or -1 if cls is not None else -1


def _keeps_places(node: Node) -> bool:
    """Return whether a layer keeps spatial dimensions, as additions do."""
    if kind(node) in _KEEPING or _slides_without_weights(node):
        return True
    if node.pointwise or not node.is_function or node.function is None:
        return node.pointwise
    return node.function.gathers or node.function.name in ("+", "-", "*", "/")


def _slides_without_weights(node: Node) -> bool:
    """Return whether a layer is a pool or a pad, which a table of series may have."""
    cls = class_of(node)
    slides = cls is not None and cls.spatial > 0 and not node.weights
    return slides and len(node.sources) == 1 and len(node.input) == len(node.output)


_KEEPING = (
    *("ChannelShuffle", "Identity", "Interpolate", "Narrow", "Pad", "PixelShuffle"),
    *("PixelUnshuffle", "Slice", "Upsample", "UpsamplingBilinear2d"),
)
"""Operations on images that are no convolution."""
