"""Losses and metrics that the model's author wrote, as functions."""

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor

from errors import RunError

Function = Callable[..., Any]


def own_loss(function: Function, *outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the loss of a batch, a scalar.

    The function takes the outputs and, if it has one more parameter, the targets.
    """
    loss = value_of(function, outputs, targets)
    if loss.ndim:
        raise RunError(
            f"{function.__name__} must return a scalar, a tensor of shape [], but its "
            f"shape is {[*loss.shape]}: return the mean"
        )
    if torch.is_grad_enabled() and not loss.requires_grad:
        raise RunError(f"the loss of {function.__name__} depends on no weight")
    return loss


def own_metric(function: Function, *outputs: Tensor, targets: Tensor) -> Tensor:
    """Return a metric of a batch: a scalar, or a number for each example, (B,).

    The function takes the outputs and, if it has one more parameter, the targets.
    """
    metric = value_of(function, outputs, targets)
    if metric.shape not in ((), outputs[0].shape[:1]):
        raise RunError(
            f"{function.__name__} must return a scalar or a number for each of the "
            f"{len(outputs[0])} examples, but its shape is {[*metric.shape]}"
        )
    return metric


def value_of(
    function: Function, outputs: tuple[Tensor, ...], targets: Tensor
) -> Tensor:
    """Call a function with outputs, and with targets if it takes them.

    It gets copies: what it writes into them in place changes no data, and nothing that
    others compute from.
    """
    given = (*outputs, targets) if takes_targets(function, len(outputs)) else outputs
    found = function(*(each.clone() for each in given))
    if isinstance(found, int | float):
        found = torch.tensor(found, device=outputs[0].device)
    if not isinstance(found, Tensor) or found.is_complex():
        real = not isinstance(found, complex | Tensor)
        what = type(found).__name__ if real else "complex numbers"
        raise RunError(f"{function.__name__} must return a tensor, not {what}")
    return found


@cache
def takes_targets(function: Function, outputs: int) -> bool:
    """Return whether a function takes the targets after a number of outputs.

    Raises:
        RunError: It takes neither the outputs alone nor one argument more.
    """
    if not callable(function):
        raise RunError(f"{function!r} is not a function")
    given = [*inspect.signature(function).parameters.values()]
    any_more = any(each.kind is each.VAR_POSITIONAL for each in given)
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [each.name for each in given if each.kind in kinds]
    needed = sum(each.kind in kinds and each.default is each.empty for each in given)
    optional = {"target", "targets"}.intersection(names[outputs : outputs + 1])
    if needed == outputs + 1 or (needed <= outputs and optional):
        return True
    if needed > outputs or (len(names) < outputs and not any_more):
        raise RunError(
            f"{function.__name__} takes {needed} arguments, but it is on {outputs} "
            f"outputs: it must take these and, if it needs them, the targets"
        )
    return False
