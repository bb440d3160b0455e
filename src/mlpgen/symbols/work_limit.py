"""A limit on work, counted in steps, so that it is the same on every machine.

Anything that may take long counts its steps: arithmetic of sizes counts terms. Outside
of a limit nothing is counted.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class WorkError(Exception):
    """No steps are left."""


STEPS_OF_A_LAYER = 80
"""The number of steps that one layer counts as."""

MOST_HELP = 100_000
"""The most letters that are compared to find similar names."""


class Steps:
    """The remaining steps, and the letters that may still be compared."""

    __slots__ = ("help", "left")

    def __init__(self, most: int) -> None:
        self.left = most
        self.help = MOST_HELP


_steps: ContextVar[Steps | None] = ContextVar("steps", default=None)


@contextmanager
def limited(most: int) -> Iterator[Steps]:
    """Count steps, up to a limit."""
    steps = Steps(most)
    token = _steps.set(steps)
    try:
        yield steps
    finally:
        _steps.reset(token)


def spend(count: int) -> None:
    """Count steps.

    Raises:
        WorkError: None are left.
    """
    steps = _steps.get()
    if steps is not None:
        steps.left -= count
        if steps.left < 0:
            raise WorkError


def allowed(letters: int) -> bool:
    """Count letters to compare; return whether that many are left."""
    steps = _steps.get()
    if steps is None:
        return True
    steps.help -= letters
    return steps.help >= 0
