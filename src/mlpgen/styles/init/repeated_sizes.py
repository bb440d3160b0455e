"""Sizes that `__init__` computes often, for which a person would make a variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.scope import INDEX
from mlpgen.names.identifiers import free_name
from mlpgen.symbols.sizes import Size, is_product

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mlpgen.graph.nodes import Graph, Maker, Node
    from mlpgen.symbols.operands import Operand

OFTEN = 3
"""How often a product of several names stands in code before it gets a variable."""
_KINDS = ("channels", "features")


def repeated_sizes(
    graph: Graph, taken: Collection[str], later: Collection[str]
) -> dict[Operand, str]:
    """Name the products that the code of a class has often: `hidden_channels`.

    Args:
        graph: The class.
        taken: Names that no variable can have.
        later: Names that have no value before the layers are made.
    """
    places: dict[Operand, list[str]] = {}
    for node in graph.nodes:
        for argument, size in _sizes(node):
            code = size.operand
            several = is_product(size) and len(code.own_names) > 1
            if several and code.names.isdisjoint({INDEX, *later}):
                places.setdefault(code, []).append(argument)
    found: dict[Operand, str] = {}
    for code, arguments in places.items():
        word = arguments[0].rpartition("_")[2]
        if len(arguments) >= OFTEN and word in _KINDS:
            found[code] = free_name(f"hidden_{word}", {*taken, *found.values()})
    return found


def _sizes(node: Node) -> Iterator[tuple[str, Size]]:
    """Yield the sizes in the code that makes a layer, with their arguments."""
    if node.function is None and not node.shared:
        yield from _of_maker(node.maker)
    for child in node.children:
        yield from _sizes(child)
    for each in node.rounds:
        yield from _sizes(each.node)


def _of_maker(maker: Maker) -> Iterator[tuple[str, Size]]:
    for key, value in maker.arguments.items():
        if isinstance(value, Size):
            yield key, value
    for each in maker.inner.values():
        yield from _of_maker(each)
