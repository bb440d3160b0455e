"""Masks of windows that were moved over the border of an image, as functions make them.

Two places of a window see each other if both were moved over the border, or neither.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

_TRIES = 256


class Moved(NamedTuple):
    """Windows of an image.

    Attributes:
        counts: How many there are down and to the right.
        sides: How many places each has down and to the right.
        shifts: How far they were moved.
    """

    counts: tuple[int, int]
    sides: tuple[int, int]
    shifts: tuple[int, int]

    @property
    def sizes(self) -> list[int]:
        """The size of the image."""
        return [n * side for n, side in zip(self.counts, self.sides, strict=True)]

    def unseen(self) -> Tensor:
        """Return which places of a window do not see each other."""
        rows, columns = (
            (torch.arange(size) >= size - shift).long()
            for size, shift in zip(self.sizes, self.shifts, strict=True)
        )
        (down, right), (high, wide) = self.counts, self.sides
        regions = (2 * rows[:, None] + columns).reshape(down, high, right, wide)
        regions = regions.transpose(1, 2).reshape(down * right, high * wide)
        return regions[:, None] != regions[:, :, None]


def mask_layers(tensor: Tensor) -> list[Any] | None:
    """Return the layers that make a mask; None if it is none."""
    shape = [size for size in tensor.shape if size != 1]
    if tensor.dtype != torch.float32 or len(shape) != 3 or shape[1] != shape[2]:
        return None
    some = tensor[tensor != 0]
    if not len(some) or not bool((some == some[0]).all()):
        return None
    wanted = tensor.reshape(shape) != 0
    for moved in _candidates(shape[0], shape[1]):
        if torch.equal(moved.unseen(), wanted):
            return [*_layers(moved, shape, [*tensor.shape], some[0].item())]
    return None


def _candidates(count: int, places: int) -> Iterator[Moved]:
    """Return what may be, squares that are moved by their half first."""
    found = [
        Moved(counts, sides, (down, right))
        for counts in _factors(count)
        for sides in _factors(places)
        for down in range(sides[0])
        for right in range(sides[1])
    ]

    def unusual(each: Moved) -> int:
        (a, b), (c, d), (e, f) = each
        return abs(a - b) + abs(c - d) + abs(e - c // 2) + abs(f - d // 2)

    yield from sorted(found, key=unusual)[:_TRIES]


def _factors(number: int) -> list[tuple[int, int]]:
    return [(n, number // n) for n in range(1, number + 1) if number % n == 0]


def _layers(
    moved: Moved, shape: list[int], whole: list[int], value: float
) -> Iterator[Any]:
    sizes, (down, right), (high, wide) = moved.sizes, moved.counts, moved.sides
    yield {"arange": sizes[0]}
    yield {"ge": sizes[0] - moved.shifts[0]}
    yield {"long": None}
    yield {"mul": 2}
    yield {"unsqueeze": 1, "name": "rows"}
    yield {"arange": sizes[1]}
    yield {"ge": sizes[1] - moved.shifts[1]}
    yield {"long": None, "name": "columns"}
    yield {"add": None, "from": ["rows", "columns"]}
    yield {"reshape": [down, high, right, wide]}
    yield {"transpose": {"dim0": 1, "dim1": 2}}
    yield {"reshape": [prod(moved.counts), prod(moved.sides)], "name": "regions"}
    yield {"unsqueeze": 1, "name": "others"}
    yield {"unsqueeze": 2, "from": "regions", "name": "each"}
    yield {"ne": None, "from": ["others", "each"], "name": "unseen"}
    yield {"zeros": shape, "name": "seen"}
    yield {"masked_fill": value, "from": ["seen", "unseen"]}
    if whole != shape:
        yield {"reshape": whole}
