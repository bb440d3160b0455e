"""Classes that are a chain: an `nn.Sequential`, if functions are modules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from mlpgen.functions import FUNCTIONS
from mlpgen.graph.entries.batch_dims import KEY, inside
from mlpgen.graph.made_order import made_otherwise
from mlpgen.graph.nodes import Maker
from mlpgen.graph.used_parameters import names_in, names_of_layer
from mlpgen.layers import LAYERS
from mlpgen.names.members import member_of
from mlpgen.symbols.sizes import is_symbolic

if TYPE_CHECKING:
    from collections.abc import Container

    from mlpgen.graph.nodes import Graph, Node

    G = TypeVar("G", bound=Graph)


class Break(NamedTuple):
    """Why a layer is not the next link of a chain.

    Attributes:
        reason: What follows its name: "takes two values".
        key: The key of its entry that says so; empty for the layer itself.
    """

    reason: str
    key: str = ""


def as_module(node: Node, free: Container[str] = ()) -> Node | None:
    """Return a function as the layer of `torch.nn` that does the same.

    Args:
        node: The function.
        free: Sizes that `forward` reads from its inputs.

    Returns:
        None if there is no such layer.
    """
    known = node.is_function and node.is_link
    if not known or any(name in free for name in names_of_layer(node)):
        return None
    found = FUNCTIONS[node.type].module(node.arguments, inside(node).inputs[0])
    if found is None:
        return None
    cls = LAYERS[found.type]
    fields = cls.model_fields
    arguments = {
        name: found.arguments[name]
        for name in fields
        if name in found.arguments
        and (
            cls.required(name)
            or is_symbolic(found.arguments[name])
            or found.arguments[name] != fields[name].default
        )
    }
    depends = node.condition is not None or names_of_layer(node)
    return node._replace(
        maker=Maker(found.type, "nn.", arguments, cls.all_required()),
        function=None if depends else node.function,
        shared="",
    )


def broken(node: Node, before: str) -> Break | None:
    """Return why a layer does not continue a chain; None if it does.

    Args:
        node: The layer.
        before: The name of the value that the chain has so far.
    """
    member = member_of(node.name)
    if member is not None:
        return Break(f"is a member of `{member.holder}`", "name")
    if node.unused:
        return Break("is never called", "unused")
    if node.is_tensor:
        return Break("is a tensor, not a module")
    if (node.shared and node.function is None) or node.tied:
        return Break(f"shares with `{node.shared or node.tied}`", "share")
    if len(node.sources) != 1:
        return Break(f"takes {len(node.sources) or 'no'} values", "from")
    if node.sources != (before,):
        return Break(f"takes `{node.sources[0]}`, not the layer before it", "from")
    if node.otherwise:
        return Break("passes another value where it is left out", "else")
    if not node.single:
        return Break("has several results")
    if not node.call.plain:
        return Break("needs more than its input")
    return None


def first_break(graph: Graph) -> tuple[Node, Break] | None:
    """Return the first layer that is no link of a chain; None if all are."""
    before = next(iter(graph.inputs), "")
    for node in graph.nodes:
        found = broken(node, before)
        if found is None and node.is_function and as_module(node, graph.free) is None:
            found = Break("is a function, for which `torch.nn` has no layer")
        if found is None and names_in(node.batch) & graph.free.keys():
            found = Break("returns a free size that its module does not see", KEY)
        several = len(graph.outputs) > 1 and node.name in graph.outputs
        if found is None and node.batch and several:
            found = Break("is one of several outputs", KEY)
        if found is not None:
            return node, found
        before = node.name
    return None


def as_chain(graph: G) -> G | None:
    """Return a class with modules in place of functions; None if it is no chain."""
    if len(graph.inputs) != 1 or graph.joins or first_break(graph) is not None:
        return None
    if made_otherwise(graph):
        return None
    nodes = tuple(as_module(node) or node for node in graph.nodes)
    return replace(graph, nodes=nodes)
