"""Where the values of tied tensors come from when a checkpoint is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.graph.state_dict import StateDict

Origins = dict[str, tuple[tuple[str, str], ...]]
"""For layers by their keys: tensors whose values come from other tensors, and these."""


def saved(state: StateDict) -> Origins:
    """Return which tensors of a checkpoint are the same as others in it."""
    return _of_layers(state, _owners(state))


def loaded(new: StateDict, old: StateDict) -> Origins:
    """Return where the tensors of a model come from that loads an old checkpoint.

    Each key is copied in order, so that of tied tensors the last one decides.
    """
    owners = _owners(new)
    last = {owners[each.key]: each.key for each in new.tensors}
    before = _owners(old)
    origins = {key: last[owner] for key, owner in owners.items()}
    return _of_layers(
        new, {key: before.get(each, each) for key, each in origins.items()}
    )


def _owners(state: StateDict) -> dict[str, str]:
    """Return the tensor that each is the same as; most are their own."""
    ties = {each.key: each.tied for each in state.tensors if each.tied}

    def owner(key: str) -> str:
        while key in ties:
            key = ties[key]
        return key

    return {each.key: owner(each.key) for each in state.tensors}


def _of_layers(state: StateDict, origins: Mapping[str, str]) -> Origins:
    found: Origins = {}
    for each in state.tensors:
        if origins[each.key] != each.key:
            pair = (each.key, origins[each.key])
            found[each.layer] = (*found.get(each.layer, ()), pair)
    return found
