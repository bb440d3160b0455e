"""Random choices for a network: captured layers, other arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.captures import captures
from mlpgen.proof.other_types import other_types
from mlpgen.symbols.lists import filled
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    import random

    from mlpgen.api import Network


class Choice(NamedTuple):
    """What is tried with a network besides running it.

    Attributes:
        captures: Lists of layers to capture.
        others: Other arguments of the class.
    """

    captures: tuple[tuple[str, ...], ...]
    others: tuple[dict[str, Any], ...]


def drawn(network: Network, rng: random.Random) -> Choice:
    """Choose up to three layers to capture, and other values of up to two arguments."""
    known = [*captures(network.graph)]
    captured = rng.sample(known, min(len(known), rng.randint(1, 3)))
    free = _free(network)
    names = rng.sample(free, min(len(free), rng.choice([0, 1, 1, 2])))
    others = {name: rng.choice(_others(network, name)) for name in names}
    return Choice((tuple(captured),), (others,) if others else ())


def every(network: Network) -> Choice:
    """Capture each layer and all layers, and try some values of each argument."""
    known = tuple(captures(network.graph))
    some = [(name,) for name in known[:30]]
    others = [
        {name: value} for name in _free(network) for value in _others(network, name)
    ]
    return Choice((*some, known), tuple(others))


def _free(network: Network) -> list[str]:
    graph = network.graph
    return [name for name in graph.parameters if name not in graph.bound]


def _others(network: Network, name: str) -> list[Any]:
    value = network.graph.parameters[name]
    if isinstance(value, TypeName):
        return [*other_types(value)]
    if isinstance(value, tuple):
        others = [(*value, value[0]), value[::-1], value[1:], filled(value, 4)]
        return [each for each in others if each]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        near = [value + 1, value + 2, value * 2, value // 2, value - 1, 0]
        return [each for each in dict.fromkeys(near) if each != value and each >= 0]
    return [0.25, 0.75, 1.5, value / 2]
