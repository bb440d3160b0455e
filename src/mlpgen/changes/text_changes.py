"""What differs in the text of two specs: their training, and what changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.api import Network

_TRAINING = "training"


def training_changes(old: Network, new: Network) -> Iterator[str]:
    """Yield the settings of the training that differ: `epochs: 10 → 20`."""
    if _recipe(old) == _recipe(new):
        return
    one, other = (_flat(_data(each).get(_TRAINING)) for each in (old, new))
    found = False
    for name in dict.fromkeys([*one, *other]):
        if one.get(name) != other.get(name):
            found = True
            was, now = (_shown(each, name) for each in (one, other))
            yield f"{name or _TRAINING}: {was} → {now}"
    if not found:
        yield "the training follows from the network"


def _recipe(network: Network) -> str:
    """Return how a network is trained, as text that is equal if that is."""
    return repr(network.graph.recipe)


def _shown(flat: dict[str, Any], name: str) -> str:
    if name not in flat:
        return "none"
    value = flat[name]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _flat(data: Any, inside: str = "") -> dict[str, Any]:
    """Return settings by their path: `optimizer.SGD.lr`."""
    if not isinstance(data, dict):
        return {inside: data} if data is not None or inside else {}
    found: dict[str, Any] = {}
    for key, value in data.items():
        name = f"{inside}.{key}" if inside else str(key)
        found |= _flat(value, name) if value is not None else {name: "given"}
    return found


def words(old: Network, new: Network) -> tuple[str, ...]:
    """Say what differs in the texts of specs whose networks are equal."""
    one, other = _data(old), _data(new)
    found = [
        f"`{name}`"
        for name in dict.fromkeys([*one, *other])
        if one.get(name) != other.get(name)
    ]
    if found:
        return (f"only the text of {', '.join(found)} differs",)
    if _ordered(one) != _ordered(other):
        return ("only the order of keys differs",)
    if old.document.lines != new.document.lines:
        return ("only comments or layout differ",)
    return ()


def _ordered(data: Any) -> str:
    return repr(data)


def _data(network: Network) -> dict[str, Any]:
    data = network.document.data
    return data if isinstance(data, dict) else {}
