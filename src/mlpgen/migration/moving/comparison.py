"""Compares the outputs of two networks on the same random inputs, in eval mode."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn

from mlpgen.proof.checks.subject import call, made_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BATCH = 3
CLOSE = 1e-5
"""How far apart outputs may be that are promised to be equal."""


class Difference(NamedTuple):
    """How far outputs are apart.

    Attributes:
        largest: The largest difference.
        scale: The largest old output.
    """

    largest: float
    scale: float

    @property
    def small(self) -> bool:
        """Whether the outputs are equal."""
        return self.largest <= CLOSE * max(self.scale, 1.0)


class Agreement(NamedTuple):
    """Whether the outputs of a new network are those of the old one.

    Attributes:
        largest: The largest difference, with the tensors as they are written.
        close: Whether the outputs are equal before the tensors are rounded.
        rounded: Whether they are no more equal after that.
    """

    largest: float
    close: bool
    rounded: bool


def agreement(
    models: tuple[nn.Module, nn.Module],
    claims: tuple[dict[str, Any], dict[str, Any]],
    compared: Sequence[Mapping[str, Any]],
    tensors: Mapping[str, Tensor],
    written: Mapping[str, Tensor],
) -> Agreement | None:
    """Compare outputs; None if nothing can be compared.

    A plan promises numbers, and the type of a tensor rounds them: in float16, 1/3 and
    2/3 of a weight are not quite all of it. So both are looked at.

    Args:
        models: The old network and the new one.
        claims: What mlpgen claims about them.
        compared: The outputs, as `mlpgen.migration.moves.Compared` says.
        tensors: Those of the new network, with floats in double precision.
        written: The same, in the types in which they are written.
    """
    found = []
    for state in (tensors, written):
        models[1].double().load_state_dict(state)
        found.append(difference(models, claims, compared))
    exact, real = found
    if exact is None or real is None:
        return None
    close = exact.small and isfinite(real.largest)
    return Agreement(real.largest, close, close and not real.small)


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
            return Difference(float("inf"), 0.0)
        if not one.numel():
            continue
        one, other = one.double(), other.double()
        apart = (one - other).abs()
        apart[(one == other) | (one.isnan() & other.isnan())] = 0.0
        largest = max(largest, float(apart.nan_to_num(nan=float("inf")).max()))
        scale = max(scale, float(one.nan_to_num(0.0, 0.0, 0.0).abs().max()))
    return Difference(largest, scale)
