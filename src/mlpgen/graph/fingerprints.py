"""Texts by which equal code is told, and the names that code uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.graph.scope import INDEX
from mlpgen.symbols.expressions import Expression
from mlpgen.symbols.sizes import Real, Size, is_name, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.nodes import Graph, Maker, Node
    from mlpgen.layers.base import Function


def code_key(value: Any) -> str:
    """Return a text that values with the same code share."""
    if isinstance(value, Size):
        return value.sum.key
    if isinstance(value, Expression) and isinstance(value.value, Size):
        return value.value.sum.key
    if isinstance(value, (Expression, Real)):
        return value.code
    if isinstance(value, (tuple, list)):
        return f"({', '.join(code_key(each) for each in value)})"
    return repr(value)


def maker_key(maker: Maker) -> str:
    """Return a text that modules share that are made by the same code."""
    items = (f"{name}={code_key(each)}" for name, each in maker.arguments.items())
    inner = maker_key(maker.inner) if maker.inner else ""
    return f"{maker.type}({inner}{', '.join(items)})"


def node_key(node: Node) -> str:
    """Return a text that layers share whose code is the same, but for the name."""
    pieces = [maker_key(node.maker)]
    if node.function is not None:
        pieces += [node.function.name, code_key(_arguments(node.function))]
    if node.condition is not None:
        pieces.append(node.condition.code)
    pieces += [node_key(child) for child in node.children]
    for each in node.rounds:
        times = f"{each.first} {code_key(each.times)} {each.counted}"
        pieces += [times, node_key(each.node)]
    return "|".join(pieces)


def graph_key(graph: Graph) -> list[tuple[Node, str]]:
    """Return the key of each layer of a class."""
    return [(node, node_key(node)) for node in graph.nodes]


def difference(one: Node, other: Node) -> tuple[str, str, str]:
    """Say what makes the code of two layers different, and how it is in each."""
    if one.maker.type != other.maker.type:
        return "the layer", one.maker.type, other.maker.type
    for name in one.arguments | other.arguments:
        mine, theirs = one.arguments.get(name), other.arguments.get(name)
        if code_key(mine) != code_key(theirs):
            return f"`{name}`", _told(mine, theirs), _told(theirs, mine)
    if one.function is not None and other.function is not None:
        mine, theirs = _arguments(one.function), _arguments(other.function)
        if code_key(mine) != code_key(theirs):
            return "its call", _told(mine, theirs), _told(theirs, mine)
    pairs = [
        *zip(one.children, other.children, strict=False),
        *((a.node, b.node) for a, b in zip(one.rounds, other.rounds, strict=False)),
    ]
    for mine, theirs in pairs:
        if node_key(mine) != node_key(theirs):
            what, one_says, other_says = difference(mine, theirs)
            return f"{what} of `{mine.name}`", one_says, other_says
    return "the code", f"`{node_key(one)}`", f"`{node_key(other)}`"


def _told(value: Any, other: Any) -> str:
    """Write a value for people: as a number, or as code if only that is different."""
    text = _numbers(value)
    return f"`{text if text != _numbers(other) else _code(value)}`"


def _code(value: Any) -> str:
    if isinstance(value, (Expression, Size, Real)):
        return value.code
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(_code(each) for each in value)}]"
    return repr(value)


def _numbers(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(_numbers(each) for each in value)}]"
    if isinstance(value, Expression):
        return _numbers(value.value)
    plain = isinstance(value, bool) or not isinstance(value, int)
    return str(value) if plain else str(int(value))


def names_in(value: Any) -> frozenset[str]:
    """Return the parameters that the code of a value uses."""
    match value:
        case Expression():
            return value.names
        case Size() | Real():
            return names_of(value)
        case tuple() | list():
            return frozenset[str]().union(*(names_in(each) for each in value))
    return frozenset()


def names_of_node(node: Node) -> frozenset[str]:
    """Return the parameters that the code of a layer uses."""
    return frozenset[str]().union(*(names_in(each) for each in _values(node)))


def sizes_of(node: Node) -> Iterator[Size]:
    """Go through the sizes that the code of a layer says."""
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
    """Return the parameters that are an argument just as they are."""
    sizes = (each for each in _values(node) if isinstance(each, Size))
    return frozenset().union(*(names_of(each) for each in sizes if is_name(each)))


def attributes(node: Node) -> list[str]:
    """Return the parameters that a layer needs in `forward`, in order."""
    if not node.is_function:
        return []
    found: list[str] = []
    if node.function is not None:
        found += sorted(names_in(_arguments(node.function)))
    if node.condition is not None:
        found += sorted(node.condition.names)
    return found


def _arguments(function: Function) -> tuple[Any, ...]:
    return (
        *function.leading,
        *function.positional,
        *function.keywords.values(),
    )


def counts(node: Node) -> bool:
    """Tell whether the code of a layer has the number of a round around it."""
    return any(INDEX in names_in(each) for each in _values(node, counted=False))


def _values(node: Node, *, counted: bool = True) -> Iterator[Any]:
    """Go through what the code of a layer says.

    Args:
        node: The layer.
        counted: Whether that is said of rounds too that count for themselves.
    """
    yield from own_values(node)
    if node.shared and node.function is None:
        return  # the module is made where that other layer stands
    for _, arguments in node.inits.values():
        yield from arguments.values()
    for child in node.children:
        yield from _values(child, counted=counted)
    for each in node.rounds:
        yield each.times
        if counted or not each.counted:
            yield from _values(each.node, counted=counted)


def own_values(node: Node) -> Iterator[Any]:
    """Go through what a layer says itself, without those that it is made of."""
    if node.condition is not None:
        yield node.condition
    if node.function is not None:
        yield from _arguments(node.function)
    elif node.shared:
        return
    yield from node.maker.arguments.values()
    if node.maker.inner is not None:
        yield from node.maker.inner.arguments.values()
