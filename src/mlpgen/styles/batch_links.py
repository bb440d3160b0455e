"""Layers of an `nn.Sequential` that see more examples, by what is around them.

`nn.Flatten(0, 1)` comes before such a layer, and `nn.Unflatten(0, (-1, 8))` after it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from mlpgen.graph.entries.batch_dims import inside, link_names
from mlpgen.graph.nodes import Maker, Node
from mlpgen.layers.base import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph
    from mlpgen.layers.base import Value

    G = TypeVar("G", bound=Graph)


def with_links(graph: G, *, chain: bool = False) -> G:
    """Put these layers into the chains of a class.

    Args:
        graph: The class.
        chain: Whether it is a chain itself.
    """
    nodes = tuple(map(_inner, graph.nodes))
    nodes = _linked(nodes) if chain else nodes
    return graph if nodes == graph.nodes else replace(graph, nodes=nodes)


def _inner(node: Node) -> Node:
    """Put them into the chains inside a layer."""
    if not node.children and not node.rounds:
        return node
    return node._replace(
        children=_linked(tuple(map(_inner, node.children))),
        rounds=tuple(each._replace(node=_inner(each.node)) for each in node.rounds),
    )


def _linked(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Put them around the layers of one chain."""
    found: list[Node] = []
    renamed: dict[str, str] = {}
    for node in nodes:
        sources = tuple(renamed.get(each, each) for each in node.sources)
        node = node._replace(sources=sources)
        if not node.batch:
            found.append(node)
            continue
        before, after = link_names(node.name, nodes)
        renamed[node.name] = after
        seen = inside(node)
        ends = {"start_dim": 0, "end_dim": len(node.batch)}
        sizes = {"dim": 0, "unflattened_size": (-1, *node.batch)}
        first = _link(before, "Flatten", ends, (node.inputs[0], seen.inputs[0]), node)
        last = _link(after, "Unflatten", sizes, (seen.value, node.value), node)
        found += [
            first._replace(sources=node.sources),
            seen._replace(sources=(before,)),
            last._replace(sources=(node.name,)),
        ]
    return tuple(found)


def _link(
    name: str,
    type_: str,
    arguments: dict[str, Any],
    ends: tuple[Value, Value],
    of: Node,
) -> Node:
    """Make a layer that changes what counts as batch.

    Args:
        name: Its name.
        type_: `Flatten` or `Unflatten`.
        arguments: Its arguments, all of them by position.
        ends: What it takes, and what it returns.
        of: The layer beside it.
    """
    taken, given = ends
    return Node(
        name=name,
        named=True,
        maker=Maker(type_, "nn.", arguments, frozenset(arguments)),
        sources=(),
        call=Call((0,)),
        inputs=(taken,),
        parts={"": given},
        path=of.path,
    )
