"""The types of numbers: which a tensor may have, and which is written."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from torch import Tensor


def misfit(tensor: Tensor, wanted: str) -> str:
    """Say why a tensor cannot be one of a network; empty if it can.

    Args:
        tensor: One of a checkpoint.
        wanted: The type that the network has it in, `float32`.
    """
    if tensor.is_meta:
        return "is on the device meta: it has no numbers"
    kind = tensor.dtype if tensor.is_quantized else tensor.layout
    if kind != torch.strided or tensor.is_nested:
        return f"is no plain tensor, but {name_of(kind)}: save it dense"
    if _numbers(tensor.dtype) != _numbers(getattr(torch, wanted)):
        return f"is {name_of(tensor.dtype)}, which cannot become {wanted}"
    return ""


def _numbers(dtype: torch.dtype) -> tuple[bool, bool, bool]:
    """Tell floats, complex numbers and truth values from whole numbers."""
    return dtype.is_floating_point, dtype.is_complex, dtype == torch.bool


def name_of(kind: torch.dtype | torch.layout) -> str:
    """Return torch's name of a type or layout: `float16`, `sparse_coo`."""
    return str(kind).removeprefix("torch.")


def by_number(tensors: Iterable[Tensor]) -> list[torch.dtype]:
    """Return the types of floats in tensors, that of most numbers first."""
    counts = Counter[torch.dtype]()
    for each in tensors:
        if each.is_floating_point():
            counts[each.dtype] += each.numel()
    return [dtype for dtype, _ in counts.most_common()]


def written(
    tensors: Mapping[str, Tensor],
    sources: Mapping[str, str],
    old: Mapping[str, Tensor],
) -> dict[str, Tensor]:
    """Return the tensors of a new network in the types that the old ones had.

    Args:
        tensors: All of them, with floats in double precision.
        sources: The keys of those that were there, with the old ones.
        old: The checkpoint: most of its numbers tell the type where nothing else does.
    """
    most = [*by_number(old.values()), torch.float32]
    layers: dict[str, list[Tensor]] = {}
    for key, source in sources.items():
        layers.setdefault(_layer(key), []).append(old[source])
    found = {}
    for key, each in tensors.items():
        near = [old[sources[key]]] if key in sources else layers.get(_layer(key), [])
        dtype = [*by_number(near), *most][0]
        found[key] = each.to(dtype) if each.is_floating_point() else each
    return found


def _layer(key: str) -> str:
    return key.rpartition(".")[0]
