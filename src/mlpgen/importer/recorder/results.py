"""Runs models, and gives the tensors that they return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from mlpgen.importer.recorder.attributes import put_back
from mlpgen.importer.recorder.inputs import arguments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def with_inputs(model: nn.Module, used: Sequence[int]) -> nn.Module:
    """Let a model take inputs that it does not use."""
    forward = model.forward
    model.forward = lambda *given: forward(*(given[at] for at in used))
    return model


def results_of(
    model: nn.Module, inputs: Mapping[str, Tensor], *, named: bool
) -> list[Tensor]:
    """Return what a model returns, with the same random numbers each time.

    Args:
        model: The model.
        inputs: What it takes.
        named: Whether it is the original, which takes them by their names.
    """
    torch.manual_seed(0)
    given = {name: each.clone() for name, each in inputs.items()}
    with put_back(model):
        if not named:
            return flat(model(*given.values()))
        results = flat(model(**arguments(model, given)))
        return [each for each in results if not _is_input(each, given)]


def flat(value: Any) -> list[Tensor]:
    """Return the tensors of a result, in order."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        return [each for item in value.values() for each in flat(item)]
    if isinstance(value, tuple | list):
        return [each for item in value for each in flat(item)]
    return flat(vars(value)) if hasattr(value, "__dataclass_fields__") else []


def _is_input(result: Tensor, given: Mapping[str, Tensor]) -> bool:
    """Return whether a result is an input as it was given: a spec returns none."""
    return not result._version and any(result is each for each in given.values())
