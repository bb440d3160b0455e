"""Makes new tensors of old ones, as a plan says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def made(
    task: Mapping[str, Any], old: Mapping[str, Tensor], model: nn.Module
) -> Tensor:
    """Return a tensor of the new network, with numbers in double precision.

    Args:
        task: What `mlpgen.migration.moves.Move.task` returns.
        old: The checkpoint.
        model: The new network as its spec starts it.
    """
    key = task["key"]
    start = model.state_dict()[key]
    start = start.double() if start.is_floating_point() else start
    if not task["source"]:
        return _filled(start, task["fill"], key, model)
    tensor = old[task["source"]]
    tensor = tensor.double() if tensor.is_floating_point() else tensor
    return _placed(tensor, task["axes"], start)


def _placed(
    tensor: Tensor, axes: Sequence[Mapping[str, Any] | None], start: Tensor
) -> Tensor:
    """Put old units where the new ones are; new units start as the spec says."""
    fresh: list[tuple[int, Tensor]] = []
    for dim, axis in enumerate(axes):
        if axis is None:
            continue
        index = torch.tensor(axis["index"], dtype=torch.int64)
        tensor = tensor.index_select(dim, index.clamp(min=0))
        sizes = [1] * tensor.dim()
        sizes[dim] = -1
        if axis["shares"] is not None:
            tensor = tensor * torch.tensor(axis["shares"], dtype=tensor.dtype).view(
                sizes
            )
        elif (index < 0).any():
            fresh.append((dim, (index < 0).view(sizes)))
    for _, mask in fresh:
        tensor = torch.where(mask, start, tensor)
    return tensor


def _filled(start: Tensor, fill: str, key: str, model: nn.Module) -> Tensor:
    if fill == "zeros":
        return torch.zeros_like(start)
    if fill == "identity":
        empty = torch.empty_like(start)
        if empty.dim() == 2:
            return nn.init.eye_(empty)
        return nn.init.dirac_(empty, groups=empty.shape[0] // empty.shape[1])
    if fill == "rescaled":
        module: Any = model.get_submodule(key.rpartition(".")[0])
        return torch.sqrt(module.running_var.double() + module.eps)
    return start.clone()
