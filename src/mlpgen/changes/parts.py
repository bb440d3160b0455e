"""Which part of a layer's result a value is, whatever it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from mlpgen.graph.flow import Source
    from mlpgen.layers.base import Returned


def part_of(source: Source) -> Hashable:
    """Return the place of a value in what its call returns, and the code that takes it.

    It is None for a call that returns one tensor.
    """
    assert source.operation is not None
    node = source.operation.node
    held, code = node.pick(source.part)
    return None if node.single else (_position(node.returned, held), code)


def _position(returned: Returned, name: str) -> Hashable:
    if isinstance(returned, str):
        return () if returned == name else None
    places = ((at, _position(each, name)) for at, each in enumerate(returned))
    return next((place for place in places if place[1] is not None), None)
