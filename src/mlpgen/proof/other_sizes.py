"""Other values of free sizes, for which a network is claimed to have the same code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import SpecError
from mlpgen.graph.build import build
from mlpgen.proof.claims import claims

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.api import Network
    from mlpgen.proof.claims import Claims

MOST = 4
"""How many other sizes of one network are tried."""
_DIVISORS = (64, 32, 16, 8, 4, 2)
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

    They are twice the smallest that fit: normalization needs several values.
    """
    if network.graph.total_multiply_adds < _QUICK:
        return network
    found = [*_smaller(network)]
    return found[min(1, len(found) - 1)] if found else network


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
    for each in (network, *_changed(network)):
        sizes = each.graph.examples
        if tuple(sizes.values()) not in found and len(others) < MOST:
            found.add(tuple(sizes.values()))
            others.append(OtherSizes(sizes, claims(each.graph, captured)))
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
    for divisor in _DIVISORS if sizes else ():
        small = {name: max(value // divisor, 2) for name, value in sizes.items()}
        yield from _with_sizes(network, small)


def _with_sizes(network: Network, sizes: dict[str, int]) -> Iterator[Network]:
    """Yield the network with other sizes, if they fit."""
    try:
        graph = build(network.document, network.settings, sizes).graph
    except SpecError:
        return
    yield network._replace(graph=graph)
