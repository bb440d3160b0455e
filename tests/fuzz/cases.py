"""The cases of a seed: each is a walk from a right spec, and can be made alone."""

from __future__ import annotations

import copy
import random
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from .corpus import corpus
from .mutations import mutated

if TYPE_CHECKING:
    from collections.abc import Callable

    from .plain import Data

MOST_STEPS = 8


class Case(NamedTuple):
    """One case.

    Attributes:
        name: The seed and the number.
        spec: What is looked at.
        rng: What is chosen of it comes from here: layers to capture, other arguments.
    """

    name: str
    spec: Data
    rng: random.Random


def case(seed: int, number: int, accepted: Callable[[Data], bool]) -> Case:
    """Make a case.

    Args:
        seed: Of all cases.
        number: Of this one.
        accepted: Asked of each spec on the way. From one that is wrong the walk goes
            mostly back, since what is built on mistakes shows only those.
    """
    rng = random.Random(f"{seed} {number}")
    (origin,) = rng.choices(corpus().specs, _weights())
    spec = copy.deepcopy(origin.data)
    for _ in range(rng.randint(1, MOST_STEPS)):
        found = mutated(rng, spec)
        if accepted(found) or rng.random() < 0.15:
            spec = found
    return Case(f"--seed {seed} --case {number}", spec, rng)


@cache
def _weights() -> list[int]:
    """Choose those more often that have more in them."""
    return [
        1 + 2 * ("blocks" in each.data) + any(key in str(each.data) for key in _RICH)
        for each in corpus().specs
    ]


_RICH = ("'from'", "'repeat'", "'when'", "'share'", "'select'")
