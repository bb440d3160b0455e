"""The operations of a network in the order they run, as if nothing were nested.

Blocks, `Sequential`s and rounds are inlined, and what a condition leaves out is left
out, so that whoever looks at two neighbours sees those that torch runs one after the
other, whatever file, block or style they are written in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.entries.batch_dims import inside
from mlpgen.graph.training.producers import kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.layers.base import Value

MOST_ROUNDS = 10
"""The number of equal rounds that are followed; later ones behave the same."""
MOST_OPERATIONS = 20_000
"""Larger networks have no flow: to follow them takes too long."""


class Source(NamedTuple):
    """A value of the network: an input, or a part of what an operation returns.

    Attributes:
        operation: The operation; None for an input of the model.
        part: The part, or the name of the input.
        value: Its shape and dtype.
    """

    operation: Operation | None
    part: str
    value: Value


class Operation:
    """One run of a layer that contains no others, or of a function.

    Attributes:
        node: The layer.
        name: Its name in the model, with dots inside others: `layer1.0.conv1`.
        key: The name of its module in the model, which another layer may own; that of
            a function is the one that its module would have.
        kind: What it does, equal for module and function: `ReLU`, `add`.
        sources: Its inputs.
        users: The operations that use one of its results, each once.
        returned: Whether the model returns one of its results.
        owner: The class whose definition has the layer; empty for the model.
    """

    __slots__ = (
        *("key", "kind", "name", "node", "owner", "returned", "sources", "users"),
    )

    def __init__(
        self,
        node: Node,
        name: str,
        sources: tuple[Source, ...],
        owner: str,
        key: str,
    ) -> None:
        """Make an operation that nothing uses yet."""
        self.node = node
        self.name = name
        self.key = key
        self.kind = kind(node)
        self.sources = sources
        self.owner = owner
        self.users: list[Operation] = []
        self.returned = False

    def __repr__(self) -> str:
        """Show name and kind."""
        return f"<{self.name}: {self.kind}>"

    @property
    def before(self) -> Operation | None:
        """The operation that makes its first input; None for an input of the model."""
        return self.sources[0].operation if self.sources else None


class Flow(NamedTuple):
    """A network without nesting.

    Attributes:
        operations: Its operations in the order they run.
        outputs: What it returns, by name.
    """

    operations: tuple[Operation, ...]
    outputs: Mapping[str, Source]

    def of(self, *kinds: str) -> Iterator[Operation]:
        """Yield the operations of some kinds."""
        return (each for each in self.operations if each.kind in kinds)


class _TooLargeError(Exception):
    """The network has too many operations."""


def flow_of(graph: Graph) -> Flow | None:
    """Follow the values of a network through all layers; None if it is too large."""
    try:
        return _followed(_Walk(), graph)
    except _TooLargeError:
        return None


def whole_flow(graph: Graph) -> Flow:
    """Follow the values of a network of any size, through every round of a layer."""
    return _followed(_Walk(whole=True), graph)


def _followed(walk: _Walk, graph: Graph) -> Flow:
    values = {name: Source(None, name, value) for name, value in graph.inputs.items()}
    walk.graph(graph.nodes, values, _Inside(), "")
    outputs = {name: values[name] for name in graph.outputs}
    for source in outputs.values():
        if source.operation is not None:
            source.operation.returned = True
    return Flow(tuple(walk.operations), outputs)


class _Inside(NamedTuple):
    """Where a layer is: what precedes its name, and the name of its module."""

    names: str = ""
    keys: str = ""


class _Named(NamedTuple):
    """The names of a layer in the model.

    Attributes:
        name: Its own, with dots.
        key: That of its module, with dots.
        around: What precedes the latter where rounds are beside other layers.
    """

    name: str
    key: str
    around: str

    @property
    def inside(self) -> _Inside:
        """What precedes the names of the layers in it."""
        return _Inside(f"{self.name}.", f"{self.key}.")

    def round(self, node: Node, index: int) -> _Named:
        """Return the names of a round."""
        name = f"{self.name}.{index}"
        if node.spread:
            return _Named(name, f"{self.around}{index + (node.number or 0)}", "")
        word = node.names.every[index] if node.names else index
        return _Named(name, f"{self.key}.{word}", "")


def _named(node: Node, nodes: Sequence[Node], inside: _Inside) -> _Named:
    """Return the names of a layer; a function needs no module of another layer."""
    key = node.key
    if node.shared and node.function is None:
        key = next((each.key for each in nodes if each.name == node.shared), key)
    return _Named(f"{inside.names}{node.name}", f"{inside.keys}{key}", inside.keys)


class _Walk:
    def __init__(self, *, whole: bool = False) -> None:
        self.operations: list[Operation] = []
        self._whole = whole

    def graph(
        self,
        nodes: Sequence[Node],
        values: dict[str, Source],
        inside: _Inside,
        owner: str,
    ) -> None:
        """Follow values through the layers of a class; their results are added.

        Args:
            nodes: The layers.
            values: The inputs by name.
            inside: What precedes the names of the layers.
            owner: The class.
        """
        for node in nodes:
            if node.idle:
                continue
            if not node.active:
                values[node.name] = values[node.passes]
                continue
            takes = tuple(values[name] for name in node.sources)
            given = self.layer(node, takes, _named(node, nodes, inside), owner)
            values[node.name] = given[0]
            for part, source in zip(node.parts, given, strict=True):
                if part:
                    values[f"{node.name}.{part}"] = source

    def layer(
        self, node: Node, takes: tuple[Source, ...], name: _Named, owner: str
    ) -> list[Source]:
        """Follow values through a layer that runs, and return its results."""
        if node.batch:
            return self._batched(node, takes, name, owner)
        if node.rounds:
            return self._rounds(node, takes, name, owner)
        if node.graph is not None:
            values = dict(zip(node.graph.inputs, takes, strict=True))
            self.graph(node.graph.nodes, values, name.inside, node.graph.name)
            return [values[each] for each in node.graph.outputs]
        if node.type == "Sequential":
            given = [takes[0]]
            for child in node.children:
                if child.active:
                    inner = _named(child, node.children, name.inside)
                    given = self.layer(child, (given[0],), inner, owner)
            return given
        return self._operation(node, takes, name, owner)

    def _batched(
        self, node: Node, takes: tuple[Source, ...], name: _Named, owner: str
    ) -> list[Source]:
        """Follow values through a layer that sees them as more examples."""
        seen = inside(node)
        pairs = zip(takes, seen.inputs, strict=True)
        taken = tuple(source._replace(value=value) for source, value in pairs)
        given = self.layer(seen, taken, name, owner)
        results = zip(given, node.parts.values(), strict=True)
        return [source._replace(value=value) for source, value in results]

    def _rounds(
        self, node: Node, takes: tuple[Source, ...], name: _Named, owner: str
    ) -> list[Source]:
        first, *others = takes
        given = [first]
        for each in node.rounds:
            times = int(each.times)
            if not self._whole:
                times = min(times, max(MOST_ROUNDS, len(each.each)))
            for index in range(each.first, each.first + times):
                taken, named = (given[0], *others), name.round(node, index)
                given = self.layer(each.at(index), taken, named, owner)
        return given

    def _operation(
        self, node: Node, takes: tuple[Source, ...], name: _Named, owner: str
    ) -> list[Source]:
        if len(self.operations) == MOST_OPERATIONS and not self._whole:
            raise _TooLargeError
        found = Operation(node, name.name, takes, owner, name.key)
        self.operations.append(found)
        for source in dict.fromkeys(each.operation for each in takes):
            if source is not None:
                source.users.append(found)
        return [Source(found, part, value) for part, value in node.parts.items()]
