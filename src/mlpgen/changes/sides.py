"""One of the two networks that are compared, and places in its spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.changes.layers import layers_of
from mlpgen.graph.state_dict import state_dict

if TYPE_CHECKING:
    from mlpgen.api import Network
    from mlpgen.changes.layers import Layer, Layers
    from mlpgen.diagnostics.diagnostic import Place
    from mlpgen.graph.nodes import Model
    from mlpgen.graph.state_dict import StateDict
    from mlpgen.source import Path


class Side(NamedTuple):
    """A network, as it is compared.

    Attributes:
        network: The network.
        layers: Its layers without nesting.
        state: The tensors of its state_dict.
    """

    network: Network
    layers: Layers
    state: StateDict

    @property
    def graph(self) -> Model:
        """The resolved spec."""
        return self.network.graph

    def place(self, *path: str | int) -> Place:
        """Return the place of a key of the spec."""
        return self.network.document.key_place(path)

    def place_in(self, owner: str, path: Path) -> Place:
        """Return the place of a key in the file of a class; that of the model is ''."""
        return self.network.documents.get(owner, self.network.document).key_place(path)

    def place_of(self, layer: Layer, argument: str = "") -> Place:
        """Return the place of a layer, or of one of its arguments, in its own file."""
        node, owner = layer.node, layer.owner
        documents = self.network.documents
        document = documents.get(owner, self.network.document)
        path: Path = node.path
        if argument:
            path = (*path, _type_in(document.part(path) and document.value(path)))
            path = (*path, argument)
        return document.key_place(path) if argument else document.place(path)


def _type_in(entry: object) -> str:
    """Return the key of an entry that is its type: `Conv2d`."""
    if not isinstance(entry, dict):
        return ""
    from mlpgen.spec.entries import ENTRY_KEYS

    return next((str(key) for key in entry if key not in ENTRY_KEYS), "")


def side_of(network: Network) -> Side:
    """Prepare a network for a comparison."""
    graph = network.graph
    return Side(network, layers_of(graph), state_dict(graph))
