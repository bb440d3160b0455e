"""A comparison of two networks: parameters and multiply-adds by layer type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.pictures.layer_text import TIMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.graph.nodes import Graph, Node


class Sums(NamedTuple):
    """The totals of all layers of a type.

    Attributes:
        layers: The number of layers.
        parameters: The number of parameters.
        multiply_adds: The number of multiply-adds for one example.
    """

    layers: int
    parameters: int
    multiply_adds: int


class Comparison(NamedTuple):
    """Two networks, by layer type.

    Attributes:
        names: The names of the networks.
        types: The sums of both networks by type, most parameters first.
        totals: The sums of both networks over all types.
    """

    names: tuple[str, str]
    types: dict[str, tuple[Sums, Sums]]
    totals: tuple[Sums, Sums]

    @property
    def ratios(self) -> tuple[str, str, str]:
        """The second network's layers, parameters and multiply-adds per the first's."""
        first, second = self.totals
        layers, parameters, work = (
            f"{b / a:.3g} {TIMES}" if a else ""
            for a, b in zip(first, second, strict=True)
        )
        return layers, parameters, work


def compare(first: Graph, second: Graph, names: tuple[str, str]) -> Comparison:
    """Compare two networks."""
    one, other = sums(first), sums(second)
    nothing = Sums(0, 0, 0)
    types = {
        type_: (one.get(type_, nothing), other.get(type_, nothing))
        for type_ in dict.fromkeys([*one, *other])
    }
    order = sorted(types, key=lambda type_: _weight(types[type_]), reverse=True)
    return Comparison(
        names, {type_: types[type_] for type_ in order}, (_total(one), _total(other))
    )


def data(found: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data, for JSON."""
    return {
        "names": list(found.names),
        "types": {
            type_: [side._asdict() for side in sides]
            for type_, sides in found.types.items()
        },
        "totals": [side._asdict() for side in found.totals],
    }


def sums(graph: Graph) -> dict[str, Sums]:
    """Add up the layers of a network by type.

    Blocks and containers are opened. A layer whose rounds differ counts as its own
    type, since only the contents of the first round are known.
    """
    found: dict[str, Sums] = {}
    _add(graph.nodes, 1, found)
    return found


def _add(nodes: Iterable[Node], times: int, found: dict[str, Sums]) -> None:
    for node in nodes:
        if not node.active:
            continue
        inner: tuple[Node, ...] = node.graph.nodes if node.graph else node.children
        if node.rounds and _known(node):
            for each in node.rounds:
                _add([each.node], times * int(each.times), found)
        elif inner and not node.shared:
            _add(inner, times, found)
        else:
            rounds = sum(int(each.times) for each in node.rounds) or 1
            layers, parameters, work = found.get(node.type, Sums(0, 0, 0))
            found[node.type] = Sums(
                layers + times * rounds,
                parameters + times * node.parameters,
                work + times * node.multiply_adds,
            )


def _known(node: Node) -> bool:
    """Tell whether the counts of the shown rounds add up to those of the layer."""
    pairs = [(int(each.times), each.node) for each in node.rounds]
    return node.parameters == sum(
        times * each.parameters for times, each in pairs
    ) and (
        node.multiply_adds == sum(times * each.multiply_adds for times, each in pairs)
    )


def _total(found: dict[str, Sums]) -> Sums:
    sides = (Sums(0, 0, 0), *found.values())
    return Sums(*(sum(column) for column in zip(*sides, strict=True)))


def _weight(sides: tuple[Sums, Sums]) -> tuple[int, int]:
    return (
        max(side.parameters for side in sides),
        max(side.multiply_adds for side in sides),
    )
