"""What is known of a value of the new network: which old value it is, unit by unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.migration.units import Units, all_of, spread

if TYPE_CHECKING:
    from mlpgen.graph.flow import Source
    from mlpgen.layers.base import Value

PASSING = (
    *("Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout"),
    *("FeatureAlphaDropout", "DropPath", "Detach"),
)
"""Operations that change nothing in eval mode."""
_POSITIVE = ("ReLU", "ReLU6", "Sigmoid", "Softmax", "Square", "Abs", "Hardsigmoid")
_KEEPS_SIGNS = (
    *("MaxPool1d", "MaxPool2d", "MaxPool3d", "AvgPool1d", "AvgPool2d", "AvgPool3d"),
    *("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d", "Flatten"),
    *("AdaptiveMaxPool1d", "AdaptiveMaxPool2d", "AdaptiveMaxPool3d", "Mean"),
    *("Reshape", "View", "Permute", "Transpose", "Squeeze", "Unsqueeze", "Cat"),
    *PASSING,
)


class Known(NamedTuple):
    """What is known of a value.

    Attributes:
        origin: The old value that it is; None for none.
        units: Its dimensions, the batch first, if it has one.
        exact: Whether it has just the values that the old one had.
    """

    origin: Source | None
    units: tuple[Units, ...]
    exact: bool = True

    @property
    def same(self) -> bool:
        """Whether each dimension is the old one."""
        return all(each.same for each in self.units)


def whole(value: Value) -> tuple[int, ...]:
    """Return the shape of a value, with 1 for the batch."""
    sizes = tuple(map(int, value.shape))
    return (1, *sizes) if value.batched else sizes


def unchanged(value: Value) -> tuple[Units, ...]:
    """Return the units of a value of the same shape."""
    return tuple(map(all_of, whole(value)))


def guessed(old: Value | None, new: Value) -> tuple[Units, ...]:
    """Return units for a value that is not the old one, by the sizes alone."""
    sizes = whole(new)
    before = whole(old) if old is not None else ()
    if len(before) != len(sizes):
        return tuple(map(all_of, sizes))
    return tuple(map(spread, before, sizes))


def settled(source: Source) -> Source:
    """Return the value that a value is in eval mode: dropout changes nothing."""
    while source.operation is not None and source.operation.kind in PASSING:
        source = source.operation.sources[0]
    return source


def is_value(one: Source | None, other: Source) -> bool:
    """Tell whether two are the same old value."""
    if one is None:
        return False
    a, b = settled(one), settled(other)
    return a.operation is b.operation and a.part == b.part


def is_positive(source: Source | None) -> bool:
    """Tell whether a value is known to have no negative numbers."""
    waiting = [source] if source else []
    while waiting:
        each = waiting.pop().operation
        if each is None:
            return False
        if each.kind in _KEEPS_SIGNS:
            waiting += each.sources
        elif each.kind not in _POSITIVE:
            return False
    return source is not None
