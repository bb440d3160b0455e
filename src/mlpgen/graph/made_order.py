"""`order`: the layers of a class in the order in which `__init__` makes them.

It is the order of the keys of a state_dict, and that of the parameters of a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.used_parameters import names_of_node
from mlpgen.names.members import attribute_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.nodes import Graph, Node, Repetition
    from mlpgen.source import Path
    from mlpgen.spec.problems import Problems


def made_in_order(graph: Graph) -> tuple[Node, ...]:
    """Return the layers as they are made: first those in `order`, then as they run."""
    if not graph.order:
        return graph.nodes
    places = {name: at for at, name in enumerate(graph.order)}

    def place(node: Node) -> int:
        return places.get(attribute_of(node.name), len(places))

    return tuple(sorted(graph.nodes, key=place))


def made_otherwise(graph: Graph) -> bool:
    """Tell whether the modules of a class are made in another order than they run."""
    ran, made = (
        [node.name for node in nodes if node.function is None]
        for nodes in (graph.nodes, made_in_order(graph))
    )
    return made != ran


def check_made_order(graph: Graph, path: Path, problems: Problems) -> None:
    """Refuse to make a layer before the rounds that change one of its sizes.

    Args:
        graph: The class, resolved.
        path: Its path in the spec.
        problems: Collects its mistakes.
    """
    if not graph.order:
        return
    loops = {
        each.running.name: node
        for node in graph.nodes
        for each in _rounds(node)
        if each.running
    }
    before: set[str] = set()
    for node in made_in_order(graph):
        before.add(node.name)
        taken = (loops[name] for name in sorted(_taken(node) & loops.keys()))
        wrong = next((each for each in taken if each.name not in before), None)
        if node.function is not None or wrong is None:
            continue
        name, other = attribute_of(node.name), attribute_of(wrong.name)
        named = [graph.order.index(name)] if name in graph.order else []
        message = (
            f"a size of `{name}` changes in the rounds of `{other}`, made after it"
        )
        labels = (problems.entry_label("these rounds change it", wrong.path),)
        help = f"name `{other}` before `{name}`, or put the rounds in a block"
        place = (*path, "order", *named)
        problems.add("MG253", message, place, labels=labels, help=help)


def _taken(node: Node) -> frozenset[str]:
    """Return the names in the code that makes a layer, without its own variables."""
    own = {each.running.name for each in _rounds(node) if each.running}
    return names_of_node(node) - own


def _rounds(node: Node) -> Iterator[Repetition]:
    """Yield the rounds of a layer, and of those inside it."""
    yield from node.rounds
    for child in node.children:
        yield from _rounds(child)
