"""Finds what numbers of a constant tensor follow from, so that no spec lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from mlpgen.importer.recorder.masks import mask_layers
from mlpgen.importer.recorder.tables import layers_of
from mlpgen.importer.recording import Counted, Made, Regions, Triangle

if TYPE_CHECKING:
    from torch import Tensor

FEW = 16
"""So many numbers are shorter than a formula."""
MOST_LISTED = 4096
"""The most numbers that a spec lists."""
_MOST = 2**24
_MOST_RUNS = 8
_DTYPES = (torch.int64, torch.float32, torch.bool)


def numbers_of(tensor: Tensor, most: int = MOST_LISTED, few: int = FEW) -> Any:
    """Return a formula that gives the numbers of a tensor, or the numbers in order.

    Args:
        tensor: The tensor.
        most: How many numbers may be listed; above there is None.
        few: How many numbers get no formula.
    """
    if few < tensor.numel() <= _MOST and tensor.dtype in _DTYPES:
        formula = _formula(tensor)
        if formula is not None:
            return formula
        layers = layers_of(tensor) or mask_layers(tensor)
        if layers is not None:
            return Made(layers)
    return tensor.flatten().tolist() if tensor.numel() <= most else None


def _formula(tensor: Tensor) -> Any:
    numbers = tensor.double()
    whole = bool((numbers == numbers.round()).all() and numbers.abs().max() < _MOST)
    if whole and tensor.dtype != torch.bool:
        digits = _digits(numbers.flatten())
        if digits and 2 * len(digits) < tensor.numel() and any(s for _, s in digits):
            start = int(numbers.flatten()[0])
            return Counted(start, tuple(digits), tuple(tensor.shape), _dtype(tensor))
        regions = _regions(numbers)
        if regions is not None:
            return Regions(regions, _dtype(tensor))
    return _triangle(tensor)


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _digits(numbers: Tensor) -> list[tuple[int, int]] | None:
    """Return counts and steps of dimensions along which numbers grow evenly.

    0, 1, 2, 10, 11, 12 are (2, 10), (3, 1): two times ten, three times one.
    """
    count = len(numbers)
    if count == 1:
        return []
    steps = numbers.diff()
    breaks = (steps != steps[0]).nonzero()
    inner = int(breaks[0]) + 1 if len(breaks) else count
    last = (inner, int(steps[0]))
    if inner == count:
        return [last]
    if count % inner:
        return None
    rows = numbers.reshape(-1, inner)
    if not torch.equal(rows, rows[:, :1] + (rows[0] - rows[0, 0])):
        return None
    outer = _digits(rows[:, 0])
    return None if outer is None else [*outer, last]


def _regions(numbers: Tensor) -> tuple[tuple[tuple[int, int], ...], ...] | None:
    """Return the runs of equal numbers along each dimension whose sums they are."""
    origin = numbers[(0,) * numbers.dim()]
    total = origin.expand(numbers.shape)
    found = []
    for dim in range(numbers.dim()):
        index: list[Any] = [0] * numbers.dim()
        index[dim] = slice(None)
        line = numbers[(*index,)] - origin
        shape = [1] * numbers.dim()
        shape[dim] = -1
        total = total + line.reshape(shape)
        line = line + origin if dim == 0 else line
        values, counts = torch.unique_consecutive(line, return_counts=True)
        if len(values) > _MOST_RUNS:
            return None
        found.append(
            tuple((int(n), int(v)) for n, v in zip(counts, values, strict=True))
        )
    return (*found,) if torch.equal(total, numbers) else None


def _triangle(tensor: Tensor) -> Triangle | None:
    """Return the triangle of equal numbers that a tensor is, zero elsewhere."""
    if tensor.dim() < 2 or any(size != 1 for size in tensor.shape[:-2]):
        return None
    plane = tensor.reshape(tensor.shape[-2:])
    some = plane[plane != 0]
    if not len(some) or not bool((some == some[0]).all()):
        return None
    inside = plane != 0
    for upper in (True, False):
        cut = torch.triu if upper else torch.tril
        first = int(inside[0].sum())  # how many of the first row are in it
        at = plane.shape[-1] - first if upper else first - 1
        if torch.equal(cut(torch.ones_like(inside), at), inside):
            value = some[0].item()
            return Triangle(tuple(tensor.shape), upper, at, value, _dtype(tensor))
    return None


def equal_rows(tensor: Tensor) -> int:
    """Return how many equal rows a tensor has; 1 if they differ, or are numbers."""
    if tensor.dim() < 2 or tensor.is_meta or not len(tensor):
        return 1
    return len(tensor) if bool((tensor == tensor[:1]).all()) else 1


def numbers_kept(tensor: Tensor) -> dict[str, Any]:
    """Return the numbers of a tensor that the author keeps, as a recording has them."""
    row = numbers_of(tensor[:1], few=1) if equal_rows(tensor) > 1 else None
    return {"values": numbers_of(tensor, few=1), "row": row}
