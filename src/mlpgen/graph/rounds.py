"""The number of a round, put in the place of `index` where no loop counts it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlpgen.expressions import Expression, ExpressionError, substituted
from mlpgen.graph.keys import names_in
from mlpgen.sizes import Real, Size, names_of, replaced

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Maker, Node
    from mlpgen.layers.base import Shape, Value

INDEX = "index"
"""What expressions call the number of a round."""


def value_at(value: Value, number: int) -> Value:
    """Say the sizes of a tensor without `index`."""
    return value._replace(shape=shape_at(value.shape, number))


def shape_at(shape: Shape, number: int) -> Shape:
    """Say sizes without `index`."""
    return tuple(_size(size, number) for size in shape)


def node_at(node: Node, number: int) -> Node:
    """Say a layer that stands alone without `index`."""
    return node._replace(
        maker=_maker(node.maker, number),
        condition=_any(node.condition, number),
        children=tuple(node_at(child, number) for child in node.children),
        parts={name: value_at(value, number) for name, value in node.parts.items()},
    )


def _maker(maker: Maker, number: int) -> Maker:
    arguments = {name: _any(each, number) for name, each in maker.arguments.items()}
    inner = _maker(maker.inner, number) if maker.inner else None
    return maker._replace(arguments=arguments, inner=inner)


def _any(value: Any, number: int) -> Any:
    if INDEX not in names_in(value):
        return value
    if isinstance(value, tuple):
        return tuple(_any(each, number) for each in value)
    if isinstance(value, Size):
        return _size(value, number)
    names = names_in(value) - {INDEX}
    if not names:
        return value.value if isinstance(value, Expression) else float(value)
    code = re.sub(rf"\b{INDEX}\b", str(number), value.code)
    if isinstance(value, Real):
        return Real(value, code)
    return value._replace(code=code, names=names)


def _size(size: int, number: int) -> int:
    """Compute what is left without `index`, as far as it is arithmetic."""
    if not isinstance(size, Size) or INDEX not in names_of(size.code):
        return size
    names = names_of(size.code) - {INDEX}
    if not names:
        return int(size)
    known = {name: Size.parameter(name, 1) for name in names}
    try:
        found = substituted(size.code, {**known, INDEX: number})
    except ExpressionError:
        return replaced(size, INDEX, number)
    return Size(int(size), found.terms) if isinstance(found, Size) else int(size)
