"""The layers of a network in the order in which they run, with their modules.

One module may run several times: a shared layer, or a layer of a block that is used
several times. An occurrence is one of these runs.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.layers.base import Value


class Occurrence(NamedTuple):
    """One call of a layer.

    Attributes:
        name: The name of the layer, with dots inside others: `stage.0.conv`.
        module: The dotted name of its module, which another layer may own.
        time: How often that module ran before.
        node: The layer.
        holder: The class that contains it directly; empty inside a container.
        instance: The dotted name of the module of that class; empty for the model.
        pass_: How often that layer of that module ran before.
    """

    name: str
    module: str
    time: int
    node: Node
    holder: str
    instance: str
    pass_: int


class _Scope(NamedTuple):
    """The prefixes of the names of layers and modules, and their class."""

    names: str = ""
    modules: str = ""
    holder: str = ""

    def within(self, name: str, module: str, holder: str = "") -> _Scope:
        return _Scope(f"{name}.", f"{module}.", holder)


def occurrences(graph: Graph) -> Iterator[Occurrence]:
    """Yield the calls of all layers; a layer comes before those inside it."""
    times: Counter[str] = Counter()
    passes: Counter[str] = Counter()

    def among(nodes: tuple[Node, ...], scope: _Scope) -> Iterator[Occurrence]:
        for node in nodes:
            if not node.idle:
                # A function needs no module of another layer.
                used = node.shared if node.function is None else ""
                yield from at(node, node.name, used or node.key, scope)

    def at(node: Node, own: str, used: str, scope: _Scope) -> Iterator[Occurrence]:
        name, module = scope.names + own, scope.modules + used
        instance = scope.modules + own
        if node.number is not None and not node.active:
            return  # it has no module
        if node.spread:
            yield from spread_rounds(node, name, scope)
            return
        yield Occurrence(
            name,
            module,
            times[module],
            node,
            scope.holder,
            scope.modules.rstrip("."),
            passes[instance],
        )
        times[module] += 1
        passes[instance] += 1
        if not node.active:
            return
        for number, _, round_ in node.each_round():
            yield from at(round_, number, number, scope.within(name, module))
        if node.graph is not None:
            inner = scope.within(name, module, node.graph.name)
            yield from among(node.graph.nodes, inner)
        else:
            yield from among(node.children, scope.within(name, module))

    def spread_rounds(node: Node, name: str, scope: _Scope) -> Iterator[Occurrence]:
        """Yield a layer whose last round returns its result, then its rounds."""
        rounds = [*node.each_round()]
        for _, key, _ in rounds[-1:]:
            module = scope.modules + key
            yield Occurrence(name, module, times[module], node, "", "", passes[module])
        within = _Scope(f"{name}.", scope.modules)
        for number, key, round_ in rounds:
            yield from at(round_, number, key, within)

    yield from among(graph.nodes, _Scope(holder=graph.name))


def values_of(occurrence: Occurrence) -> Iterator[tuple[str, str, Value]]:
    """Yield the results of a layer: the part, its name in the network, the tensor.

    The first part has the name of the layer.
    """
    for index, (part, value) in enumerate(occurrence.node.parts.items()):
        yield part, f"{occurrence.name}.{part}" if index else occurrence.name, value
