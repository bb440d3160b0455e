"""Torch's modules as specs name them: made, and checked for their arguments."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ..errors import FailsError


def made(type_: str, arguments: dict[str, Any], shape: torch.Size) -> nn.Module | None:
    """Make a layer without state, which the model may call as a function."""
    for more in ({}, *({"num_features": size} for size in shape[1:2])):
        try:
            made: nn.Module = getattr(nn, type_)(**arguments, **more)
        except (AttributeError, TypeError):
            continue
        return made.eval()
    return None


def agrees(wanted: Any, found: Any) -> bool:
    """Tell whether an argument agrees with the module's attribute of that name."""
    if isinstance(found, tuple) and isinstance(wanted, int | float | list):
        every = wanted if isinstance(wanted, list) else [wanted] * len(found)
        return [*found] == every
    if isinstance(wanted, bool) and isinstance(found, Tensor | nn.Module):
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
        lacks = wanted is True and found is None and hasattr(module, key)
        # Without its weight a normalization has no bias either, whatever is asked.
        lacks = lacks and not (key == "bias" and _without_weight(module))
        if kind == "module" and (lacks or not agrees(wanted, found)):
            raise FailsError(f"`{key}` of `{name}` is {found}, not {wanted}")


def _without_weight(module: nn.Module) -> bool:
    """Tell whether a normalization was made without parameters."""
    asked = (getattr(module, name, True) for name in ("affine", "elementwise_affine"))
    return not all(asked)
