"""The pass that follows the shape along a chain of layers."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.arguments import read_layer
from mlpgen.graph.nodes import Node
from mlpgen.layers.base import ShapeError, shown
from mlpgen.sizes import Size

if TYPE_CHECKING:
    from mlpgen.graph.scope import Scope
    from mlpgen.layers.base import Function, Layer, Shape
    from mlpgen.problems import Problems
    from mlpgen.source import Path
    from mlpgen.spec import Item


class Source(NamedTuple):
    """What a layer gets: a shape (None after a mistake) and, for notes, from where."""

    shape: Shape | None
    origin: str


def resolve_chain(
    items: tuple[Item, ...],
    source: Source,
    scope: Scope,
    problems: Problems,
    inside: str = "",
) -> tuple[tuple[Node, ...], Source]:
    """Resolve layers that run one after the other.

    Args:
        items: The entries, as they are written, with their names.
        source: What the first of them gets.
        scope: What expressions may use.
        problems: Gathers mistakes; after one, shapes are no longer followed.
        inside: The name of the `Sequential` they stand in, with a dot.

    Returns:
        The layers without mistakes, and what comes out of the last.
    """
    nodes = []
    for item in items:
        node, source = _resolve(item, source, scope, problems, inside)
        if node is not None:
            nodes.append(node)
    return tuple(nodes), source


def _resolve(
    item: Item,
    source: Source,
    scope: Scope,
    problems: Problems,
    inside: str,
) -> tuple[Node | None, Source]:
    full = inside + item.name
    if not item.type:
        return None, Source(None, full)
    if item.type == "Sequential":
        return _resolve_sequential(item, source, scope, problems, full)
    layer, expressions = read_layer(item, scope, problems)
    if layer is None or source.shape is None:
        return None, Source(None, full)
    arrives = f"`{full}` gets {shown(source.shape)} from {source.origin}"
    try:
        layer = _fill(layer, source.shape, item, problems, arrives)
        output = layer.output(source.shape)
        _check_sizes(layer, output)
        output = scope.shorten(output)
    except ShapeError as error:
        path = item.argument_path(error.argument)
        key = _is_key(item, path, problems)
        problems.add(
            error.code, error.message, path, key=key, notes=(arrives,), help=error.help
        )
        return None, Source(None, full)
    caution = layer.caution(source.shape)
    if caution is not None:
        path = item.argument_path(caution.argument)
        problems.add(
            caution.code,
            caution.message,
            path,
            key=_is_key(item, path, problems),
            notes=(arrives,),
            help=caution.help,
            warning=True,
        )
    node = Node(
        name=item.name,
        named=item.named,
        type=item.type,
        arguments=layer.arguments() | expressions,
        required=frozenset(
            each for each in type(layer).model_fields if layer.required(each)
        ),
        children=(),
        function=None if expressions else _constant(layer.function()),
        pointwise=layer.pointwise,
        input=source.shape,
        output=output,
        parameters=int(layer.parameters()),
        multiply_adds=int(layer.multiply_adds(source.shape, output)),
        path=item.path,
    )
    return node, Source(output, f"`{full}` (line {problems.line(item.path)})")


def _constant(function: Function | None) -> Function | None:
    """Refuse a call that depends on parameters: `forward` does not know them."""
    if function is None:
        return None
    values = [*function.positional, *function.keywords.values()]
    while values:
        value = values.pop()
        if isinstance(value, Size):
            return None
        values += value if isinstance(value, tuple) else ()
    return function


def _is_key(item: Item, path: Path, problems: Problems) -> bool:
    """Tell whether a mistake belongs under the layer's name rather than its value."""
    return path == item.type_path and item.type_path != item.path and not item.shorthand


def _resolve_sequential(
    item: Item,
    source: Source,
    scope: Scope,
    problems: Problems,
    full: str,
) -> tuple[Node | None, Source]:
    children, result = resolve_chain(item.children, source, scope, problems, f"{full}.")
    if source.shape is None or result.shape is None:
        return None, Source(None, full)
    node = Node(
        name=item.name,
        named=item.named,
        type=item.type,
        arguments={},
        required=frozenset(),
        children=children,
        function=None,
        pointwise=False,
        input=source.shape,
        output=result.shape,
        parameters=sum(child.parameters for child in children),
        multiply_adds=sum(child.multiply_adds for child in children),
        path=item.path,
    )
    return node, Source(result.shape, f"`{full}` (line {problems.line(item.path)})")


def _fill(
    layer: Layer, shape: Shape, item: Item, problems: Problems, arrives: str
) -> Layer:
    """Add the sizes that follow from the input; those given must agree."""
    inferred = layer.inferred(shape)
    for name, value in inferred.items():
        given = getattr(layer, name)
        if given is not None and given != value:
            problems.add(
                "MG301",
                f"`{name}` is {_bare(given)}, but {_bare(value)} arrives",
                item.argument_path(name),
                notes=(arrives,),
                help=f"leave `{name}` out: it follows from the input",
            )
    return layer.model_copy(update=inferred) if inferred else layer


def _bare(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(str(int(each)) for each in value)}]"
    return str(int(value))


MOST_VALUES = 2**40
"""Values of a tensor; more would need terabytes."""


def _check_sizes(layer: Layer, output: Shape) -> None:
    name = type(layer).__name__
    if any(size < 1 for size in output):
        raise ShapeError("MG303", f"`{name}` would leave nothing: {shown(output)}")
    for argument in type(layer).model_fields:
        if _largest(getattr(layer, argument)) >= 2**31:
            message = f"`{argument}` is at most {2**31 - 1}"
            raise ShapeError("MG312", message, argument=argument)
    if too_many(output):
        message = f"`{name}` would give {shown(output)}, more than 2**40 values"
        raise ShapeError("MG312", message)
    if layer.parameters() > MOST_VALUES:
        message = f"`{name}` would have more than 2**40 parameters"
        raise ShapeError("MG312", message)


def _largest(value: Any) -> int:
    if isinstance(value, tuple):
        return max((_largest(each) for each in value), default=0)
    return int(value) if isinstance(value, int) else 0


def too_many(shape: Shape) -> bool:
    """Tell whether a tensor of this shape is larger than any machine could hold."""
    return prod(shape) > MOST_VALUES
