"""Rules for initial values: what all layers of a type have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlpgen.importer.recording import Recording

UNRULED = {"MultiheadAttention", "DropPath", "LSTM", "GRU", "RNN"}
"""Layers whose parameters have other names than `weight` and `bias`."""


def initial_values(recording: Recording) -> dict[str, dict[str, Any]]:
    """Return the `init` of the parameters of each type that most of its layers have."""
    votes: dict[tuple[str, str], list[Any]] = {}
    for module in recording.modules.values():
        if not module.leaf or module.type in UNRULED:
            continue
        for member in module.members:
            if member.parameter and not member.tied and "." not in member.name:
                votes.setdefault((module.type, member.name), []).append(member.init)
    types: dict[str, dict[str, Any]] = {}
    for (type_, name), inits in votes.items():
        texts = [repr(init) for init in inits]
        most = max(dict.fromkeys(texts), key=texts.count)
        chosen = inits[texts.index(most)]
        if chosen is not None:
            types.setdefault(type_, {})[name] = chosen
    return types
