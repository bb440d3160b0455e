"""Values with several tensors, and arguments by name."""

from __future__ import annotations

import dataclasses
import inspect
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Iterator


def named_arguments(module: nn.Module, args: Any, kwargs: Any) -> dict[str, Any]:
    """Name the arguments of `forward`."""
    try:
        bound = inspect.signature(type(module).forward).bind(module, *args, **kwargs)
    except TypeError:
        found = {str(index): each for index, each in enumerate(args)}
        return {**found, **kwargs}
    found = {}
    for name, value in [*bound.arguments.items()][1:]:
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            found |= value
        elif kind is inspect.Parameter.VAR_POSITIONAL:
            found |= {f"{name}_{index}": each for index, each in enumerate(value)}
        else:
            found[name] = value
    return found


def python_number(value: Any) -> Any:
    """Return a number of numpy as one of Python, and anything else as it is."""
    of_numpy = type(value).__module__ == "numpy" and not getattr(value, "shape", 1)
    return value.item() if of_numpy and hasattr(value, "item") else value


def fields_of(value: Any) -> dict[str, Any] | None:
    """Return the fields of a dict, a named tuple or a dataclass."""
    if isinstance(value, dict | OrderedDict):
        return {str(key): each for key, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    if isinstance(value, tuple):  # results of torch's functions, as `topk`
        return {str(index): each for index, each in enumerate(value)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            each.name: getattr(value, each.name) for each in dataclasses.fields(value)
        }
    return None


def tensors_of(value: Any) -> Iterator[Tensor]:
    """Yield the tensors in a value."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from tensors_of(each)
    else:
        for each in (fields_of(value) or {}).values():
            yield from tensors_of(each)
