"""The model whose captured values are compared with the spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen import api
from mlpgen.graph.captures import free_captures
from mlpgen.proof.claims import outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.api import Network
    from mlpgen.proof.claims import Tensor


class CapturedModel(NamedTuple):
    """A model that returns values inside a network.

    Attributes:
        outputs: What it returns: the outputs of the network, then the captured values.
        texts: Its file in each style.
    """

    outputs: list[Tensor]
    texts: dict[str, str]


def captured_model(network: Network, asked: Sequence[str] = ()) -> CapturedModel | None:
    """Render the model that captures values inside a network.

    Args:
        network: The network.
        asked: The values; if empty, the result of every layer.

    Returns:
        None if there is nothing to capture.
    """
    names = (*asked,) or free_captures(network.graph)
    if not names:
        return None
    file = f"{network.graph.stem}.py"
    texts = {
        style: api.render(network, style, capture=names)[file] for style in api.STYLES
    }
    return CapturedModel(outputs(network.graph, names), texts)
