"""Tensors whose first dimensions count as batch, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .entries import Entry, Parts
    from .functions import Value

Sizes = tuple[int, ...]


def with_more_examples(takes: Sequence[Value], count: int) -> tuple[list[Value], Sizes]:
    """Let the first dimensions of what an entry takes be one; return their sizes."""
    shapes = (tuple(each.tensor.shape[:count]) for each in takes if each.batched)
    sizes = next(shapes, ())
    if count == 1:
        return [*takes], sizes
    return [_joined(each, count) if each.batched else each for each in takes], sizes


def with_fewer_examples(
    parts: Parts, sizes: Sizes, entry: Entry, spec: dict[str, Any]
) -> Parts:
    """Give results their first dimensions back.

    The one result of a block is not the layer inside that gives it.
    """
    if len(sizes) < 2:
        return parts
    block = spec["blocks"].get(entry["type"])
    if block is not None and len(block["outputs"]) < 2:
        parts = {"": next(iter(parts.values()))}
    return {
        name: _split(each, sizes) if each.batched else each
        for name, each in parts.items()
    }


def _joined(value: Value, count: int) -> Value:
    return value._replace(tensor=value.tensor.flatten(0, count - 1))


def _split(value: Value, sizes: Sizes) -> Value:
    return value._replace(tensor=value.tensor.reshape(*sizes, *value.tensor.shape[1:]))
