"""Arguments of layers as a person writes them."""

from __future__ import annotations

from typing import Any

from mlpgen.layers import LAYERS


def given_arguments(type_: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that are not the defaults, of a layer that takes nothing."""
    fields = LAYERS[type_].model_fields
    sizes = {
        name: _short(raw)
        for name, raw in given.items()
        if name in fields and LAYERS[type_].follows(name) and raw is not None
    }
    found = sizes | written_arguments(type_, given)
    return {name: found[name] for name in fields if name in found}


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
        pools = type_.startswith(("MaxPool", "AvgPool", "LPPool"))
        if pools and name == "stride" and value == _short(given.get("kernel_size")):
            continue
        found[name] = value
    return found


def _several(raw: Any) -> bool:
    """Return whether a shape has several sizes, so that it does not follow."""
    return isinstance(raw, list) and len(raw) > 1


def _short(raw: Any) -> Any:
    """Write a list of equal numbers as one."""
    plain = isinstance(raw, list) and raw and not isinstance(raw[0], list)
    return raw[0] if plain and all(each == raw[0] for each in raw) else raw


def plain(value: Any) -> Any:
    """Return a value with lists instead of tuples."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value
