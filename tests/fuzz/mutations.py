"""All mutations, with how often each is chosen; and mending what they tore apart."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from . import structure, values

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from .plain import Data

    Mutation = Callable[[random.Random, Data], bool]

MUTATIONS: dict[Mutation, int] = {
    values.swap: 3,
    values.another: 4,
    values.near: 3,
    values.hostile: 2,
    values.expression: 5,
    values.every_expression: 4,
    values.parameter: 5,
    values.passed: 5,
    values.shape: 3,
    values.default: 3,
    values.renamed: 4,
    values.renamed_parameter: 3,
    values.key: 10,
    values.key_moved: 4,
    values.by_round: 3,
    structure.exchanged: 2,
    structure.doubled: 5,
    structure.removed: 2,
    structure.inserted: 6,
    structure.twin: 3,
    structure.joined: 5,
    structure.residual: 5,
    structure.held: 4,
    structure.wrapped: 5,
    structure.made_block: 6,
    structure.used_again: 4,
    structure.grafted: 5,
    structure.opened: 2,
    structure.outputs: 4,
    structure.more_inputs: 3,
    structure.crossed: 5,
}


def mutated(rng: random.Random, spec: Data) -> Data:
    """Return a spec that differs from another in one way."""
    ways, weights = [*MUTATIONS], [*MUTATIONS.values()]
    for _ in range(20):
        found = copy.deepcopy(spec)
        (way,) = rng.choices(ways, weights)
        try:
            if not way(rng, found):
                continue
            if rng.random() < 0.9:
                structure.mend_names(found, rng)
                structure.drop_unused(found)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            continue  # the spec is torn apart already, where this looks
        return found
    return spec
