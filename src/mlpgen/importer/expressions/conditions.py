"""Conditions that are true in the uses of a class that have something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.importer.expressions.vectors import (
    MISSING,
    Vector,
    agrees,
    constant,
    matches,
    numeric,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlpgen.importer.expressions.features import Features

_EQUALITIES: list[tuple[str, Callable[[Any, Any], bool]]] = [
    ("!=", lambda a, b: a != b),
    ("==", lambda a, b: a == b),
]
_COMPARISONS = [*_EQUALITIES, (">", lambda a, b: a > b)]


class _Test(NamedTuple):
    """A comparison: its text, the names in it, and where it is true."""

    text: str
    names: tuple[str, ...]
    true: Vector


def condition(features: Features, vector: Vector) -> str:
    """Return a condition that is true in the uses that have true; empty if none is."""
    if not all(each is MISSING or isinstance(each, bool) for each in vector):
        return ""
    for name, own in features.arguments.items():
        if matches(vector, own):
            return features.use(name)
    return (
        _same_channels(features, vector)
        or _opposite(features, vector)
        or _bounded(features, vector)
        or _compared(features, vector)
        or _joined(features, vector)
    )


def _same_channels(features: Features, vector: Vector) -> str:
    """`in_channels != 4 * planes`."""
    own = features.sizes.get("in_channels")
    for text, channels in features.channels.items():
        if own is None or MISSING in channels or "in_channels" in text:
            continue
        for sign, compute in _EQUALITIES:
            same = tuple(compute(a, b) for a, b in zip(own, channels, strict=True))
            if matches(vector, same):
                return f"in_channels {sign} {text}"
    return ""


def _opposite(features: Features, vector: Vector) -> str:
    """`not last`."""
    for name, own in features.arguments.items():
        flags = all(isinstance(each, bool) for each in own)
        if flags and agrees(vector, own, lambda x: not x):
            return f"not {features.use(name)}"
    return ""


def _bounded(features: Features, vector: Vector) -> str:
    """`stride > 1`."""
    known = {**features.numbers, **features.given}
    numbers = [(name, own) for name, own in known.items() if numeric(own)]
    # whole numbers first: that a probability is 0 somewhere may be chance
    for name, own in sorted(numbers, key=lambda item: float in map(type, item[1])):
        if name in features.sizes:
            continue
        for bound in (1, 0):
            for sign, compute in _COMPARISONS:
                true = tuple(compute(each, bound) for each in own)
                if matches(vector, true):
                    return f"{features.use(name)} {sign} {bound}"
    return ""


def _compared(features: Features, vector: Vector) -> str:
    """`in_channels != planes`."""
    known = {**features.sizes, **features.numbers}
    for name, own in known.items():
        for other, second in known.items():
            if name >= other:
                continue
            for sign, compute in _EQUALITIES:
                true = tuple(compute(a, b) for a, b in zip(own, second, strict=True))
                if matches(vector, true):
                    return f"{features.named(name)} {sign} {features.named(other)}"
    return ""


def _joined(features: Features, vector: Vector) -> str:
    """`stride == 1 and in_channels == channels`, and its opposite."""
    pairs = [*_of_sizes(features)]
    for first in _of_arguments(features):
        for second in pairs:
            lines = [*zip(first.true, second.true, strict=True)]
            joined = {
                "and": tuple(x and y for x, y in lines),
                "or": tuple(x or y for x, y in lines),
            }
            for word, true in joined.items():
                if matches(vector, true):
                    for name in (*first.names, *second.names):
                        features.named(name)
                    return f"{first.text} {word} {second.text}"
    return ""


def _of_arguments(features: Features) -> Iterator[_Test]:
    for name, own in features.given.items():
        if not numeric(own):
            continue
        for sign, compute in reversed(_EQUALITIES):
            true = tuple(compute(each, 1) for each in own)
            yield _Test(f"{name} {sign} 1", (name,), true)
        yield _Test(f"{name} > 0", (name,), tuple(each > 0 for each in own))


def _of_sizes(features: Features) -> Iterator[_Test]:
    for name, own in features.sizes.items():
        for other, second in features.numbers.items():
            if other in features.sizes:
                continue
            for sign, compute in reversed(_EQUALITIES):
                true = tuple(compute(a, b) for a, b in zip(own, second, strict=True))
                if constant(second):
                    yield _Test(f"{name} {sign} {second[0]}", (name,), true)
                else:
                    yield _Test(f"{name} {sign} {other}", (name, other), true)
