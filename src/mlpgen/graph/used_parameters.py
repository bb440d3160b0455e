"""The parameters and sizes in the code of a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.graph.scope import INDEX
from mlpgen.symbols.expressions import Expression
from mlpgen.symbols.sizes import Real, Size, is_name, names_of
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Function
    from mlpgen.symbols.operands import Operand


def names_in(value: Any) -> frozenset[str]:
    """Return the parameters that the code of a value uses."""
    match value:
        case Expression():
            return value.names
        case Size() | Real():
            return names_of(value)
        case TypeName(parameter=parameter) if parameter:
            return frozenset({parameter})
        case tuple() | list():
            return frozenset[str]().union(*(names_in(each) for each in value))
    return frozenset()


def names_of_node(node: Node) -> frozenset[str]:
    """Return the parameters that the code of a layer uses."""
    return frozenset[str]().union(*(names_in(each) for each in _values(node)))


def sizes_of(node: Node) -> Iterator[Size]:
    """Yield the sizes in the code of a layer."""
    open_ = [*_values(node)]
    while open_:
        value = open_.pop()
        if isinstance(value, Expression):
            value = value.value
        if isinstance(value, Size):
            yield value
        elif isinstance(value, (tuple, list)):
            open_ += value


def direct_names(node: Node) -> frozenset[str]:
    """Return the parameters that are arguments unchanged."""
    sizes = (each for each in _values(node) if isinstance(each, Size))
    return frozenset().union(*(names_of(each) for each in sizes if is_name(each)))


def attributes(node: Node, free: Container[str] = ()) -> list[str]:
    """Return the parameters that a layer needs in `forward`, in order.

    Args:
        node: The layer.
        free: Sizes that `forward` reads from its inputs.
    """
    found = sorted(own_names(node.batch))
    if node.is_function and node.function is not None:
        found += sorted(own_names(function_arguments(node.function)))
    if node.is_function and node.condition is not None:
        found += sorted(own_names(node.condition))
    return [each for each in found if each not in free]


def own_operands(node: Node) -> Iterator[Operand]:
    """Yield the expressions in the code of a layer in `forward`."""
    yield from operands_in(node.batch)
    if node.is_function:
        given = () if node.function is None else function_arguments(node.function)
        yield from operands_in((node.condition, *given))


def operands_in(value: Any) -> Iterator[Operand]:
    """Yield the expressions in a value."""
    if isinstance(value, (Expression, Size, Real)):
        yield value.operand
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from operands_in(each)


def names_in_init(node: Node) -> frozenset[str]:
    """Return the names in the code that makes a layer; a function is only called."""
    if node.function is not None:
        return frozenset()
    return own_names(tuple(_values(node._replace(batch=()))))


def own_names(value: Any) -> frozenset[str]:
    """Return the names in the code of a value itself, not in its local values."""
    return frozenset[str]().union(*(each.own_names for each in operands_in(value)))


def computed_names(node: Node) -> frozenset[str]:
    """Return the names that the code of a layer itself evaluates in any case."""
    if node.condition is not None:
        return node.condition.operand.computed
    codes = operands_in(tuple(_layer_values(node)))
    return frozenset[str]().union(*(code.computed for code in codes))


def function_arguments(function: Function) -> tuple[Any, ...]:
    """Return all arguments of a call."""
    return (
        *function.leading,
        *function.positional,
        *function.keywords.values(),
    )


def counts(node: Node) -> bool:
    """Return whether the code of a layer uses the round number of an outer layer."""
    return any(INDEX in names_in(each) for each in _values(node, counted=False))


def _values(node: Node, *, counted: bool = True) -> Iterator[Any]:
    """Yield the values in the code of a layer.

    Args:
        node: The layer.
        counted: Whether to include rounds that count themselves.
    """
    yield from own_values(node)
    if node.shared and node.function is None:
        return  # the other layer creates the module
    for _, arguments in node.inits.values():
        yield from arguments.values()
    for child in (*node.children, *node.computed):
        yield from _values(child, counted=counted)
    for each in node.rounds:
        yield each.times
        if each.running is not None:
            yield from (each.running.start, each.running.after)
        if counted or not each.counted:
            yield from _values(each.node, counted=counted)


def names_of_layer(node: Node) -> frozenset[str]:
    """Return the names in the code of a layer, without the layers inside it."""
    return frozenset[str]().union(*map(names_in, _layer_values(node)))


def _layer_values(node: Node) -> Iterator[Any]:
    yield from own_values(node)
    for each in node.rounds:
        yield each.times
        if each.running is not None:
            yield each.running.start
    for _, arguments in node.inits.values():
        yield from arguments.values()


def own_values(node: Node) -> Iterator[Any]:
    """Yield the values in the code of a layer itself, without the layers inside it."""
    yield from node.batch
    if node.condition is not None:
        yield node.condition
    if node.function is not None:
        yield from function_arguments(node.function)
    elif node.shared:
        return
    yield from node.maker.arguments.values()
    for each in node.maker.inner.values():
        yield from each.arguments.values()
