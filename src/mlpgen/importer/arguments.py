"""Arguments of layers as a person writes them."""

from __future__ import annotations

from typing import Any

from mlpgen.layers import LAYERS


def written_arguments(type_: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that are neither the defaults nor follow from the input."""
    if type_ == "DropPath":
        return dict(given)
    layer = LAYERS[type_]
    found: dict[str, Any] = {}
    for name, raw in given.items():
        field = layer.model_fields.get(name)
        value = _short(raw)
        if field is None or (layer.follows(name) and not _several(raw)):
            continue
        default = None if field.is_required() else field.default
        if name == "batch_first" or value == default or value is None:
            continue
        if name == "stride" and value == _short(given.get("kernel_size")):
            if type_.startswith(("MaxPool", "AvgPool", "LPPool")):
                continue
        found[name] = value
    return found


def _several(raw: Any) -> bool:
    """Return whether a shape has several sizes, so that it does not follow."""
    return isinstance(raw, list) and len(raw) > 1


def _short(raw: Any) -> Any:
    """Write a list of equal numbers as one."""
    if isinstance(raw, list) and raw and all(each == raw[0] for each in raw):
        if not isinstance(raw[0], list):
            return raw[0]
    return raw


def plain(value: Any) -> Any:
    """Return a value with lists instead of tuples."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
