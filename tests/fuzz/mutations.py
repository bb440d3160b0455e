"""All mutations, with their weights; and repairs after them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from . import blocks, keys, layer_types, layers, values
from .repairs import drop_unused, mend_names

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from .plain_specs import Data

    Mutation = Callable[[random.Random, Data], bool]

MUTATIONS: dict[Mutation, int] = {
    values.swap: 3,
    values.another: 4,
    values.near: 3,
    values.hostile: 2,
    values.expression: 5,
    values.every_expression: 4,
    values.parameter: 5,
    values.local: 5,
    values.listed: 4,
    values.by_list: 4,
    values.passed: 5,
    values.shape: 3,
    values.default: 3,
    values.freed: 4,
    keys.renamed: 4,
    keys.renamed_parameter: 3,
    keys.key: 10,
    keys.key_moved: 4,
    keys.numbered: 5,
    keys.by_round: 3,
    keys.ordered: 4,
    layers.exchanged: 2,
    layers.doubled: 5,
    layers.removed: 2,
    layers.inserted: 6,
    layers.twin: 3,
    layers.joined: 5,
    layers.residual: 5,
    layers.tensor_added: 4,
    layers.wrapped: 5,
    blocks.made_block: 6,
    blocks.used_again: 4,
    blocks.grafted: 5,
    layers.opened: 2,
    layers.outputs: 4,
    layers.more_inputs: 3,
    blocks.crossed: 5,
    layer_types.typed: 5,
    layer_types.retyped: 4,
}


def mutated(rng: random.Random, spec: Data) -> Data:
    """Return a copy of a spec with one mutation."""
    ways, weights = [*MUTATIONS], [*MUTATIONS.values()]
    for _ in range(20):
        found = copy.deepcopy(spec)
        (way,) = rng.choices(ways, weights)
        try:
            if not way(rng, found):
                continue
            if rng.random() < 0.9:
                mend_names(found, rng)
                drop_unused(found)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            continue  # earlier mutations broke this part of the spec
        return found
    return spec
