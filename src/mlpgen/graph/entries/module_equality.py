"""Layers that are the same module but for sizes that are equal by value only."""

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
    """Return a text that values share whose code is the same but for equal sizes."""
    if isinstance(value, Size):
        return str(int(value))
    if isinstance(value, (tuple, list)):
        return f"({', '.join(value_key(each) for each in value)})"
    return code_key(value)


def unified(one: Node, other: Node) -> list[Agreement] | None:
    """Return the sizes by whose values alone two layers are the same module.

    None if they are not: something else than sizes is different, or a size's value.
    """
    found: list[Agreement] = []
    for mine, theirs in _pairs(one, other):
        if value_key(mine) != value_key(theirs):
            return None
        found += _agreements(mine, theirs)
    return found


def _pairs(one: Node, other: Node) -> Iterator[tuple[Any, Any]]:
    """Go through what two layers say; each round beside that of the other.

    The first pair says how many there are of everything: if it differs, the others do
    not belong together.
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
        *(inner.arguments if inner else ()),
        *node.arguments,
    )


def _count(node: Node) -> int:
    """Return how many rounds there are, with the parameters' defaults."""
    return sum(int(each.times) for each in node.rounds)


def _looked_at(node: Node) -> int:
    """Return how many rounds may differ; the others are equal to the last of them."""
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
