"""What sums, products and quotients do to what is known of their inputs."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from mlpgen.graph.effects.arguments import number_of
from mlpgen.graph.effects.effect import (
    PROBABLE,
    UNKNOWN,
    Effect,
    product_of,
    sum_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.effects.effect import Kind
    from mlpgen.graph.flow import Operation


def of_numbers(operation: Operation, inputs: Sequence[Effect]) -> Effect | None:
    """Add, subtract, multiply or divide tensors, or a tensor and a number."""
    name = operation.kind.lower()
    if len(inputs) > 1:
        return _of_tensors(name, operation, inputs)
    number, first = number_of(operation, "other"), number_of(operation, "input")
    (x,) = inputs
    if first is not None:
        return from_number(name, first, x)
    if number is None:
        return UNKNOWN
    if name == "add":
        return x.plus(number)
    if name == "sub":
        return x.plus(-number)
    return x.times(number if name == "mul" else 1 / number if number else inf)


def from_number(name: str, number: float, x: Effect) -> Effect:
    """Subtract from a number, or divide it."""
    if name == "sub":
        found = x.times(-1).plus(number)
        chances = number == 1 and x.kind in PROBABLE
        return found._replace(kind="chances", veiled=None) if chances else found
    if name == "div" and x.low >= 0:
        low, high = sorted((_divided(number, x.low), _divided(number, x.high)))
        spelled = number == 1 and x.exact and x[:2] == (1, inf)  # 1 / (1 + exp(-x))
        return Effect(low, high, x.exact, "chances" if spelled else "")
    return UNKNOWN


def _divided(number: float, by: float) -> float:
    return number / by if by else inf if number > 0 else -inf


def _of_tensors(
    name: str, operation: Operation, inputs: Sequence[Effect]
) -> Effect | None:
    if name == "div":
        positive = all(each.low >= 0 for each in inputs)
        return Effect(low=0 if positive else -inf)
    if name == "mul" and len({each[:2] for each in operation.sources}) == 1:
        return Effect(low=0 if len(inputs) % 2 == 0 or inputs[0].low >= 0 else -inf)
    found = inputs[0]
    for each in inputs[1:]:
        if name == "mul":
            found = product_of(found, each)
        else:
            other = each.times(-1) if name == "sub" else each
            found = sum_of(found, other)
    if name == "sub" and not found.bounded:
        return _difference(inputs)
    return found


def _difference(inputs: Sequence[Effect]) -> Effect:
    """Return what holds for differences: of a thing and its mean, they may be small."""
    free = all(each.kind == "logits" and each.free for each in inputs)
    return Effect(exact=free, kind="logits" if free else "")


def extreme(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    """Return what holds for the larger or smaller of two."""
    choose = min if operation.kind == "Minimum" else max
    low = choose(each.low for each in inputs)
    high = choose(each.high for each in inputs)
    kinds = {each.kind for each in inputs}
    kind: Kind = "chances" if kinds <= {*PROBABLE} else ""
    return Effect(low, high, kind=kind)
