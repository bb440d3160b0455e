"""The layers of a network in the order in which they run, with their modules.

One module may run several times: a shared layer, or a layer of a block that is used
several times. An occurrence is one of these runs.
"""

from __future__ import annotations

from collections import Counter
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.entries.batch_dims import link_names
from mlpgen.graph.used_parameters import names_in

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
        moved: Whether a number in the name of its module depends on a parameter.
        examples: How many examples it sees for one of the model.
        after: The last word of the name of the module that returns its result in a
            chain, if that is another.
    """

    name: str
    module: str
    time: int
    node: Node
    holder: str
    instance: str
    pass_: int
    moved: bool = False
    examples: int = 1
    after: str = ""

    @property
    def returns(self) -> str:
        """The dotted name of the module of a chain that returns its result."""
        chain = self.module.removesuffix(self.node.key)
        return chain + self.after if self.after else self.module


class _Scope(NamedTuple):
    """The surroundings of a layer.

    Attributes:
        names: The prefix of the names of layers.
        modules: The prefix of the names of modules.
        holder: Their class.
        changing: The names in its code that depend on parameters of the model.
        moved: Whether a number in the prefix depends on one.
        examples: How many examples there are for one of the model.
    """

    names: str = ""
    modules: str = ""
    holder: str = ""
    changing: frozenset[str] = frozenset()
    moved: bool = False
    examples: int = 1

    def within(self, name: str, module: str, node: Node) -> _Scope:
        """Return the surroundings of layers inside another."""
        examples = self.examples * prod(map(int, node.batch))
        return self._replace(
            names=f"{name}.", modules=f"{module}.", holder="", examples=examples
        )

    def of_block(self, node: Node) -> _Scope:
        """Return the same in the class of a block."""
        assert node.graph is not None
        changing = frozenset(
            name
            for name, value in node.arguments.items()
            if names_in(value) & self.changing
        )
        return self._replace(holder=node.graph.name, changing=changing)

    def moves(self, node: Node) -> bool:
        """Tell whether a parameter decides how many numbers a layer has."""
        names = names_in([*(each.times for each in node.rounds), node.condition])
        return node.number is not None and bool(names & self.changing)


def occurrences(graph: Graph) -> Iterator[Occurrence]:
    """Yield the calls of all layers; a layer comes before those inside it."""
    times: Counter[str] = Counter()
    passes: Counter[str] = Counter()

    def among(nodes: tuple[Node, ...], scope: _Scope) -> Iterator[Occurrence]:
        for node in nodes:
            # With other arguments, its number may be that of the next layer.
            scope = scope._replace(moved=scope.moved or scope.moves(node))
            if not node.idle:
                # A function needs no module of another layer.
                used = node.shared if node.function is None else ""
                after = link_names(node.name, nodes)[1] if node.batch else ""
                for each in at(node, node.name, used or node.key, scope):
                    yield each._replace(after=after) if each.node is node else each

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
            scope.moved,
            scope.examples,
        )
        times[module] += 1
        passes[instance] += 1
        if not node.active:
            return
        for number, _, round_ in node.each_round():
            yield from at(round_, number, number, scope.within(name, module, node))
        if node.graph is not None:
            inner = scope.within(name, module, node).of_block(node)
            yield from among(node.graph.nodes, inner)
        else:
            yield from among(node.children, scope.within(name, module, node))

    def spread_rounds(node: Node, name: str, scope: _Scope) -> Iterator[Occurrence]:
        """Yield a layer whose last round returns its result, then its rounds."""
        rounds = [*node.each_round()]
        for _, key, _ in rounds[-1:]:
            module = scope.modules + key
            count, time = passes[module], times[module]
            yield Occurrence(
                name, module, time, node, "", "", count, scope.moved, scope.examples
            )
        within = scope._replace(names=f"{name}.", holder="")
        for number, key, round_ in rounds:
            yield from at(round_, number, key, within)

    changing = frozenset(graph.parameters)
    yield from among(graph.nodes, _Scope(holder=graph.name, changing=changing))


def values_of(occurrence: Occurrence) -> Iterator[tuple[str, str, Value]]:
    """Yield the results of a layer: the part, its name in the network, the tensor.

    The first part has the name of the layer.
    """
    for index, (part, value) in enumerate(occurrence.node.parts.items()):
        yield part, f"{occurrence.name}.{part}" if index else occurrence.name, value
