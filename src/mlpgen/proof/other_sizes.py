"""Other values of free sizes, for which a network is claimed to have the same code."""

from __future__ import annotations

from itertools import chain
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.graph.build import build
from mlpgen.graph.walks import leaf_layers
from mlpgen.proof.claims import claims

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.api import Network
    from mlpgen.graph.nodes import Graph
    from mlpgen.proof.claims import Claims

MOST = 4
"""How many other sizes of one network are tried."""
_DIVISORS = (64, 32, 16, 8, 4, 2)
_LEAST = 8
"""The least size with which most checks run."""
_QUICK = 100_000_000
"""Multiply-adds above which most checks run with small sizes."""


class OtherSizes(NamedTuple):
    """Other values of free sizes.

    Attributes:
        sizes: The values by name.
        claims: What mlpgen predicts for them.
    """

    sizes: dict[str, int]
    claims: Claims


def with_small_sizes(network: Network) -> Network:
    """Return a network with small examples of its free sizes, if it is large.

    Each layer still returns several values of each channel, as normalization needs.
    """
    if network.graph.total_multiply_adds < _QUICK:
        return network
    wide = _wide_layers(network.graph)
    for each in _smaller(network):
        small = min(each.graph.examples.values()) < _LEAST
        if not small and _wide_layers(each.graph) == wide:
            return each
    return network


def _wide_layers(graph: Graph) -> list[bool]:
    """Tell of each layer whether it returns several values of each channel."""
    return [prod(map(int, x.output[1:])) > 1 for x in leaf_layers(graph.nodes)]


def other_sizes(
    network: Network, tried: Network, captured: Sequence[str]
) -> tuple[OtherSizes, ...]:
    """Return other values of the free sizes of a network, with what is claimed.

    Args:
        network: The network with the examples of its spec.
        tried: The network as other checks try it.
        captured: What its model returns besides its outputs.
    """
    found = {tuple(tried.graph.examples.values())}
    others: list[OtherSizes] = []
    for each in chain([network], _changed(network)):
        sizes = each.graph.examples
        if tuple(sizes.values()) not in found:
            found.add(tuple(sizes.values()))
            others.append(OtherSizes(sizes, claims(each.graph, captured)))
        if len(others) == MOST:
            break
    return tuple(others)


def _changed(network: Network) -> Iterator[Network]:
    """Yield the network with the smallest sizes that fit, then one of them larger."""
    for least in _smaller(network):
        yield least
        sizes = least.graph.examples
        for name, value in sizes.items():
            for more in (1, value):
                yield from _with_sizes(network, {**sizes, name: value + more})
        return


def _smaller(network: Network) -> Iterator[Network]:
    """Yield the network with smaller sizes that fit, the smallest first."""
    sizes = network.graph.examples
    before: dict[str, int] = {}
    for divisor in _DIVISORS:
        small = {name: max(value // divisor, 2) for name, value in sizes.items()}
        if small != before:
            yield from _with_sizes(network, small)
        before = small


def _with_sizes(network: Network, sizes: dict[str, int]) -> Iterator[Network]:
    """Yield the network with other sizes, if they fit."""
    try:
        graph = build(network.document, network.settings, sizes).graph
    except SpecError:
        return
    yield network._replace(graph=graph)
