"""The largest networks that are run here."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from mlpgen.graph.named_layers import named_layers
from mlpgen.proof.checks.subject import sized
from mlpgen.proof.claims import claims

if TYPE_CHECKING:
    from mlpgen.api import Network

MOST_MULTIPLY_ADDS = 10**8
MOST_BYTES = 100 * 2**20
MOST_LAYERS = 400
LARGEST_STRIDE = 10_000
"""torch 2.13 needs minutes for the gradient of a convolution with one of 100,000."""
BATCH = 3


def numbers(value: Any) -> tuple[int, ...]:
    """Return a number, or those of a list, as a list."""
    values = value if isinstance(value, tuple | list) else (value,)
    return tuple(each for each in values if isinstance(each, int))


def light(network: Network) -> bool:
    """Tell whether a network is small enough to run, by its predictions."""
    graph = network.graph
    if graph.layers > MOST_LAYERS or any(
        value > LARGEST_STRIDE
        for _, node in named_layers(graph.nodes)
        for value in numbers(node.arguments.get("stride"))
    ):
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
