"""The largest networks that are run here."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlpgen.proof.checks.subject import sized
from mlpgen.proof.claims import claims

if TYPE_CHECKING:
    from mlpgen.api import Network

MOST_MULTIPLY_ADDS = 10**8
MOST_BYTES = 100 * 2**20
MOST_LAYERS = 400
BATCH = 3


def light(network: Network) -> bool:
    """Tell whether a network is small enough to be run here, by what is predicted."""
    graph = network.graph
    if graph.layers > MOST_LAYERS:
        return False
    said = claims(graph)
    sizes = [each["shape"] for each in (*said["inputs"], *said["outputs"])]
    sizes += [each for calls in said["layers"].values() for each in calls if each]
    values = sum(prod(sized(shape, BATCH)) for shape in sizes)
    return (
        said["multiply_adds"] < MOST_MULTIPLY_ADDS
        and 4 * said["parameters"] < MOST_BYTES
        and 4 * values < MOST_BYTES
    )
