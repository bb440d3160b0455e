"""Limits of integer inputs, set by layers that use them as indices or lengths."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.layers.shapes import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlpgen.graph.nodes import Graph, Node

_ANY = 2
"""The limit where nothing uses the numbers as indices: they are 0 and 1."""
_TABLES = {
    "Embedding": "num_embeddings",
    "EmbeddingBag": "num_embeddings",
    "one_hot": "num_classes",
}
_INDEXING = ("gather", "index_select", "scatter", "scatter_add", "index_add")
_OTHER_NUMBERS = (
    *("argmax", "argmin", "argsort", "zeros_like", "ones_like", "full_like"),
    *_TABLES,
)
_ORDERING = ("topk", "sort", "max", "min")


class _Number(NamedTuple):
    """What an integer computed from an input is at most: `scale * x + shift`."""

    scale: int = 1
    shift: int = 0


_Numbers = dict[str, _Number]
"""By the inputs that they are computed from; one each, so that it stays quick."""
_LARGEST = 2**62
"""No layer has so many indices."""


class Limits(NamedTuple):
    """What the numbers of an input can be: at least `low`, and less than `high`."""

    low: int
    high: int

    def within(self, low: int, high: int) -> Limits:
        """Return limits that are in others, too."""
        low = max(low, self.low)
        return Limits(low, max(min(high, self.high), low + 1))


_Found = dict[str, Limits]
"""The limits of inputs, as far as they are known."""


def index_limits(graph: Graph) -> dict[str, Limits]:
    """Return the limits of each input.

    Numbers are followed through blocks, repeats and functions that pass them on.
    """
    found: _Found = {}
    _outputs(graph, [{name: _Number()} for name in graph.inputs], found)
    return {name: found.get(name, Limits(0, _ANY)) for name in graph.inputs}


def _outputs(
    graph: Graph, arriving: Sequence[_Numbers], found: _Found
) -> list[_Numbers]:
    """Return which numbers of the inputs the outputs of a class contain."""
    known = dict(zip(graph.inputs, arriving, strict=True))
    for node in graph.nodes:
        if node.idle:
            continue
        taken = node.sources if node.active else (node.passes,)
        gives = _parts(node, [known[name] for name in taken], found)
        names = [f"{node.name}.{part}" for part in node.parts]
        known |= zip(names, gives, strict=True)
        known[node.name] = gives[0]
    return [known[name] for name in graph.outputs]


def _parts(node: Node, takes: list[_Numbers], found: _Found) -> list[_Numbers]:
    """Return which numbers of the inputs each part of a layer contains."""
    if not node.active:
        return takes[:1]
    if node.graph is not None and not node.rounds:
        return _outputs(node.graph, takes, found)
    steps = list(node.children)
    for each in node.rounds:
        steps += map(each.at, range(each.first, each.first + int(each.times)))
    if steps:
        gives = takes
        for step in steps:
            gives = _parts(step, [gives[0], *takes[1:]], found)
        return gives
    _look_up(node, takes, found)
    every = _handed_on(node, takes, found)
    if node.type in _ORDERING:
        return [every, {}]  # the second part says where
    return [every] * len(node.parts)


def _look_up(node: Node, takes: list[_Numbers], found: _Found) -> None:
    """Record the limit of the numbers that a layer uses as indices."""
    limit = _limit(node)
    if limit is None:
        return
    indices = takes[1] if node.type in _INDEXING else takes[-1]
    low = int(node.call.packs is not None)  # a length is at least 1
    for name, each in indices.items():
        high = max(1, -((each.shift - limit) // each.scale))
        found[name] = found.get(name, Limits(low, high)).within(low, high)


def _limit(node: Node) -> int | None:
    """Return how many indices the input of a layer that holds them may have."""
    if node.type in _TABLES:
        return int(node.arguments[_TABLES[node.type]])
    if node.type in _INDEXING:
        return int(whole(node.inputs[0])[node.arguments["dim"]])
    if node.type.startswith("MaxUnpool"):
        return int(prod(node.output[1:]))
    if node.call.packs is not None:
        return int(node.input[0]) + 1
    return None


def _handed_on(node: Node, takes: list[_Numbers], found: _Found) -> _Numbers:
    """Return which numbers of the inputs the result of a layer contains."""
    if node.value.dtype == "bool" or node.type in _OTHER_NUMBERS:
        return {}
    if node.type in _INDEXING:
        takes = [takes[0], *takes[2:]]
    if node.type == "mul" and len(takes) > 1:
        return _multiplied(takes, found)
    every = _joined(takes)
    if node.type not in ("add", "sub", "mul"):
        return every
    first = node.arguments.get("input")
    other = node.arguments.get("other", first)
    number = int(getattr(other, "value", other) or 0)
    if first is not None:
        return _scaled(every, 1, max(0, number))
    if node.type == "mul":
        return _scaled(every, max(1, abs(number)), 0)
    if node.type == "sub":
        return _scaled(every, 1, max(0, -number))
    return _scaled(every, len(takes), max(0, number))


def _multiplied(takes: list[_Numbers], found: _Found) -> _Numbers:
    """Bound a product, whose inputs are 0 and 1 from now on."""
    bound = 1
    for numbers in takes:
        bound *= max((sum(each) for each in numbers.values()), default=1)
    every = _joined(takes)
    for name in every:
        found[name] = found.get(name, Limits(0, _ANY)).within(0, _ANY)
    bound = min(bound, _LARGEST)
    return dict.fromkeys(every, _Number(bound, bound))


def _joined(takes: Iterable[_Numbers]) -> _Numbers:
    """Return the largest numbers of all."""
    found: _Numbers = {}
    for numbers in takes:
        for name, each in numbers.items():
            other = found.get(name, each)
            larger = max(each.scale, other.scale), max(each.shift, other.shift)
            found[name] = _Number(*larger)
    return found


def _scaled(numbers: _Numbers, scale: int, shift: int) -> _Numbers:
    return {
        name: _Number(
            min(each.scale * scale, _LARGEST), min(each.shift * scale + shift, _LARGEST)
        )
        for name, each in numbers.items()
    }
