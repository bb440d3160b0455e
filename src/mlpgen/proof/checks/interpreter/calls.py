"""Calls torch's modules on the inputs of an entry, and names what they return."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import Tensor, nn

from .recurrent import read

_CAUSAL = {
    "MultiheadAttention": {"is_causal": "attn_mask"},
    "TransformerEncoderLayer": {"is_causal": "src_mask"},
    "TransformerEncoder": {"is_causal": "mask"},
    "TransformerDecoderLayer": {"tgt_is_causal": "tgt_mask"},
    "TransformerDecoder": {"tgt_is_causal": "tgt_mask"},
    "Transformer": {"src_is_causal": "src_mask", "tgt_is_causal": "tgt_mask"},
}
"""The names of the arguments that take causal masks, by what asks for them."""


def called(
    module: nn.Module, type_: str, arguments: dict[str, Any], takes: list[Any]
) -> dict[str, Tensor]:
    """Call a module and name the parts of its result."""
    takes, masks = _masked(type_, arguments, takes)
    if isinstance(module, nn.MultiheadAttention):
        return _attended(module, arguments, takes, masks)
    if isinstance(module, nn.RNNBase):
        return read(module, arguments, takes)
    if isinstance(module, nn.RNNCellBase):
        first, *states = takes
        takes = [first, *([tuple(states)] if len(states) > 1 else states)]
    found = module(*takes, **masks)
    if isinstance(found, Tensor):
        return {"": found}
    cell = isinstance(module, nn.LSTMCell)
    names = ("hidden", "cell") if cell else ("output", "indices")
    return dict(zip(names, found, strict=True))


def _masked(
    type_: str, arguments: dict[str, Any], takes: list[Tensor]
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """Separate the masks from the other inputs, and add causal masks."""
    if type_ not in _CAUSAL:
        return takes, {}
    signature = inspect.signature(getattr(nn, type_).forward)
    names = [
        name for name in signature.parameters if "mask" in name and arguments.get(name)
    ]
    count = len(takes) - len(names)
    masks = dict(zip(names, takes[count:], strict=True))
    masks = {
        name: mask.flatten(0, 1) if mask.dim() == 4 else mask  # for each head
        for name, mask in masks.items()
    }
    for asks, name in _CAUSAL[type_].items():
        if arguments.get(asks):
            length = takes[asks == "tgt_is_causal" and type_ == "Transformer"].shape[1]
            everywhere = torch.ones(length, length, dtype=torch.bool)
            masks[name] = everywhere.triu(1)
    return takes[:count], masks


def _attended(
    module: nn.MultiheadAttention,
    arguments: dict[str, Any],
    takes: list[Tensor],
    masks: dict[str, Tensor],
) -> dict[str, Tensor]:
    """Call attention of the first input to the second and the last."""
    given = [takes[0], takes[min(1, len(takes) - 1)], takes[-1]]
    needs = arguments.get("need_weights", False)
    each = not arguments.get("average_attn_weights", True)
    output, weights = module(
        *given, need_weights=needs, average_attn_weights=not each, **masks
    )
    return {"output": output} | ({"weights": weights} if needs else {})
