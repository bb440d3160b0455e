"""Classes for each place of an output: which of its dimensions tells them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.training.producers import class_of, kind, makers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Shape

_LAST = frozenset(
    [
        *(
            "Linear",
            "Bilinear",
            "Embedding",
            "RNN",
            "LSTM",
            "GRU",
            "MultiheadAttention",
        ),
        *("TransformerEncoder", "TransformerEncoderLayer", "TransformerDecoder"),
        *("TransformerDecoderLayer", "Transformer", "Matmul", "LayerNorm", "RMSNorm"),
    ]
)
"""Layers whose result has features in the last dimension."""


def class_dim(
    nodes: Sequence[Node], output: str, shape: Shape, example: Sequence[int]
) -> int:
    """Return the dimension of an output, (N, …), that tells classes apart.

    It is the second one, as in torch, or the last one behind layers that work on that.

    Args:
        nodes: The layers of the model.
        output: The name of the output.
        shape: Its shape, without the batch dimension.
        example: The shape of an example.
    """
    last = len(shape)
    found = {kind(node) for node in makers(nodes, output, _keeps)}
    if found and found <= _LAST:
        return last
    each = len(example) == 1 and last > 1
    steps = each and shape[0] == example[0] != shape[-1]
    known = any(_is_spatial(node) for node in makers(nodes, output, _keeps))
    return last if steps and not known else 1


def _is_spatial(node: Node) -> bool:
    cls = class_of(node)
    return cls is not None and cls.spatial > 0


def _keeps(node: Node) -> bool:
    """Tell whether a layer leaves all values in their places."""
    cls = class_of(node)
    name = kind(node)
    if cls is None or cls.spatial or name in _LAST:
        return False
    if cls.arranges and name != "Identity":
        return False
    return bool(node.inputs) and all(each.shape == node.output for each in node.inputs)
