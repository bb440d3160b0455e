"""Formulas over sizes and parameters that give a number in each use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.expressions.conditions import condition
from mlpgen.importer.expressions.vectors import (
    MISSING,
    Vector,
    agrees,
    both_agree,
    constant,
    matches,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlpgen.importer.expressions.features import Features

_MOST_TIMES, _MOST_MORE = 64, 4
_PAIRS: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("{0} * {1}", lambda a, b: a * b),
    ("{0} // {1}", lambda a, b: a // b if type(a) is type(b) is int else None),
    ("int({0} * {1})", lambda a, b: int(a * b)),
    ("{0} - {1}", lambda a, b: a - b),
    ("{0} + {1}", lambda a, b: a + b),
    ("max(1, int({0} * {1}))", lambda a, b: max(1, int(a * b))),
    ("round({0} * {1})", lambda a, b: round(a * b)),
]

_OF_WINDOWS: list[tuple[str, Callable[[Any], Any]]] = [
    ("{0} ** 2", lambda x: x**2),
    ("(2 * {0} - 1) ** 2", lambda x: (2 * x - 1) ** 2),
    ("{0} * (2 * {0} - 1)", lambda x: x * (2 * x - 1)),
    ("2 * {0} * ({0} - 1)", lambda x: 2 * x * (x - 1)),
    ("2 * {0} - 1", lambda x: 2 * x - 1),
    ("2 * {0} + 1", lambda x: 2 * x + 1),
]
"""What counts the places in a window, and the differences between them."""
_SMALLEST_WINDOW = 4


def formula(features: Features, vector: Vector, kind: str = "") -> str:
    """Return an expression over what there is; empty if none is found."""
    sizes = {k: v for k, v in features.sizes.items() if k.endswith(kind)}
    for name, own in (*sizes.items(), *_of_tokens(features)):
        if matches(vector, own):
            return name
    for name, own in features.arguments.items():
        if matches(vector, own):
            return features.use(name)
    present = [each for each in vector if each is not MISSING]
    if any(isinstance(each, bool | str) or each is None for each in present):
        return condition(features, vector)
    known = {**sizes, **features.numbers}
    return _scaled(features, vector, known) or _combined(features, vector, known)


def _of_tokens(features: Features) -> Iterator[tuple[str, Vector]]:
    """Yield the sizes of tokens: behind a transposition, features are channels.

    The last size of an image is not among them, which is as large as the one before it.
    """
    for name, own in features.sizes.items():
        if own != features.sizes.get("in_height") and not constant(own):
            yield name, own


def _scaled(features: Features, vector: Vector, known: dict[str, Vector]) -> str:
    """`4 * planes`, `in_channels // 2`, `depth + 1`."""
    at = next(i for i, each in enumerate(vector) if each is not MISSING)
    for name, own in known.items():
        if "kernel" in name and agrees(vector, own, lambda x: x // 2):
            return f"{features.named(name)} // 2"
    for name, own in known.items():
        value, base = vector[at], own[at]
        if not base or constant(own) or not type(value) is type(base) is int:
            continue
        most = base if len({*own}) > 2 else _MOST_MORE
        window = all(type(each) is int and each >= _SMALLEST_WINDOW for each in own)
        for text, compute in _scales(value, base, most, window=window):
            if agrees(vector, own, compute):
                return text.format(features.named(name))
    return ""


def _scales(
    value: int, base: int, most: int, *, window: bool
) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Yield how one whole number may follow from another."""
    times, parts, more = value // base, base // (value or 1), value - base
    if value % base == 0 and times <= _MOST_TIMES:
        yield scaled(times, "{0}"), lambda x: times * x
    if value and base % value == 0 and parts <= _MOST_TIMES:
        yield f"{{0}} // {parts}", lambda x: x // parts
    for square, compute in _OF_WINDOWS if window else ():
        if value == compute(base):
            yield square, compute
    if 0 < abs(more) <= most:
        yield f"{{0}} {'+' if more > 0 else '-'} {abs(more)}", lambda x: x + more


def _combined(features: Features, vector: Vector, known: dict[str, Vector]) -> str:
    """`in_channels * expansion`, `in_channels // groups`, `int(ratio * width)`."""
    for name, own in known.items():
        for other, second in known.items():
            if name == other or (name in features.sizes and other in features.sizes):
                continue
            for template, compute in _PAIRS:
                if both_agree(vector, own, second, compute):
                    names = (features.named(name), features.named(other))
                    return template.format(*names)
    return ""


def scaled(times: int, name: str) -> str:
    """Return a multiple."""
    return name if times == 1 else f"{times} * {name}"
