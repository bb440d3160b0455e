"""Keys that are equal if and only if the generated code is, and how code differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.graph.used_parameters import function_arguments
from mlpgen.graph.walks import leaf_layers
from mlpgen.layers.base import Call
from mlpgen.layers.shapes import whole_shown
from mlpgen.spec.type_parameters import ANY
from mlpgen.symbols.expressions import Expression
from mlpgen.symbols.sizes import Real, Size
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlpgen.graph.nodes import Graph, Maker, Node
    from mlpgen.source import Path


def code_key(value: Any) -> str:
    """Return a key that is equal for values with the same code."""
    if isinstance(value, Size):
        return value.sum.key
    if isinstance(value, Expression) and isinstance(value.value, Size):
        return value.value.sum.key
    if isinstance(value, (Expression, Real, TypeName)):
        return value.code
    if isinstance(value, (tuple, list)):
        return f"({', '.join(code_key(each) for each in value)})"
    return repr(value)


def maker_key(maker: Maker) -> str:
    """Return a key that is equal for modules that the same code creates."""
    type_ = f"${maker.variable}" if maker.variable else maker.type
    items = (
        # The name of what is given by position depends on the type.
        f"{'' if maker.variable and name in maker.required else name}={code_key(each)}"
        for name, each in maker.arguments.items()
    )
    inner = (f"{name}={maker_key(each)}, " for name, each in maker.inner.items())
    return f"{type_}({''.join(inner)}{', '.join(items)})"


def node_key(node: Node, any_code: Collection[Path] = ()) -> str:
    """Return a key that is equal for layers with the same code except their names.

    Args:
        node: The layer.
        any_code: The paths of layers that any code makes.
    """
    pieces = ["" if node.path in any_code else maker_key(node.maker)]
    if not node.call.plain or node.picks:
        pieces.append(f"{node.call} {dict(node.picks)}")
    if node.maker.variable:  # the type decides what it returns
        pieces.append(f"{node.returned}")
    if node.function is not None:
        pieces += [node.function.name, code_key(function_arguments(node.function))]
        pieces += [_dtype_of(node)] if node.function.new else []
    if node.condition is not None:
        pieces.append(node.condition.code)
    if node.batch:
        pieces.append(f"batch {code_key(node.batch)}")
    inner = (*node.children, *node.computed)
    pieces += [node_key(child, any_code) for child in inner]
    for each in node.rounds:
        times = f"{each.first} {code_key(each.times)} {each.counted}"
        pieces += [times, node_key(each.node, any_code)]
    return "|".join(pieces)


def graph_key(graph: Graph, any_code: Collection[Path] = ()) -> list[tuple[Node, str]]:
    """Return the key of each layer of a class; see `node_key`.

    A first layer that joins all inputs has the same code for any number of them.
    """
    nodes = [*graph.nodes]
    if graph.joins:
        nodes[0] = nodes[0]._replace(call=Call((0,)))
    return [(node, node_key(node, any_code)) for node in nodes]


def without_arguments(graph: Graph) -> frozenset[Path]:
    """Return the paths of layers whose type is `Identity` here, and else another.

    `Identity` takes any arguments; which those of the class are, other types say.
    """
    return frozenset(
        node.path
        for node in leaf_layers(graph.nodes, every=True)
        if node.maker.variable and node.type == ANY and not node.arguments
    )


def difference(one: Node, other: Node) -> tuple[str, str, str]:
    """Return what differs in the code of two layers, and its form in each."""
    if one.maker.variable:
        calls = _call(one.maker), _call(other.maker)
        if calls[0] != calls[1]:
            return "its code", *calls
        return "its code", _returned(one), _returned(other)
    if one.maker.type != other.maker.type:
        return "the layer", one.maker.type, other.maker.type
    for name in one.arguments | other.arguments:
        mine, theirs = one.arguments.get(name), other.arguments.get(name)
        if code_key(mine) != code_key(theirs):
            return f"`{name}`", _told(mine, theirs), _told(theirs, mine)
    if one.function is not None and other.function is not None:
        mine, theirs = (
            function_arguments(one.function),
            function_arguments(other.function),
        )
        if code_key(mine) != code_key(theirs):
            return "its call", _told(mine, theirs), _told(theirs, mine)
        if _dtype_of(one) != _dtype_of(other):
            return "its dtype", _dtype_of(one), _dtype_of(other)
    if code_key(one.batch) != code_key(other.batch):
        mine, theirs = _told(one.batch, other.batch), _told(other.batch, one.batch)
        return "what counts as batch", mine, theirs
    if (one.call, one.picks) != (other.call, other.picks):
        return "what it takes", _taken(one), _taken(other)
    pairs = [
        *zip(one.children, other.children, strict=False),
        *zip(one.computed, other.computed, strict=False),
        *((a.node, b.node) for a, b in zip(one.rounds, other.rounds, strict=False)),
    ]
    for mine, theirs in pairs:
        if node_key(mine) != node_key(theirs):
            what, one_says, other_says = difference(mine, theirs)
            return f"{what} of `{mine.name}`", one_says, other_says
    return "the code", f"`{node_key(one)}`", f"`{node_key(other)}`"


def _taken(node: Node) -> str:
    return " and ".join(map(whole_shown, node.inputs))


def _call(maker: Maker) -> str:
    """Write the call of a type that is a parameter, for people."""
    texts = (
        _code(value) if name in maker.required else f"{name}={_code(value)}"
        for name, value in maker.arguments.items()
    )
    return f"`{maker.variable}({', '.join(texts)})`"


def _returned(node: Node) -> str:
    """Tell results apart that a class takes with different code."""
    results = f"the results {', '.join(node.parts)}" if node.returned else "one result"
    return f"for {results}"


def _dtype_of(node: Node) -> str:
    """Say which dtype a new tensor has; nothing of other layers."""
    new = node.function.new if node.function else None
    if new is None:
        return ""
    return f"that of `{node.like}`" if new.follows else f"`{new.dtype}`"


def _told(value: Any, other: Any) -> str:
    """Format a value as a number, or as code if only the code differs."""
    text = _numbers(value)
    return f"`{text if text != _numbers(other) else _code(value)}`"


def _code(value: Any) -> str:
    if isinstance(value, (Expression, Size, Real, TypeName)):
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
