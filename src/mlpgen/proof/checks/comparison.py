"""Comparing tensors, exactly or up to rounding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from .messages import dtype_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

_PIECE = 1 << 20
"""How many elements are compared at a time."""


def same(a: Tensor | None, b: Tensor | None) -> bool:
    """Tell whether two tensors have equal shapes, dtypes and bits; NaN equals NaN."""
    if a is None or b is None:
        return a is b
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    return torch.equal(a, b) or bool(((a == b) | ((a != a) & (b != b))).all())


def close(a: Tensor, b: Tensor) -> bool:
    """Tell whether two tensors are equal up to rounding."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if not a.is_floating_point():
        return torch.equal(a, b)
    # In pieces: the outputs of a language model take hundreds of megabytes.
    pieces = [*zip(_pieces(a), _pieces(b), strict=True)]
    largest = max((_largest(left) for left, _ in pieces), default=0.0)
    return all(_close(*each, 1e-5 * largest) for each in pieces)


def _close(a: Tensor, b: Tensor, atol: float) -> bool:
    """Compare in the quickest way that suffices: most are equal, or nearly."""
    if torch.equal(a, b) or bool((a - b).abs().max() <= atol):
        return True
    return torch.allclose(a, b, rtol=1e-4, atol=atol, equal_nan=True)


def _pieces(tensor: Tensor) -> Sequence[Tensor]:
    return tensor.reshape(-1).tensor_split([*range(_PIECE, tensor.numel(), _PIECE)])


def _largest(tensor: Tensor) -> float:
    finite = tensor.abs().nan_to_num(nan=0.0, posinf=0.0)
    return float(finite.max()) if finite.numel() else 0.0


def difference(a: Tensor, b: Tensor) -> str:
    """Describe the first difference between two tensors."""
    if a.shape != b.shape:
        return f"{tuple(a.shape)} and {tuple(b.shape)}"
    if a.dtype != b.dtype:
        return f"{dtype_name(a)} and {dtype_name(b)}"
    unequal = ((a != b) & ~((a != a) & (b != b))).nonzero()
    if not len(unequal):
        return "equal"
    index = tuple(unequal[0].tolist())
    at = f" at {list(index)}" if index else ""
    return f"{a[index].item():.6g} and {b[index].item():.6g}{at}"
