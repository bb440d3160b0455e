"""Evaluates the functions of specs with torch's functions of the same names."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - as everybody calls it

from ..errors import UnknownError

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBERS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
]
_OTHER = (
    *("add", "sub", "mul", "div", "floor_divide", "remainder", "pow"),
    *("eq", "ne", "lt", "le", "gt", "ge"),
)
_ORDERING = ("topk", "sort", "max", "min")
_LISTS = {"permute": "dims", "flip": "dims"}


class Value(NamedTuple):
    """A tensor, and whether its first dimension is the batch."""

    tensor: Tensor
    batched: bool


Arguments = dict[str, Any]


def in_mode(arguments: Arguments, *, training: bool) -> Arguments:
    """Leave out what a function does in training only: dropout in attention."""
    if training:
        return arguments
    return {key: value for key, value in arguments.items() if key != "dropout_p"}


def evaluated(name: str, arguments: Arguments, takes: Sequence[Value]) -> list[Tensor]:
    """Evaluate a function of a spec; the result has several tensors if it has parts.

    Raises:
        UnknownError: Torch has no function of this name.
    """
    if not takes:
        return [_new(name, arguments)]
    first, *others = tensors = [each.tensor for each in takes]
    numbers = [*arguments.values()]
    if name in _OTHER:
        before = [torch.tensor(x) for key, x in arguments.items() if key == "input"]
        after = [x for key, x in arguments.items() if key != "input"]
        operands = [*before, *tensors, *after]
        found: Any = reduce(getattr(torch, name), operands)
    elif name == "where":
        found = torch.where(first, *_chosen(others, arguments))
    elif name == "masked_fill":
        found = first.masked_fill(*others, *numbers)
    elif name in ("cat", "stack"):
        found = getattr(torch, name)(_expanded(takes), arguments.get("dim", 1))
    elif name in ("chunk", "split", "unbind", *_ORDERING):
        given = {key: value for key, value in arguments.items() if key != "names"}
        return [*getattr(first, name)(**_renamed(name, given))]
    elif name == "meshgrid":
        return [*torch.meshgrid(*tensors, indexing="ij")]
    elif name in ("float", "long", "bool"):
        found = getattr(first, name)()
    elif name in ("reshape", "view", "expand", "repeat"):
        front = [len(each) for each in others] or _front(name, takes[0])
        found = getattr(first, name)(*front, *numbers[0])
    elif name == "slice":
        found = _sliced(first, **arguments)
    elif name == "flatten":  # as the layer, it keeps the batch by default
        found = first.flatten(**{"start_dim": 1, **arguments})
    elif name == "einsum":
        found = torch.einsum(arguments["equation"], *tensors)
    elif name in ("gather", "index_select", "scatter", "scatter_add", "index_add"):
        found = getattr(first, name)(arguments["dim"], *others, *numbers[1:])
    else:
        found = _plain(name)(*tensors, **_listed(name, arguments))
    return [found]


def names_of_parts(name: str, arguments: Arguments, count: int) -> list[str]:
    """Return the names of the parts of a function that has several."""
    usual = ["values", "indices"] if name in _ORDERING else _NUMBERS[:count]
    return [*(arguments.get("names") or usual)]


def _chosen(tensors: list[Tensor], arguments: Arguments) -> list[Any]:
    """Put the numbers of `where` in the places of tensors."""
    before = [arguments["input"]] if "input" in arguments else []
    after = [arguments["other"]] if "other" in arguments else []
    return [*before, *tensors, *after]


def _new(name: str, arguments: Arguments) -> Tensor:
    """Make a tensor from nothing."""
    given = {"start": 0, **arguments} if name == "arange" else dict(arguments)
    if given.get("dtype") is not None:
        given["dtype"] = getattr(torch, given["dtype"])
    made: Tensor = _plain(name)(**given)
    return made


def _plain(name: str) -> Any:
    for module in (torch, F, torch.linalg):
        if callable(getattr(module, name, None)):
            return getattr(module, name)
    raise UnknownError(f"this check does not know the function `{name}`")


def _expanded(takes: Sequence[Value]) -> list[Tensor]:
    """Expand tensors without a batch dimension to the batch of the others."""
    batches = [len(each.tensor) for each in takes if each.batched]
    if not batches:
        return [each.tensor for each in takes]
    rank = next(each.tensor.dim() for each in takes if each.batched)
    found = []
    for tensor, batched in takes:
        if not batched:
            whole = tensor if tensor.dim() == rank else tensor[None]
            tensor = whole.expand(batches[0], *whole.shape[1:])
        found.append(tensor)
    return found


def _front(name: str, value: Value) -> list[int]:
    """Return what precedes the sizes of one example: the batch dimension."""
    if not value.batched:
        return []
    return [{"expand": -1, "repeat": 1}.get(name, len(value.tensor))]


def _sliced(
    tensor: Tensor, dim: int, start: Any = None, end: Any = None, step: int = 1
) -> Tensor:
    index = [slice(None)] * tensor.dim()
    index[dim] = slice(start, end, step)
    return tensor[tuple(index)]


def _renamed(name: str, arguments: Arguments) -> Arguments:
    """Return arguments under the names that tensor methods use."""
    if name != "split":
        return arguments
    return {
        ("split_size" if key == "split_size_or_sections" else key): value
        for key, value in arguments.items()
    }


def _listed(name: str, arguments: Arguments) -> Arguments:
    key = _LISTS.get(name, "")
    if isinstance(arguments.get(key), int):
        return {**arguments, key: [arguments[key]]}
    return arguments
