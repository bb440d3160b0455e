"""`share: encoder.embedding`: the parameters of a layer that is inside another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.graph.entries.numbered import varies
from mlpgen.names.members import layer_in
from mlpgen.spec.wording import cut, listed, nearest
from mlpgen.symbols.expressions import Expression
from mlpgen.symbols.substitution import restated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.source import Path


def inner_layer(
    outer: Node, names: Sequence[str], path: Path, context: Context
) -> Node | None:
    """Return a layer inside another one as the class around both sees it.

    Its name has dots, its sizes are in terms of the parameters of that class.

    Args:
        outer: The layer of the class.
        names: The names on the way to the layer inside; none for the layer itself.
        path: The path of `share`.
        context: The class.

    Returns:
        None after a mistake.
    """
    if not names:
        return outer
    nodes = outer.graph.nodes if outer.graph else outer.children
    layer = layer_in(".".join(names), {node.name for node in nodes})
    found = next((node for node in nodes if node.name == layer), None)
    reason = _unusable(found, nodes) if found else ""
    if found is None or reason or outer.rounds:
        _add_mistake(outer, layer, reason, path, context)
        return None
    inner = inner_layer(found, names[layer.count(".") + 1 :], path, context)
    if inner is None:
        return None
    name = f"{outer.shared or outer.key}.{inner.key}"
    seen = inner._replace(name=name, number=None, path=outer.path)
    return _outside(seen, outer, path, context) if outer.graph else seen


def _unusable(inner: Node, nodes: Sequence[Node]) -> str:
    """Return why nobody outside can use the parameters of a layer among others."""
    if inner.condition is not None:
        return "has `when`: a layer that may be left out cannot share its parameters"
    if inner.number is not None and any(map(varies, nodes[: nodes.index(inner)])):
        return "has a number that depends on a parameter"
    owner = inner.shared or inner.tied
    return f"uses what `{owner}` owns: name that one" if owner else ""


def _add_mistake(
    outer: Node, name: str, reason: str, path: Path, context: Context
) -> None:
    """Report a name that `share` cannot use."""
    if outer.rounds:
        message = f"`{outer.name}` has `repeat`, but `share` needs a single layer"
        context.problems.add("MG226", message, path)
        return
    if reason:
        message = f"`{outer.name}.{name}` {reason}"
        context.problems.add("MG226", message, path)
        return
    nodes = outer.graph.nodes if outer.graph else outer.children
    known = [node.name for node in nodes]
    few = f"available: {listed(known[:6])}" if known else ""
    message = f"`share`: there is no layer `{cut(name)}` in `{outer.name}`"
    context.problems.add("MG219", message, path, help=nearest(name, known) or few)


def _outside(inner: Node, block: Node, path: Path, context: Context) -> Node:
    """Express the sizes and arguments of a block's layer by the class around it."""
    assert block.graph is not None
    known = {**block.graph.parameters, **block.maker.arguments}
    outside = context.scope.outside(known, path)
    weights = {
        name: tuple(map(outside, shape)) for name, shape in inner.weights.items()
    }

    def elsewhere(value: Any) -> Any:
        return restated(value, known) if isinstance(value, Expression) else value

    arguments = {name: elsewhere(value) for name, value in inner.arguments.items()}
    maker = inner.maker._replace(arguments=arguments)
    return inner._replace(weights=weights, maker=maker)
