"""Single elements of tensors that a network computes of nothing, as masks are."""

from __future__ import annotations

from math import inf, log
from typing import TYPE_CHECKING

from mlpgen.graph.effects.arguments import from_last
from mlpgen.graph.training.producers import kind
from mlpgen.lints.written import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.graph.flow import Source
    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Value

    Index = tuple[int, ...]
    Elements = Callable[[Index], float | None]


def element(source: Source, index: Index) -> float | None:
    """Return an element of a tensor; None if it depends on the example.

    Args:
        source: The tensor.
        index: A number for each dimension but the batch.
    """
    made = source.operation
    if made is None:
        return None
    given = [_elements(each) for each in made.sources]
    node = made.node
    if not node.computed:
        return _of(node, given)(index)
    found: dict[str, Elements] = {}
    for each in node.computed:
        found[each.name] = _of(each, [found.get(x, _unknown) for x in each.sources])
    return found[node.computed[-1].name](index)


def _unknown(index: Index) -> None:
    del index


def _elements(source: Source) -> Elements:
    return lambda index: element(source, index)


def _of(node: Node, given: Sequence[Elements]) -> Elements:
    """Return the elements of what a function makes of others."""
    found, count = _made(node, given), len(node.output)
    return lambda index: found(index) if len(index) == count else None


def _made(node: Node, given: Sequence[Elements]) -> Elements:
    name = kind(node)
    if name in _NEW:
        return lambda index: _NEW[name](node, index)
    if not given:
        return lambda _: None
    if name in _CHANGES:
        return lambda index: _changed(name, given[0](index))
    if name in _MOVES and len(given) == 1:
        return lambda index: _moved(node, name, index, given[0])
    if name in _PAIRS:
        return lambda index: _joined(node, name, index, given)
    if name in ("Tril", "Triu"):
        return lambda index: _kept(node, name, index, given[0])
    if name in ("MaskedFill", "Where"):
        return lambda index: _chosen(node, name, index, given)
    return lambda _: None


def _number(node: Node, name: str, default: float = 0) -> float:
    found = plain(node.arguments.get(name, default))
    return float(found) if isinstance(found, int | float) else default


_NEW: dict[str, Callable[[Node, Index], float | None]] = {
    "Ones": lambda *_: 1.0,
    "OnesLike": lambda *_: 1.0,
    "Zeros": lambda *_: 0.0,
    "ZerosLike": lambda *_: 0.0,
    "Full": lambda node, _: _number(node, "fill_value"),
    "FullLike": lambda node, _: _number(node, "fill_value"),
    "Eye": lambda _, index: float(index[-1] == index[-2]),
    "Arange": lambda node, index: (
        _number(node, "start") + _number(node, "step", 1) * index[-1]
    ),
}
_CHANGES: dict[str, Callable[[float], float]] = {
    "Bool": lambda x: float(x != 0),
    "LogicalNot": lambda x: float(x == 0),
    "Neg": lambda x: -x,
    "Abs": abs,
    "Log": lambda x: log(x) if x > 0 else -inf,
    **dict.fromkeys(("Float", "Long", "Detach", "Contiguous", "Clone"), lambda x: x),
}


def _changed(name: str, x: float | None) -> float | None:
    return None if x is None else _CHANGES[name](x)


def _kept(node: Node, name: str, index: Index, x: Elements) -> float | None:
    """Return an element of a triangle."""
    beyond = index[-1] - index[-2] - _number(node, "diagonal")
    inside = beyond <= 0 if name == "Tril" else beyond >= 0
    return x(index) if inside else 0.0


_PAIRS: dict[str, Callable[[float, float], float]] = {
    "Add": lambda x, y: x + y,
    "Sub": lambda x, y: x - y,
    "Mul": lambda x, y: 0.0 if 0 in (x, y) else x * y,
    "Div": lambda x, y: x / y if y else inf,
    "Eq": lambda x, y: float(x == y),
    "Ne": lambda x, y: float(x != y),
    "Lt": lambda x, y: float(x < y),
    "Le": lambda x, y: float(x <= y),
    "Gt": lambda x, y: float(x > y),
    "Ge": lambda x, y: float(x >= y),
    "LogicalAnd": lambda x, y: float(x != 0 and y != 0),
    "LogicalOr": lambda x, y: float(x != 0 or y != 0),
}
_DECIDES = {"LogicalAnd": 0.0, "LogicalOr": 1.0}
"""What one side of an operation has to be, so that the other does not count."""


def _joined(
    node: Node, name: str, index: Index, given: Sequence[Elements]
) -> float | None:
    """Return an element of what is computed of two tensors, or of a number."""
    sides = [
        x(_broadcast(index, value))
        for x, value in zip(given, node.inputs, strict=False)
    ]
    if "input" in node.arguments:
        sides.insert(0, _number(node, "input"))
    elif "other" in node.arguments:
        sides.append(_number(node, "other"))
    if len(sides) != 2:
        return None
    left, right = sides
    if name in _DECIDES and _DECIDES[name] in sides:
        return _DECIDES[name]
    return None if left is None or right is None else _PAIRS[name](left, right)


def _broadcast(index: Index, value: Value) -> Index:
    """Return the index in an input of the index in a result."""
    shape = value.shape
    own = index[len(index) - len(shape) :]
    return tuple(
        0 if int(size) == 1 else at for at, size in zip(own, shape, strict=False)
    )


def _chosen(
    node: Node, name: str, index: Index, given: Sequence[Elements]
) -> float | None:
    """Return an element of what a mask decides."""
    values = [
        x(_broadcast(index, each)) for x, each in zip(given, node.inputs, strict=False)
    ]
    if name == "MaskedFill":
        x, mask = values
        filled: float | None = _number(node, "value")
        return None if mask is None else filled if mask else x
    mask, *others = values
    if "input" in node.arguments:
        others.insert(0, _number(node, "input"))
    if "other" in node.arguments:
        others.append(_number(node, "other"))
    return None if mask is None else others[0] if mask else others[1]


def _moved(node: Node, name: str, index: Index, x: Elements) -> float | None:
    found = _MOVES[name](node, index, node.inputs[0])
    return None if found is None else x(found)


def _dim(node: Node, name: str, value: Value) -> int:
    return from_last(int(_number(node, name)), value)


def _unsqueezed(node: Node, index: Index, value: Value) -> Index:
    del value
    made = node.value
    at = from_last(int(_number(node, "dim")), made) + len(made.shape)
    return index[:at] + index[at + 1 :]


def _transposed(node: Node, index: Index, value: Value) -> Index:
    found = [*index]
    one, two = _dim(node, "dim0", value), _dim(node, "dim1", value)
    found[one], found[two] = found[two], found[one]
    return tuple(found)


def _sliced(node: Node, index: Index, value: Value) -> Index | None:
    start, found = int(_number(node, "start")), [*index]
    if start < 0:
        return None
    at = _dim(node, "dim", value)
    found[at] = start + int(_number(node, "step", 1)) * found[at]
    return tuple(found)


def _expanded(node: Node, index: Index, value: Value) -> Index:
    del node
    return _broadcast(index, value)


def _reshaped(node: Node, index: Index, value: Value) -> Index:
    """Return the index before a reshape, in the order of the values."""
    flat = 0
    for at, size in zip(index, node.output, strict=True):
        flat = flat * int(size) + at
    found = []
    for size in reversed(value.shape):
        flat, at = divmod(flat, int(size))
        found.append(at)
    return tuple(reversed(found))


_MOVES: dict[str, Callable[[Node, Index, Value], Index | None]] = {
    "Unsqueeze": _unsqueezed,
    "Transpose": _transposed,
    "Slice": _sliced,
    "Expand": _expanded,
    **dict.fromkeys(("Reshape", "View", "Squeeze", "Flatten", "Unflatten"), _reshaped),
}
