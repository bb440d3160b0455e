"""Rules for initial values: what all layers of a type have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from mlpgen.importer.recording import Recording

UNRULED = {"MultiheadAttention", "DropPath", "LSTM", "GRU", "RNN"}
"""Layers whose parameters have other names than `weight` and `bias`."""


class Rules(NamedTuple):
    """Initial values of layers.

    Attributes:
        types: For each type, the `init` of its parameters.
        lost: How many tensors have other initial values than the rules say.
    """

    types: dict[str, dict[str, Any]]
    lost: int


def initial_values(recording: Recording) -> Rules:
    """Return the rules that hold for most layers of a type."""
    votes: dict[tuple[str, str], list[Any]] = {}
    lost = 0
    for module in recording.modules.values():
        for member in module.members:
            if not member.parameter or member.tied:
                continue
            if module.leaf and module.type not in UNRULED and "." not in member.name:
                votes.setdefault((module.type, member.name), []).append(member.init)
            elif module.leaf:
                lost += member.init is not None
    types: dict[str, dict[str, Any]] = {}
    for (type_, name), inits in votes.items():
        texts = [repr(init) for init in inits]
        most = max(dict.fromkeys(texts), key=texts.count)
        lost += len(texts) - texts.count(most)
        chosen = inits[texts.index(most)]
        if chosen is not None:
            types.setdefault(type_, {})[name] = chosen
    return Rules(types, lost)
