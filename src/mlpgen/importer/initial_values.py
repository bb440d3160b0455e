"""Rules for initial values: what all layers of a type have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlpgen.importer.recording import Member, Module, Recording

UNRULED = {"MultiheadAttention", "DropPath", "LSTM", "GRU", "RNN"}
"""Layers whose parameters have other names than `weight` and `bias`."""


def initial_values(recording: Recording) -> dict[str, dict[str, Any]]:
    """Return the `init` of the parameters of each type that most of its layers have."""
    votes: dict[tuple[str, str], list[Any]] = {}
    for module in recording.modules.values():
        for member in module.members:
            if _ruled(module, member):
                votes.setdefault((module.type, member.name), []).append(member.init)
    types: dict[str, dict[str, Any]] = {}
    for (type_, name), inits in votes.items():
        texts = [repr(init) for init in inits]
        most = max(dict.fromkeys(texts), key=texts.count)
        chosen = inits[texts.index(most)]
        if chosen is not None and 2 * texts.count(most) > len(texts):
            types.setdefault(type_, {})[name] = chosen
    return types


def lost_values(recording: Recording) -> list[str]:
    """Return the keys of the parameters that begin otherwise in the spec."""
    rules = initial_values(recording)
    found = []
    for path, module in recording.modules.items():
        for member in module.members:
            rule = rules.get(module.type, {}).get(member.name)
            otherwise = _ruled(module, member) and rule != member.init
            if not member.tied and (member.lost or otherwise):
                found.append(f"{path}.{member.name}".lstrip("."))
    return found


def _ruled(module: Module, member: Member) -> bool:
    """Return whether a rule for a type says how a parameter begins."""
    if not module.leaf or module.kept or module.type in UNRULED:
        return False
    return member.parameter and not member.tied and "." not in member.name
