"""Compares the outputs of two networks on the same random inputs, in eval mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from mlpgen.proof.checks.subject import call, made_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BATCH = 3


class Difference:
    """How far outputs are apart.

    Attributes:
        largest: The largest difference.
        scale: The largest old output, or 1 if that is larger.
    """

    def __init__(self, largest: float, scale: float) -> None:
        self.largest = largest
        self.scale = max(scale, 1.0)


def difference(
    models: tuple[nn.Module, nn.Module],
    claims: tuple[dict[str, Any], dict[str, Any]],
    compared: Sequence[Mapping[str, Any]],
) -> Difference | None:
    """Return the difference; None if nothing can be compared.

    Args:
        models: The old network and the new one.
        claims: What mlpgen claims about them.
        compared: The outputs, as `mlpgen.migration.moves.Compared` says.
    """
    inputs = _inputs(*claims)
    if inputs is None or not compared:
        return None
    for dtype in (torch.float64, torch.float32):
        try:
            outputs = [
                call(model.to(dtype).eval(), [_cast(x, dtype) for x in given])
                for model, given in zip(models, inputs, strict=True)
            ]
        except (RuntimeError, NotImplementedError, TypeError):
            if dtype == torch.float32:
                raise
            continue
        return _largest(outputs[0], outputs[1], compared)
    return None


def _inputs(
    old: dict[str, Any], new: dict[str, Any]
) -> tuple[list[Tensor], list[Tensor]] | None:
    """Make inputs that both networks take; None if they take others."""
    before = {each["name"]: each for each in old["inputs"]}
    if before.keys() != {each["name"] for each in new["inputs"]}:
        return None
    common = []
    for each in new["inputs"]:
        other = before[each["name"]]
        if (each["shape"], each["dtype"]) != (other["shape"], other["dtype"]):
            return None
        high = [x["high"] for x in (each, other) if x["high"] is not None]
        common.append({**each, "high": min(high) if high else None})
    made = made_inputs({"inputs": common}, BATCH)
    named = dict(zip((each["name"] for each in common), made, strict=True))
    return [named[each["name"]] for each in old["inputs"]], made


def _cast(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    return tensor.to(dtype) if tensor.is_floating_point() else tensor


def _largest(
    old: Sequence[Tensor], new: Sequence[Tensor], compared: Sequence[Mapping[str, Any]]
) -> Difference:
    largest, scale = 0.0, 0.0
    for each in compared:
        one, other = old[each["old"]], new[each["new"]]
        first = one.dim() - len(each["axes"])
        for dim, axis in enumerate(each["axes"], first):
            if axis is None or dim < 0:
                continue
            index = torch.tensor(axis["index"])
            kept = (index >= 0).nonzero().flatten()
            one = one.index_select(dim, index[kept])
            other = other.index_select(dim, kept)
        if one.shape != other.shape:
            return Difference(float("inf"), 1.0)
        if not one.numel():
            continue
        one, other = one.double(), other.double()
        apart = (one - other).abs()
        apart[(one == other) | (one.isnan() & other.isnan())] = 0.0
        largest = max(largest, float(apart.nan_to_num(nan=float("inf")).max()))
        scale = max(scale, float(one.nan_to_num(0.0, 0.0, 0.0).abs().max()))
    return Difference(largest, scale)
