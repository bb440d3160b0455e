"""Finds the expression that gives an argument in each use of a class."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlpgen.importer.expressions.formulas import formula, scaled
from mlpgen.importer.expressions.vectors import (
    MISSING,
    NoExpressionError,
    Vector,
    constant,
    equal,
    matches,
)
from mlpgen.importer.rounds import ByIndex, fraction

if TYPE_CHECKING:
    from mlpgen.importer.expressions.features import Features

_SMALL = 8
"""A size that small is more often chosen than taken from the input."""

_PARTS = "num_heads"
"""It counts the parts of a size, so it is no multiple of one."""


def expression(features: Features, vector: Vector, name: str, kind: str = "") -> Any:
    """Return a value or `${…}` for an argument.

    Args:
        features: What the uses differ in.
        vector: Its value in each use; `MISSING` where it has none.
        name: The name of the argument, for a parameter that must be made.
        kind: What it counts, `channels` or `features`, if it is such a size.

    Raises:
        NoExpressionError: There is none.
    """
    present = [each for each in vector if each is not MISSING]
    if any(isinstance(each, ByIndex) for each in present):
        return _by_index(features, vector, name, kind)
    if any(isinstance(each, list) for each in present):
        return _list(features, vector, name)
    first = present[0]
    if all(equal(each, first) for each in present):
        named = {name, name.removesuffix("s")} & features.arguments.keys()
        chance = first in (0, 1) and not named
        some = len(present) < len(vector) and not chance
        same = _given_same(features, vector) if some else ""
        times = "" if name == _PARTS else kind
        return f"${{{same}}}" if same else _constant(features, first, times)
    text = formula(features, vector, kind) or features.make(vector, name)
    if kind == "channels":
        features.channels.setdefault(text, vector)
    return f"${{{text}}}"


def _given_same(features: Features, vector: Vector) -> str:
    """Return an argument that has the value in the few uses that have it."""
    for name, own in features.arguments.items():
        if not constant(own) and matches(vector, own):
            return features.use(name)
    return ""


def _constant(features: Features, value: Any, kind: str) -> Any:
    """Return a value that all uses have; it may follow from a size of the input."""
    own = features.sizes.get(f"in_{kind}", (0,))
    if type(value) is int and own[0] > _SMALL and constant(own):
        for times in (1, 2, 3, 4):
            if own[0] * times == value:
                return f"${{{scaled(times, f'in_{kind}')}}}"
    return value


def _list(features: Features, vector: Vector, name: str) -> Any:
    lists = [each for each in vector if each is not MISSING]
    if not all(isinstance(each, list) and len(each) == len(lists[0]) for each in lists):
        both = tuple(
            each if each is MISSING or isinstance(each, list) else [each] * 2
            for each in vector
        )
        if all(each is MISSING or len(each) == 2 for each in both):
            return _list(features, both, name)
        raise NoExpressionError(name)
    columns = [
        tuple(each if each is MISSING else each[at] for each in vector)
        for at in range(len(lists[0]))
    ]
    unknown = [at for at, each in enumerate(columns) if not _follows(features, each)]
    inferred = name in ("shape", "sizes") and len(unknown) == 1 and len(columns) > 1
    return [
        -1 if inferred and at in unknown else expression(features, column, name)
        for at, column in enumerate(columns)
    ]


def _follows(features: Features, vector: Vector) -> bool:
    """Return whether a number needs no parameter of its own."""
    present = [each for each in vector if each is not MISSING]
    same = all(equal(each, present[0]) for each in present)
    return same or bool(formula(features, vector))


def _by_index(features: Features, vector: Vector, name: str, kind: str) -> Any:
    """Return an expression over the number of the round."""
    kinds = {each.kind for each in vector if isinstance(each, ByIndex)}
    if len(kinds) > 1:
        raise NoExpressionError(name)
    rule = kinds.pop()
    pairs = tuple(
        each
        if each is MISSING or isinstance(each, ByIndex)
        else ByIndex(rule, each, 0 if rule == "linear" else each)
        for each in vector
    )
    short = _fraction(pairs) if rule == "linear" else ""
    if short:
        return short
    one, other = (
        _inside(
            expression(
                features,
                tuple(each if each is MISSING else each[at] for each in pairs),
                name if at == 1 else f"{name}_{rule}",
                kind,
            )
        )
        for at in (1, 2)
    )
    if rule == "linear":
        step = "" if other == "1" else f"{_product(other)} * "
        return f"${{{step}index}}" if one == "0" else f"${{{one} + {step}index}}"
    if {one, other} == {"true", "false"}:
        return f"${{{_truth(rule, first=one == 'true')}}}"
    if rule == "odd" and one == "0":
        return f"${{{_product(other)} * (index % 2)}}"
    test = "index == 0" if rule == "first" else "index % 2 == 0"
    return f"${{{one} if {test} else {other}}}"


def _truth(rule: str, *, first: bool) -> str:
    """Return when a round has true, if others have false."""
    if rule == "first":
        return "index == 0" if first else "index > 0"
    return f"index % 2 == {int(not first)}"


def _fraction(pairs: Vector) -> str:
    """Write even steps as they were computed: `0.1 * (3 + index) / 17`."""
    first = pairs[0]
    if first is MISSING or not isinstance(first.other, float):
        return ""
    if not all(each is MISSING or each[1:] == first[1:] for each in pairs):
        return ""
    most, count = fraction(first.other) or (0.0, 0)
    if not count:
        return ""
    begin = round(first.one / first.other)
    index = f"({begin} + index)" if begin else "index"
    return f"${{{most} * {index} / {count}}}"


def _inside(value: Any) -> str:
    """Return how a value stands inside of an expression."""
    if isinstance(value, str) and value.startswith("${"):
        inner = value[2:-1]
        return f"({inner})" if " if " in inner else inner
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _product(text: str) -> str:
    """Return how an expression stands in a product."""
    alone = re.fullmatch(r"[\w.]+( \* [\w.]+)*", text)
    return text if alone else f"({text})"
