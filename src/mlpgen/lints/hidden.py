"""Hidden layers: those whose results only an activation and another layer take."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.lints import kinds

if TYPE_CHECKING:
    from mlpgen.graph.flow import Operation

_SHIFTS = kinds.NORMALIZATIONS | {"AlphaDropout", "FeatureAlphaDropout"}
"""What can make another number of 0, or of a large one."""
_PASSED = kinds.AVERAGE_POOLS | kinds.MAXIMUM_POOLS | kinds.NORMALIZATIONS


class Hidden(NamedTuple):
    """What is behind a hidden layer.

    Attributes:
        activation: The first activation.
        after: The next layer.
        normalized: Whether a normalization is between.
    """

    activation: Operation
    after: Operation
    normalized: bool


def hidden_of(each: Operation) -> Hidden | None:
    """Return what is behind a layer; None if it is the last one, a gate or a branch."""
    activation, normalized = None, False
    while kinds.is_single(each):
        each = each.users[0]
        if each.kind in kinds.WEIGHTED:
            made = activation and Hidden(activation, each, normalized)
            return made or None
        if each.kind in kinds.ACTIVATIONS:
            activation = activation or each
        elif not kinds.passes(each, _PASSED):
            return None
        normalized |= each.kind in _SHIFTS
    return None
