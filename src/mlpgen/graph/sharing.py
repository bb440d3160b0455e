"""`share`: layers that use the module, or the parameters, of another layer again."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from mlpgen.graph.keys import code_key, difference, node_key
from mlpgen.problems import cut, listed, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.graph.inside import Inside
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.wires import Wire
    from mlpgen.items import Item


def shared(
    item: Item,
    wires: tuple[Wire, ...],
    resolve: Callable[[Item, tuple[Wire, ...], Inside], Node | None],
    inside: Inside,
) -> Node | None:
    """Use the module of another layer on other tensors."""
    found = _target(item, inside)
    if found is None:
        return None
    original, node = found
    path = (*item.path, "share")
    if _depends(item, node, inside):
        return None
    if original.type == "share":
        original, node = inside.made[node.shared]
    if node.function is not None:
        message = f"`{node.name}` is a function: there is nothing to share"
        inside.problems.add("MG226", message, path)
        return None
    again = original._replace(
        name=item.name, named=item.named, path=item.path, sources=item.sources
    )
    second = resolve(again, wires, inside)
    if second is None:
        return None
    notes = (f"`{node.name}` is in line {inside.problems.line(node.path)}",)
    for name, value in node.arguments.items():
        other = second.arguments.get(name)
        if code_key(value) != code_key(other):
            inside.problems.add(
                "MG226",
                f"`{node.name}` was made for `{name}` {_int(value)}, "
                f"but here it is {_int(other)}",
                path,
                notes=notes,
            )
            return None
    if node_key(node) != node_key(second):
        what, one, other = difference(node, second)
        message = f"{what} is {one} in `{node.name}`, but here it would be {other}"
        line = inside.problems.line(node.path)
        note = f"`{node.name}` is in line {line}"
        inside.problems.add("MG226", message, path, notes=(note,))
        return None
    return second._replace(shared=node.name, parameters=0, function=None)


def tied(item: Item, node: Node, inside: Inside) -> Node | None:
    """Give a layer the parameters of another one that have the same names."""
    found = _target(item, inside)
    if found is None:
        return None
    _, other = found
    if _depends(item, other, inside):
        return None
    problems = inside.problems
    path = (*item.path, "share")
    both = [name for name in node.weights if name in other.weights]
    if not both or other.maker.wrapper:
        message = f"`{node.type}` and `{other.type}` have no parameter in common"
        if other.maker.wrapper:
            message = f"`{other.name}` computes its `weight`: it cannot be shared"
        problems.add("MG226", message, path)
        return None
    for name in both:
        mine, theirs = node.weights[name], other.weights[name]
        if mine != theirs:
            problems.add(
                "MG226",
                f"`{name}` is {_sizes(mine)} here and {_sizes(theirs)} in "
                f"`{other.name}`: only equal shapes can be shared",
                path,
            )
            return None
    count = sum(int(prod(node.weights[name])) for name in both)
    return node._replace(
        tied=other.shared or other.name,
        parameters=node.parameters - count,
        weights={name: node.weights[name] for name in both},
    )


def _depends(item: Item, node: Node, inside: Inside) -> bool:
    """Refuse to share where one of both layers may not be there."""
    key = "when" in item.options
    if not key and node.condition is None:
        return False
    message = "a layer with `when` cannot share, or be shared"
    help = "put the layer in a block, with `when` inside of it"
    at = (*item.path, "when" if key else "share")
    inside.problems.add("MG226", message, at, key=key, help=help)
    return True


def _target(item: Item, inside: Inside) -> tuple[Item, Node] | None:
    name, made = item.options["share"], inside.made
    if name in made or name in inside.lost:
        return made.get(name)
    help = nearest(name, made) or (f"there is {listed([*made][-6:])}" if made else "")
    message = f"`share`: there is no layer `{cut(name)}` before this one"
    inside.problems.add("MG219", message, (*item.path, "share"), help=help)
    return None


def _int(value: Any) -> str:
    return str(int(value)) if isinstance(value, int) else str(value)


def _sizes(shape: tuple[int, ...]) -> str:
    return str([int(size) for size in shape])
