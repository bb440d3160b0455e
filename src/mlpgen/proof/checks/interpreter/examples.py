"""Tensors whose first dimensions count as batch, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .functions import Value


def first_sizes(takes: Sequence[Value], count: int) -> tuple[int, ...]:
    """Return the sizes of the first dimensions of what an entry takes."""
    shapes = (tuple(each.tensor.shape[:count]) for each in takes if each.batched)
    return next(shapes, ())


def more_examples(value: Value, count: int) -> Value:
    """Let the first dimensions of a tensor be one."""
    if not value.batched or count == 1:
        return value
    shape = value.tensor.shape
    return value._replace(tensor=value.tensor.reshape(-1, *shape[count:]))


def fewer_examples(value: Value, sizes: tuple[int, ...]) -> Value:
    """Give a tensor its first dimensions back."""
    if not value.batched or len(sizes) < 2:
        return value
    return value._replace(tensor=value.tensor.reshape(*sizes, *value.tensor.shape[1:]))
