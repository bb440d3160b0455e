"""Layers that are the same module if sizes with equal values are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.graph.code_keys import code_key
from mlpgen.graph.used_parameters import own_values
from mlpgen.symbols.agreements import Agreement
from mlpgen.symbols.sizes import Size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.nodes import Node


def value_key(value: Any) -> str:
    """Return a key that is equal for values whose code differs in equal sizes only."""
    if isinstance(value, Size):
        return str(int(value))
    if isinstance(value, (tuple, list)):
        return f"({', '.join(value_key(each) for each in value)})"
    return code_key(value)


def unified(one: Node, other: Node) -> list[Agreement] | None:
    """Return the sizes that must be equal for two layers to be the same module.

    None if anything else differs, or the value of a size does.
    """
    found: list[Agreement] = []
    for mine, theirs in _pairs(one, other):
        if value_key(mine) != value_key(theirs):
            return None
        found += _agreements(mine, theirs)
    return found


def _pairs(one: Node, other: Node) -> Iterator[tuple[Any, Any]]:
    """Yield pairs of values of two layers, round by round.

    The first pair is the structure of the layers: if it differs, later pairs have no
    meaning.
    """
    yield _outline(one), _outline(other)
    yield from zip(own_values(one), own_values(other), strict=True)
    for mine, theirs in zip(one.children, other.children, strict=True):
        yield from _pairs(mine, theirs)
    for index in range(min(_count(one), max(_looked_at(one), _looked_at(other)))):
        yield from _pairs(_round(one, index), _round(other, index))


def _outline(node: Node) -> tuple[str, ...]:
    inner, function = node.maker.inner, node.function
    return (
        node.type,
        node.maker.wrapper,
        f"{len(node.children)} {_count(node)} {sum(1 for _ in own_values(node))}",
        function.name if function else "",
        *inner,
        *(name for each in inner.values() for name in each.arguments),
        *node.arguments,
    )


def _count(node: Node) -> int:
    """Return the number of rounds with the current parameters."""
    return sum(int(each.times) for each in node.rounds)


def _looked_at(node: Node) -> int:
    """Return how many rounds may differ; later rounds equal the last of them."""
    return max((each.first + len(each.each) for each in node.rounds), default=0)


def _round(node: Node, index: int) -> Node:
    return next(
        each.at(index)
        for each in node.rounds
        if each.first <= index < each.first + int(each.times)
    )


def _agreements(one: Any, other: Any) -> Iterator[Agreement]:
    if isinstance(one, (tuple, list)):
        for mine, theirs in zip(one, other, strict=True):
            yield from _agreements(mine, theirs)
    elif code_key(one) != code_key(other):
        yield Agreement(one, other)
