"""The cases of a seed: each is a reproducible random walk from a valid spec."""

from __future__ import annotations

import copy
import random
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from .corpus import corpus
from .mutations import mutated
from .validation import validated

if TYPE_CHECKING:
    from .plain_specs import Data
    from .validation import Verdict

MOST_STEPS = 7


class Case(NamedTuple):
    """One case.

    Attributes:
        name: The seed and the number.
        spec: The spec.
        verdict: What mlpgen said about it.
        rng: For choices: layers to capture, other arguments.
    """

    name: str
    spec: Data
    verdict: Verdict
    rng: random.Random


def case(seed: int, number: int) -> Case:
    """Make a case.

    A walk ends at a finding. From an invalid spec it mostly goes back, since later
    mutations would show only the same mistakes.

    Args:
        seed: The seed of all cases.
        number: The number of this case.
    """
    rng = random.Random(f"{seed} {number}")
    (origin,) = rng.choices(corpus().specs, _weights())
    spec = copy.deepcopy(origin.data)
    last: Verdict | None = None
    for _ in range(rng.randint(1, MOST_STEPS)):
        found = mutated(rng, spec)
        verdict = validated(found)
        if verdict.finding or verdict.network or rng.random() < 0.15:
            spec, last = found, verdict
        if verdict.finding:
            break
    name = f"--seed {seed} --case {number}"
    return Case(name, spec, last or validated(spec), rng)


@cache
def _weights() -> list[int]:
    """Weight specs by their size."""
    return [
        1 + 2 * ("blocks" in each.data) + any(key in str(each.data) for key in _RICH)
        for each in corpus().specs
    ]


_RICH = ("'from'", "'repeat'", "'when'", "'share'", "'select'")
