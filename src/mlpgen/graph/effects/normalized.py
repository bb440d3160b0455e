"""Probabilities that are spelled out: numbers divided by their sum."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from mlpgen.graph.effects.arguments import dim_of, number_of, one_dim_of
from mlpgen.graph.effects.effect import Effect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.flow import Operation


def normalized(
    operation: Operation, name: str, inputs: Sequence[Effect]
) -> Effect | None:
    """Return what holds for numbers that are brought to a sum of one; else None."""
    if name == "normalize":
        p, positive = number_of(operation, "p"), inputs[0].low >= 0
        if p == 1 and positive:
            return Effect(0, 1, True, "probabilities", dim_of(operation))
        long = p is not None and p >= 1
        return Effect(0 if positive else -1, 1, inputs[0].free) if long else None
    if len(inputs) != 2:
        return None
    if name == "div" and inputs[0].low >= 0:
        return _over(operation, "Sum", Effect(0, 1, True, "probabilities"))
    if name == "mul" and inputs[0].low >= 0:
        found = Effect(0, 1, True, "probabilities")
        return _over(operation, "Sum", found, inverse=True)
    if name == "sub":
        found = Effect(-inf, 0, True, "log_probabilities")
        return _over(operation, "Logsumexp", found)
    return None


def _over(
    operation: Operation, kind: str, found: Effect, *, inverse: bool = False
) -> Effect | None:
    """Return a result if the other input is the sum of the first one."""
    own, other = (each.operation for each in operation.sources)
    if inverse and other is not None:
        inverted = other.kind == "Reciprocal" or (
            other.kind == "Div" and number_of(other, "input") == 1
        )
        other = other.before if inverted else None
    while other is not None and other.kind in _MOVES:
        other = other.before
    if other is None or other.kind != kind or other.before is not own or own is None:
        return None
    dim = one_dim_of(other)
    return None if dim is None else found._replace(dim=dim)


_MOVES = ("Unsqueeze", "Expand", "Reshape", "View", "Clamp", "Add")
"""What may stand between a sum and the division by it."""
