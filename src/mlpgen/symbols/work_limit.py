"""A limit on work, counted in steps: the same for a spec on any machine.

Whatever may take long counts its steps: sizes the terms that they go through. Without a
limit around it nothing is counted.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class WorkError(Exception):
    """The steps are used up."""


MOST_HELP = 100_000
"""The most letters that are compared to find what was meant by a wrong name."""


class Steps:
    """The steps that are left, and the letters that may still be compared."""

    __slots__ = ("help", "left")

    def __init__(self, most: int) -> None:
        self.left = most
        self.help = MOST_HELP


_steps: ContextVar[Steps | None] = ContextVar("steps", default=None)


@contextmanager
def limited(most: int) -> Iterator[Steps]:
    """Count steps, and allow so many of them."""
    steps = Steps(most)
    token = _steps.set(steps)
    try:
        yield steps
    finally:
        _steps.reset(token)


def spend(count: int) -> None:
    """Count steps.

    Raises:
        WorkError: There are none left.
    """
    steps = _steps.get()
    if steps is not None:
        steps.left -= count
        if steps.left < 0:
            raise WorkError


def allowed(letters: int) -> bool:
    """Count letters that are compared; say whether that many are left."""
    steps = _steps.get()
    if steps is None:
        return True
    steps.help -= letters
    return steps.help >= 0
