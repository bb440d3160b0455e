"""Torch's modules as specs name them: made, called, and checked for their arguments."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ..errors import FailsError

_PARTS = {
    "MultiheadAttention": ["output", "weights"],
    "LSTMCell": ["hidden", "cell"],
}
_MASKS = (
    "key_padding_mask",
    "src_key_padding_mask",
    "tgt_key_padding_mask",
    "memory_key_padding_mask",
)
"""Padding masks, in the order in which they follow the other inputs."""
_CAUSAL = {
    "MultiheadAttention": "attn_mask",
    "TransformerEncoderLayer": "src_mask",
    "TransformerEncoder": "mask",
    "TransformerDecoderLayer": "tgt_mask",
    "TransformerDecoder": "tgt_mask",
    "Transformer": "tgt_mask",
}
"""The name of the argument that takes the causal mask."""


def made(type_: str, arguments: dict[str, Any], shape: torch.Size) -> nn.Module | None:
    """Make a layer without state, which the model may call as a function."""
    for more in ({}, *({"num_features": size} for size in shape[1:2])):
        try:
            made: nn.Module = getattr(nn, type_)(**arguments, **more)
        except (AttributeError, TypeError):
            continue
        return made.eval()
    return None


def masked(
    type_: str, arguments: dict[str, Any], takes: list[Tensor]
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """Separate the masks from the other inputs, and add the causal mask."""
    if type_ not in _CAUSAL:
        return takes, {}
    names = [name for name in _MASKS if arguments.get(name)]
    count = len(takes) - len(names)
    masks = dict(zip(names, takes[count:], strict=True))
    if arguments.get("is_causal") or arguments.get("tgt_is_causal"):
        length = takes[type_ == "Transformer"].shape[1]
        everywhere = torch.ones(length, length, dtype=torch.bool)
        masks[_CAUSAL[type_]] = everywhere.triu(1)
    return takes[:count], masks


def called(
    module: nn.Module, type_: str, takes: list[Tensor], masks: dict[str, Tensor]
) -> dict[str, Tensor]:
    """Call a module and name the parts of its result."""
    if isinstance(module, nn.MultiheadAttention):
        takes = [takes[0], takes[min(1, len(takes) - 1)], takes[-1]]
        return {"output": module(*takes, need_weights=False, **masks)[0]}
    first, *states = takes
    if isinstance(module, nn.RNNBase):
        ways = 1 + module.bidirectional
        states = [torch.stack(each.chunk(ways, dim=1)) for each in states]
        output, final = module(first, *_together(states))
        finals = final if isinstance(final, tuple) else (final,)
        ends = [_final(each, module.bidirectional) for each in finals]
        parts = {"output": output, "hidden": ends[0], "last": output[:, -1]}
        return {**parts, "cell": ends[-1]}
    if isinstance(module, nn.RNNCellBase):
        takes = [first, *_together(states)]
    found = module(*takes, **masks)
    if isinstance(found, Tensor):
        return {"": found}
    names = _PARTS.get(type_, ["output", "indices"])
    return dict(zip(names, found, strict=True))


def _together(states: list[Tensor]) -> list[Any]:
    """Put both states of an LSTM into one argument."""
    return [tuple(states)] if len(states) > 1 else states


def _final(state: Tensor, both: bool) -> Tensor:
    return torch.cat([state[-2], state[-1]], dim=1) if both else state[-1]


def agrees(wanted: Any, found: Any) -> bool:
    """Tell whether an argument agrees with the module's attribute of that name."""
    if isinstance(found, tuple) and isinstance(wanted, int | float | list):
        every = wanted if isinstance(wanted, list) else [wanted] * len(found)
        return [*found] == every
    if isinstance(wanted, bool) and isinstance(found, Tensor):
        return wanted
    if isinstance(found, int | float) and isinstance(wanted, int | float):
        return wanted < 0 or found == wanted
    return True


def need_kind(
    name: str, module: nn.Module, type_: str, arguments: dict[str, Any], kind: str
) -> None:
    """Check that a module has the class and the arguments that the spec says.

    Raises:
        FailsError: With the first difference.
    """
    kinds = [each.__name__ for each in type(module).__mro__]
    if type_ not in kinds:
        raise FailsError(f"`{name}` should be a {type_}, but is a {kinds[0]}")
    for key, wanted in arguments.items():
        found = getattr(module, key, None)
        if kind == "module" and not agrees(wanted, found):
            raise FailsError(f"`{key}` of `{name}` is {found}, not {wanted}")
