"""The blocks that the code of a model needs, each after those that it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.walks import block_layers
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.spec.problems import Problems


def in_order(
    graph: Graph,
    classes: Mapping[str, Graph],
    problems: Problems,
    inside: tuple[str, ...] = (),
) -> tuple[Graph, ...]:
    """Return the blocks that a class uses, each after the blocks that it uses.

    Args:
        graph: The class.
        classes: All blocks that layers use.
        problems: Collects mistakes: a type that is named, but that no layer has or that
            needs the class itself.
        inside: The classes that need this one.
    """
    found: dict[str, Graph] = {}
    within = (*inside, graph.name)
    for name in _used(graph):
        if name in within:
            circle = [*within[within.index(name) :], name]
            message = f"the block `{name}` needs itself"
            notes = (" → ".join(circle),) if len(circle) > 2 else ()
            if isinstance(name, TypeName) and name.place:
                problems.add_at("MG223", message, name.place, notes=notes)
        elif name in classes and name not in found:
            for each in in_order(classes[name], classes, problems, within):
                found.setdefault(each.name, each)
            found.setdefault(name, classes[name])
        elif isinstance(name, TypeName) and name not in classes and name.place:
            message = f"no layer is of the type `{name}`, so its code is not known"
            help = "name a type that a layer has, or use the block in a layer"
            problems.add_at("MG227", message, name.place, help=help)
    return tuple(found.values())


def _used(graph: Graph) -> Iterator[str]:
    """Yield the blocks that the code of a class names, and those it is given."""
    for node in block_layers(graph.nodes):
        yield node.type
    values = [*graph.parameters.values(), *_arguments(graph.nodes)]
    for value in values:
        if isinstance(value, TypeName) and not value.prefix:
            yield value


def _arguments(nodes: Iterable[Node]) -> Iterator[object]:
    for node in nodes:
        yield from node.arguments.values()
        yield from _arguments(node.children)
        yield from _arguments(each.node for each in node.rounds)
