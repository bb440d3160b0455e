"""Agreements: sizes that must be equal, but are only for the parameters' defaults.

A layer's rules ask `agree(128, width)`. If `width` is a parameter with the default 128,
the answer is yes, but the class would not work with other values. This is recorded,
like torch's guards of symbolic sizes
(https://docs.pytorch.org/docs/stable/user_guide/torch_compiler/export/programming_model.html).
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.symbols.equality import same

if TYPE_CHECKING:
    from collections.abc import Iterator

    Sizes = int | tuple[int, ...]


class Agreement(NamedTuple):
    """Two sizes that are equal for the parameters' defaults, but differ in code."""

    one: int
    other: int


_noted: ContextVar[list[Agreement] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[list[Agreement]]:
    """Record the agreements that `agree` finds."""
    found: list[Agreement] = []
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)


def agree(one: Sizes, other: Sizes) -> bool:
    """Return whether sizes, or all sizes of two shapes, are equal."""
    if one != other:
        return False
    noted = _noted.get()
    if noted is not None:
        pairs = zip(_tuple(one), _tuple(other), strict=True)
        noted += [Agreement(a, b) for a, b in pairs if not same(a, b)]
    return True


def _tuple(sizes: Sizes) -> tuple[int, ...]:
    return sizes if isinstance(sizes, tuple) else (sizes,)
