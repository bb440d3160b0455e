"""The functions of torch that operators of ATen come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

DROPPED = {
    *("_assert_scalar", "_assert_tensor_metadata", "sym_constrain_range"),
    *("sym_constrain_range_for_size", "_assert_async"),
}
"""Operators that only check something."""
_SAME = {"lift_fresh_copy", "alias", "detach", "detach_", "lift", "lift_fresh"}
_NOWHERE = {"device", "pin_memory", "layout", "memory_format", "non_blocking", "copy"}
"""Arguments that say nothing of values."""


def function_of(
    kind: str, args: tuple[Any, ...], kwargs: dict[str, Any], given: dict[str, Any]
) -> Found | None:
    """Return what computes an operator, with its arguments; None if nothing does.

    Args:
        kind: Its name.
        args: Its arguments by position.
        kwargs: Those by name.
        given: All of them by the names of the operator.
    """
    kwargs = {key: each for key, each in kwargs.items() if key not in _NOWHERE}
    if kind in _SAME:
        return _same, args[:1], {}
    special = _SPECIAL.get(kind)
    if special is not None:
        return special(given)
    name = _RENAMED.get(kind, kind)
    for place in (torch, functional, Tensor, torch.linalg, torch.fft, torch.special):
        short = place.__name__.rpartition(".")[2]
        found = getattr(place, name.removeprefix(f"{short}_"), None)
        if found is not None:
            return found, args, kwargs
    return None


_RENAMED = {
    "_unsafe_view": "reshape",
    "_softmax": "softmax",
    "_log_softmax": "log_softmax",
    "split_with_sizes": "split",
    "sym_size": "size",
    "sym_numel": "numel",
}


def _same(x: Any) -> Any:
    return x


def _dropout(g: dict[str, Any]) -> Found:
    return functional.dropout, (g["input"], g["p"]), {}


def _batch_norm(g: dict[str, Any]) -> Found:
    names = ("input", "running_mean", "running_var", "weight", "bias")
    rest = {"training": g["training"], "momentum": g["momentum"], "eps": g["eps"]}
    return functional.batch_norm, tuple(g[name] for name in names), rest


def _embedding(g: dict[str, Any]) -> Found:
    return functional.embedding, (g["indices"], g["weight"]), {}


def index_at(dim: int, part: Any) -> tuple[Any, ...]:
    """Return the index that takes a part of one dimension, and all of the others."""
    if dim < 0:
        return (Ellipsis, part, *[slice(None)] * (-1 - dim))
    return (*[slice(None)] * dim, part)


def _slice(g: dict[str, Any]) -> Found:
    end = g.get("end")
    end = None if isinstance(end, int) and end >= 2**62 else end
    part = slice(g.get("start") or None, end, None if g.get("step") == 1 else g["step"])
    if part == slice(None):
        return _same, (g["self"],), {}
    return Tensor.__getitem__, (g["self"], index_at(g["dim"], part)), {}


def _select(g: dict[str, Any]) -> Found:
    return Tensor.__getitem__, (g["self"], index_at(g["dim"], g["index"])), {}


def _set(x: Tensor, value: Tensor) -> Tensor:
    x[...] = value
    return x


def _index(g: dict[str, Any]) -> Found:
    index = tuple(slice(None) if each is None else each for each in g["indices"])
    return Tensor.__getitem__, (g["self"], index), {}


def _einsum(g: dict[str, Any]) -> Found:
    return torch.einsum, (g["equation"], *g["tensors"]), {}


def _pad(g: dict[str, Any]) -> Found:
    rest = {"mode": g.get("mode", "constant"), "value": g.get("value")}
    return (
        functional.pad,
        (g["self"], g["pad"]),
        {k: v for k, v in rest.items() if v is not None},
    )


def _cast(g: dict[str, Any]) -> Found:
    return Tensor.to, (g["self"], g["dtype"]), {}


def _interpolated(mode: str) -> Callable[[dict[str, Any]], Found]:
    def found(g: dict[str, Any]) -> Found:
        factors = g.get("scale_factors")
        size = {"scale_factor": factors} if factors else {"size": g["output_size"]}
        corners = {} if mode == "nearest" else {"align_corners": g["align_corners"]}
        return functional.interpolate, (g["input"],), {**size, "mode": mode, **corners}

    return found


def _pool(g: dict[str, Any], function: Any) -> Found:
    rest = {
        key: each
        for key, each in g.items()
        if key not in ("self", "input", "kernel_size") and each is not None
    }
    if rest.get("stride") == []:
        del rest["stride"]
    return function, (g.get("self", g.get("input")), g["kernel_size"]), rest


def _pooled(function: Any) -> Callable[[dict[str, Any]], Found]:
    return lambda g: _pool(g, function)


def _softmax(g: dict[str, Any]) -> Found:
    return functional.softmax, (g.get("self", g.get("input")), g["dim"]), {}


def _gelu(g: dict[str, Any]) -> Found:
    return functional.gelu, (g["self"],), {"approximate": g["approximate"]}


_SPECIAL: dict[str, Callable[[dict[str, Any]], Found]] = {
    "dropout": _dropout,
    "batch_norm": _batch_norm,
    "embedding": _embedding,
    "slice": _slice,
    "index": _index,
    "einsum": _einsum,
    "pad": _pad,
    "to": _cast,
    "_to_copy": _cast,
    "softmax": _softmax,
    "gelu": _gelu,
    "select": _select,
    "copy_": lambda g: (_set, (g["self"], g["src"]), {}),
    "scalar_tensor": lambda g: (torch.tensor, (g["s"],), {}),
    "rsub": lambda g: (torch.sub, (g["other"], g["self"]), {}),
    **{
        f"max_pool{n}d": _pooled(getattr(functional, f"max_pool{n}d"))
        for n in (1, 2, 3)
    },
    **{
        f"avg_pool{n}d": _pooled(getattr(functional, f"avg_pool{n}d"))
        for n in (1, 2, 3)
    },
    "upsample_bilinear2d": _interpolated("bilinear"),
    "upsample_bicubic2d": _interpolated("bicubic"),
    "upsample_linear1d": _interpolated("linear"),
    "upsample_trilinear3d": _interpolated("trilinear"),
    **{f"upsample_nearest{n}d": _interpolated("nearest") for n in (1, 2, 3)},
}
