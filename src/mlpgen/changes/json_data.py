"""Differences as plain data, for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlpgen.changes.differences import Differences, LayerChange
    from mlpgen.changes.layers import Layer


def data(found: Differences) -> dict[str, Any]:
    """Return differences; of pairs, the first is the old network."""
    return {
        "names": list(found.names),
        "equal": found.equal,
        "layers": [_layer(each) for each in found.layers],
        "interface": list(found.interface),
        "training": list(found.training),
        "text": list(found.text),
        "types": {
            type_: [side._asdict() for side in sides]
            for type_, sides in found.types.items()
        },
        "totals": [side._asdict() for side in found.totals],
    }


def _layer(change: LayerChange) -> dict[str, Any]:
    return {
        "changes": list(change.kinds),
        "details": [each for each in change.details if each],
        "old": _side(change.old),
        "new": _side(change.new),
    }


def _side(layer: Layer | None) -> dict[str, Any] | None:
    if layer is None:
        return None
    value = layer.node.value
    return {
        "name": layer.key,
        "type": layer.kind,
        "arguments": layer.arguments,
        "output": [int(size) for size in value.shape],
        "dtype": value.dtype,
        "parameters": layer.node.parameters,
    }
