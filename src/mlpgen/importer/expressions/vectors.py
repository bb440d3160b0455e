"""Values of one argument, one for each use of a class."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MISSING: Any = object()
"""A use that does not have the argument."""

Vector = tuple[Any, ...]


class NoExpressionError(Exception):
    """The uses of a class differ in something that no parameter can be."""


def numeric(vector: Sequence[Any]) -> bool:
    """Return whether all values are numbers."""
    return all(type(each) in (int, float) for each in vector)


def constant(vector: Sequence[Any]) -> bool:
    """Return whether all values are the same."""
    return all(each == vector[0] for each in vector)


def equal(one: Any, other: Any) -> bool:
    """Return whether two values are the same for a spec: 1 is not true, nor 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=1e-12)
    return type(one) is type(other) and bool(one == other)


def matches(vector: Vector, own: Vector) -> bool:
    """Return whether values are those of another vector, where there are any."""
    return all(v is MISSING or equal(v, o) for v, o in zip(vector, own, strict=True))


def agrees(vector: Vector, own: Vector, compute: Callable[[Any], Any]) -> bool:
    """Return whether values are computed from those of another vector."""
    return all(
        v is MISSING or equal(compute(o), v) for v, o in zip(vector, own, strict=True)
    )


def both_agree(
    vector: Vector, one: Vector, other: Vector, compute: Callable[[Any, Any], Any]
) -> bool:
    """Return whether values are computed from those of two other vectors."""
    try:
        return all(
            v is MISSING or equal(compute(a, b), v)
            for v, a, b in zip(vector, one, other, strict=True)
        )
    except (ZeroDivisionError, TypeError, OverflowError):
        return False
