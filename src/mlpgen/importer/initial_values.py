"""Rules for initial values: what all layers of a type have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.fans import same_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.importer.recording import Member, Module, Recording

UNRULED = {"MultiheadAttention", "DropPath", "LSTM", "GRU", "RNN"}
"""Layers whose parameters have other names than `weight` and `bias`."""
MATRICES = "matrices"
"""The rule for all parameters with two dimensions or more."""

Rules = dict[str, Any]
"""By type, the initial values by the name of the parameter; by kind, the values."""


def initial_values(recording: Recording) -> Rules:
    """Return the `init` of the parameters of each type that most of its layers have."""
    found: Rules = {}
    matrices = _of_all_matrices(recording)
    if matrices is not None:
        found[MATRICES] = matrices
    votes: dict[tuple[str, str], list[list[Any]]] = {}
    for module in recording.modules.values():
        for member in module.members:
            covered = matrices is not None and len(member.shape) > 1
            if _ruled(module, member) and not covered:
                said = same_values(module.type, member)
                votes.setdefault((module.type, member.name), []).append(said)
    for (type_, name), inits in votes.items():
        texts = [repr(init) for said in inits for init in said]
        most = max(dict.fromkeys(texts), key=texts.count)
        chosen = next(i for said in inits for i in said if repr(i) == most)
        if chosen is not None and 2 * texts.count(most) > len(inits):
            found.setdefault(type_, {})[name] = chosen
    return found


def _of_all_matrices(recording: Recording) -> Any:
    """Return the initial values of all matrices; None if they differ.

    It is said where types cannot say it: inside of attention and recurrent layers.
    """
    pairs = [
        (module, member)
        for module in recording.modules.values()
        for member in module.members
        if member.parameter and not member.tied and len(member.shape) > 1
    ]
    if any(module.kept for module, _ in pairs):
        return None
    inits = {repr(member.init): member.init for _, member in pairs}
    inner = any(not _ruled(module, member) for module, member in pairs)
    return next(iter(inits.values())) if inner and len(inits) == 1 else None


def values_beside(rules: Rules, module: Module) -> dict[str, Any]:
    """Return the `init` of a layer: what the rules do not say of its parameters."""
    return {
        member.name: member.init
        for member in _own(module)
        if member.init is not None and not _said(rules, module, member)
    }


def lost_values(recording: Recording, beside: frozenset[str]) -> list[str]:
    """Return the keys of the parameters that begin otherwise in the spec.

    Args:
        recording: The model.
        beside: The keys of those whose values stand beside their layer.
    """
    rules = initial_values(recording)
    found = []
    for path, module in recording.modules.items():
        own = {member.name for member in _own(module)}
        for member in module.members:
            key = f"{path}.{member.name}".lstrip(".")
            lost = member.name in own and not _said(rules, module, member)
            if not member.tied and key not in beside and (member.lost or lost):
                found.append(key)
    return found


def _said(rules: Rules, module: Module, member: Member) -> bool:
    """Return whether a parameter of a layer begins as the rules say."""
    rule = rules.get(MATRICES) if len(member.shape) > 1 else None
    rule = rules.get(module.type, {}).get(member.name, rule)
    return rule in same_values(module.type, member)


def _own(module: Module) -> Iterator[Member]:
    """Yield the parameters that `init` beside a layer may name."""
    if module.leaf and not module.kept and module.type != "DropPath":
        for member in module.members:
            if member.parameter and not member.tied:
                yield member


def _ruled(module: Module, member: Member) -> bool:
    """Return whether a rule for a type says how a parameter begins."""
    if not module.leaf or module.kept or module.type in UNRULED:
        return False
    return member.parameter and not member.tied and "." not in member.name
