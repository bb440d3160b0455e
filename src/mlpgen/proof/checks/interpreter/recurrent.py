"""Calls recurrent layers: on whole sequences, or on each without its padding."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def read(
    module: nn.RNNBase, arguments: dict[str, Any], takes: list[Tensor]
) -> dict[str, Tensor]:
    """Call a recurrent layer and name the parts of its result.

    Args:
        module: The layer.
        arguments: The arguments of its entry.
        takes: The sequence, initial states with the batch first, and lengths.
    """
    first, *others = takes
    lengths = others.pop().flatten() if arguments.get("lengths") else None
    ways = 1 + module.bidirectional
    every = bool(others) and others[0].dim() > 2
    states = [
        each.transpose(0, 1).contiguous()
        if every
        else torch.stack(each.chunk(ways, dim=1))
        for each in others
    ]
    output, finals = _run(module, first, states, lengths)
    ends = [each.transpose(0, 1) if every else _last(each, ways) for each in finals]
    steps = torch.full((len(first),), first.shape[1]) if lengths is None else lengths
    last = output[torch.arange(len(first)), steps - 1]
    found = {"output": output, "hidden": ends[0], "last": last, "cell": ends[-1]}
    names = ("h_n", "c_n")[: len(finals)]
    return found | {
        name: each.transpose(0, 1) for name, each in zip(names, finals, strict=True)
    }


def _run(
    module: nn.RNNBase, first: Tensor, states: list[Tensor], lengths: Tensor | None
) -> tuple[Tensor, list[Tensor]]:
    """Run a layer; return its output and final states in torch's form."""
    if lengths is None:
        output, final = module(first, *_together(states))
        return output, _listed(final)
    if module.training and module.dropout:
        return _packed(module, first, states, lengths)
    found = []
    for index, length in enumerate(lengths.tolist()):
        at = slice(index, index + 1)
        alone = [each[:, at].contiguous() for each in states]
        output, final = module(first[at, :length], *_together(alone))
        missing = first.shape[1] - length
        found.append((nn.functional.pad(output, (0, 0, 0, missing)), _listed(final)))
    outputs, finals = zip(*found, strict=True)
    together = [torch.cat(each, dim=1) for each in zip(*finals, strict=True)]
    return torch.cat(outputs), together


def _packed(
    module: nn.RNNBase, first: Tensor, states: list[Tensor], lengths: Tensor
) -> tuple[Tensor, list[Tensor]]:
    """Run a layer on all sequences at once, for the same random numbers."""
    packed = pack_padded_sequence(first, lengths.cpu(), True, enforce_sorted=False)
    output, final = module(packed, *_together(states))
    padded, _ = pad_packed_sequence(output, True, total_length=first.shape[1])
    return padded, _listed(final)


def _listed(final: Any) -> list[Tensor]:
    return [*final] if isinstance(final, tuple) else [final]


def _together(states: list[Tensor]) -> list[Any]:
    """Put both states of an LSTM into one argument."""
    return [tuple(states)] if len(states) > 1 else states


def _last(state: Tensor, ways: int) -> Tensor:
    """Return the state of the last layer, with its directions side by side."""
    return torch.cat([*state[-ways:]], dim=1)
