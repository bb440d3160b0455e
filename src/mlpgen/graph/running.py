"""A size that each round of a repeated layer changes."""

from __future__ import annotations

from typing import NamedTuple


class Running(NamedTuple):
    """A size that each round changes, in a variable of the loop.

    Attributes:
        name: The variable.
        dimension: The dimension of the input that it is the size of.
        start: The size before the first round.
        after: The size after a round, in terms of the variable.
    """

    name: str
    dimension: int
    start: int
    after: int
