"""The layers of one network, without nesting, as they are matched with another's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.flow import whole_flow
from mlpgen.graph.state_dict import made, owners
from mlpgen.graph.training.producers import kind as kind_of
from mlpgen.pictures.layer_text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.flow import Flow, Operation
    from mlpgen.graph.nodes import Graph, Maker, Node

_BY_DEFAULT = re.compile(r".*_\d+")
"""Names that a spec gives by default, of a type and a number: `conv2d_2`."""


class Layer(NamedTuple):
    """A layer that contains no others: its module, or a function of `forward`.

    Attributes:
        place: Its number in the order in which layers run first.
        key: The name of its module in the model, `layer1.0.conv1`: its tensors have
            it in the state_dict. A function has the one that its module would have.
        kind: What it does, equal for module and function: `Conv2d`, `ReLU`, `Add`.
        node: The layer as it runs first.
        owner: The class whose definition has it; empty for the model.
        runs: Its runs, several if other layers share its module; none if it is unused.
        arguments: Its arguments as plain data, with those that follow from its inputs.
        token: What it is without its name: kind, arguments, and shapes of its results.
    """

    place: int
    key: str
    kind: str
    node: Node
    owner: str
    runs: tuple[Operation, ...]
    arguments: dict[str, Any]
    token: str

    @property
    def word(self) -> str:
        """The last word of its name: `conv1`."""
        return self.key.rpartition(".")[2]

    @property
    def is_named(self) -> bool:
        """Whether a person chose its name, and those around it."""
        *around, own = self.key.split(".")
        chosen = self.node.named or not _BY_DEFAULT.fullmatch(own)
        chosen = chosen and not own.isdigit()
        return chosen and not any(map(_BY_DEFAULT.fullmatch, around))


class Layers(NamedTuple):
    """All layers of a network.

    Attributes:
        flow: The operations of the network.
        every: Its layers in the order in which they run first, then the unused ones.
        places: The place of the layer of each operation.
    """

    flow: Flow
    every: tuple[Layer, ...]
    places: dict[Operation, int]

    def before(self, layer: Layer) -> tuple[int | None, ...]:
        """Return the places of the layers that its first run takes values of.

        None is an input of the model.
        """
        return tuple(
            None if source.operation is None else self.places[source.operation]
            for run in layer.runs[:1]
            for source in run.sources
        )

    def after(self, layer: Layer) -> tuple[int, ...]:
        """Return the places of the layers that use its results, each once."""
        users = (self.places[user] for run in layer.runs for user in run.users)
        return tuple(dict.fromkeys(users))


def layers_of(graph: Graph) -> Layers:
    """Return the layers of a network; a module that runs several times is one."""
    flow = whole_flow(graph)
    runs: dict[str, list[Operation]] = {}
    for operation in flow.operations:
        runs.setdefault(operation.key, []).append(operation)
    found = [
        _layer(place, key, each[0].node, each)
        for place, (key, each) in enumerate(runs.items())
    ]
    for owner in owners(made(graph)):
        if owner.key not in runs:
            found.append(_layer(len(found), owner.key, owner.node, ()))
    places = {run: layer.place for layer in found for run in layer.runs}
    return Layers(flow, tuple(found), places)


def _layer(place: int, key: str, node: Node, runs: Sequence[Operation]) -> Layer:
    arguments = plain_arguments(node)
    shapes = [[int(size) for size in value.shape] for value in node.parts.values()]
    owner = runs[0].owner if runs else ""
    kind = kind_of(node)
    token = f"{kind} {arguments} {shapes}"
    return Layer(place, key, kind, node, owner, (*runs,), arguments, token)


def plain_arguments(node: Node) -> dict[str, Any]:
    """Return the arguments of a layer as plain data, with the inferred ones.

    Those of a module inside, such as the layer that a `TransformerEncoder` repeats,
    are among them.
    """
    return _arguments(node.maker)


def _arguments(maker: Maker) -> dict[str, Any]:
    found = {name: plain(value) for name, value in maker.arguments.items()}
    for name, inner in maker.inner.items():
        found |= {name: plain(_arguments(inner))} if name else _arguments(inner)
    return found
