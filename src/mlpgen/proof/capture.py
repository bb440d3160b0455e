"""The model that returns what each of its layers gives: what is tried by default."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.graph.captures import free_captures
from mlpgen.proof.claims import outputs

if TYPE_CHECKING:
    from mlpgen.api import Network
    from mlpgen.proof.claims import Tensor


class CapturedTrial(NamedTuple):
    """A model that returns all that can be captured in a network.

    Attributes:
        outputs: What it returns: the outputs of the network, and then the others.
        texts: Its file, in each style.
    """

    outputs: list[Tensor]
    texts: dict[str, str]


def captured_trial(network: Network) -> CapturedTrial | None:
    """Render the model of a network that returns what each layer gives."""
    names = free_captures(network.graph)
    if not names:
        return None
    file = f"{network.graph.stem}.py"
    texts = {
        style: api.render(network, style, capture=names)[file] for style in api.STYLES
    }
    return CapturedTrial(outputs(network.graph, names), texts)
