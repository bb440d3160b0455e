"""Operators of ONNX that change, pick or make tensors."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from mlpgen.importer.recorder.files.onnx_nodes import Found, Node, listed
from mlpgen.importer.recorder.files.operators import index_at


def reshape(node: Node) -> Found:
    """Read `Reshape`."""
    sizes = listed(node.numbers(1, "shape"))
    if not node.get("allowzero", 0):  # a zero is the size that is there
        own = node.sizes(node.inputs[0])
        sizes = [own[at] if each == 0 else each for at, each in enumerate(sizes)]
    return Found(torch.reshape, (node.name(0), sizes), {}, "reshape", {})


def flatten(node: Node) -> Found:
    """Read `Flatten`."""
    axis = node.get("axis", 1)
    args = (node.name(0), axis)
    return Found(torch.flatten, args, {}, "flatten", {"start_dim": axis}, "Flatten")


def transpose(node: Node) -> Found:
    """Read `Transpose`."""
    rank = node.rank(node.inputs[0])
    order = node.get("perm") or [*reversed(range(rank))]
    moved = [at for at, each in enumerate(order) if at != each]
    if len(moved) == 2:
        return Found(torch.transpose, (node.name(0), *moved), {}, "transpose", {})
    return Found(torch.permute, (node.name(0), order), {}, "permute", {})


def squeeze(node: Node) -> Found:
    """Read `Squeeze`."""
    axes = node.numbers(1, "axes")
    if axes is None:
        return Found(torch.squeeze, (node.name(0),), {}, "squeeze", {})
    axes = listed(axes)
    dims = axes[0] if len(axes) == 1 else tuple(axes)
    return Found(torch.squeeze, (node.name(0), dims), {}, "squeeze", {})


def unsqueeze(node: Node) -> Found:
    """Read `Unsqueeze`."""
    axes = listed(node.numbers(1, "axes"))
    if len(axes) == 1:
        return Found(torch.unsqueeze, (node.name(0), axes[0]), {}, "unsqueeze", {})

    def function(x: Tensor) -> Tensor:
        for axis in sorted(axes):
            x = x.unsqueeze(axis)
        return x

    return Found(function, (node.name(0),), {}, "unsqueeze", {})


def concat(node: Node) -> Found:
    """Read `Concat`."""
    names = [node.name(at) for at in range(len(node.inputs))]
    return Found(torch.cat, (names, node.get("axis")), {}, "cat", {})


def split(node: Node) -> Found:
    """Read `Split`."""
    sizes = node.numbers(1, "split")
    axis = node.get("axis", 0)
    if sizes is None:
        args = (node.name(0), node.get("num_outputs"), axis)
        return Found(torch.chunk, args, {}, "chunk", {})
    return Found(torch.split, (node.name(0), sizes, axis), {}, "split", {})


def sliced(node: Node) -> Found | None:
    """Read `Slice`."""
    starts, ends = node.numbers(1, "starts"), node.numbers(2, "ends")
    if starts is None or ends is None:
        return None
    starts, ends = listed(starts), listed(ends)
    axes = node.numbers(3, "axes")
    axes = [*range(len(starts))] if axes is None else listed(axes)
    steps = node.numbers(4)
    steps = [1] * len(starts) if steps is None else listed(steps)
    rank = node.rank(node.inputs[0])
    index: list[Any] = [slice(None)] * rank
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        if step < 1:
            return None
        end = None if isinstance(end, int) and end > 2**31 - 2 else end
        index[axis] = slice(start or None, end, None if step == 1 else step)
    while index and index[-1] == slice(None):
        index.pop()
    return Found(Tensor.__getitem__, (node.name(0), (*index,)), {}, "slice", {})


def gather(node: Node) -> Found:
    """Read `Gather`."""
    axis = node.get("axis", 0)
    index = node.fixed(node.inputs[1])
    if isinstance(index, int):
        where = index_at(axis, index)
        return Found(Tensor.__getitem__, (node.name(0), where), {}, "select", {})
    if (
        axis == 0
        and node.rank(node.inputs[0]) == 2
        and node.fixed(node.inputs[0]) is not None
    ):
        args = (node.name(1), node.name(0))
        return Found(functional.embedding, args, {}, "embedding", {}, "Embedding")
    where = index_at(axis % node.rank(node.inputs[0]), node.name(1))
    return Found(Tensor.__getitem__, (node.name(0), where), {}, "index", {})


def expand(node: Node) -> Found:
    """Read `Expand`."""
    sizes = node.numbers(1)
    return Found(_expanded, (node.name(0), listed(sizes)), {}, "expand", {})


def _expanded(x: Tensor, sizes: list[int]) -> Tensor:
    rank = len(sizes) - x.dim()  # a size of one takes that of the tensor
    own = [1] * rank + [*x.shape]
    return x.expand([max(a, b) for a, b in zip(own, [1] * -rank + sizes, strict=True)])


def cast(node: Node) -> Found:
    """Read `Cast`."""
    dtype = TYPES[node.get("to")]
    return Found(Tensor.to, (node.name(0), dtype), {}, "to", {})


TYPES = {
    1: torch.float32,
    2: torch.uint8,
    3: torch.int8,
    6: torch.int32,
    7: torch.int64,
    9: torch.bool,
    10: torch.float16,
    11: torch.float64,
}
"""The dtypes by ONNX's numbers."""


def pad(node: Node) -> Found:
    """Read `Pad`."""
    pads = listed(node.numbers(1, "pads"))
    half = len(pads) // 2
    flat = [
        each for at in reversed(range(half)) for each in (pads[at], pads[half + at])
    ]
    while flat[-2:] == [0, 0]:
        flat = flat[:-2]
    mode = node.get("mode", "constant")
    mode = {"edge": "replicate", "wrap": "circular"}.get(mode, mode)
    rest = {"value": node.numbers(2) or 0.0} if mode == "constant" else {}
    return Found(
        functional.pad, (node.name(0), flat), {"mode": mode, **rest}, "pad", {}
    )


def resize(node: Node) -> Found | None:
    """Read `Resize`."""
    mode = node.get("mode") or "nearest"
    mode = {"linear": "bilinear", "cubic": "bicubic"}.get(mode, mode)
    corners = node.get("coordinate_transformation_mode")
    given: dict[str, Any] = {"mode": mode}
    if mode != "nearest":
        given["align_corners"] = corners == "align_corners"
    scales, sizes = node.numbers(2), node.numbers(3)
    if scales:
        factors = scales[2:]
        whole = [int(each) if each == int(each) else each for each in factors]
        given["scale_factor"] = whole[0] if len({*whole}) == 1 else whole
    elif sizes:
        given["size"] = sizes[2:]
    else:
        return None
    return Found(functional.interpolate, (node.name(0),), given, "interpolate", {})


def trilu(node: Node) -> Found:
    """Read `Trilu`."""
    function = torch.triu if node.get("upper", 1) else torch.tril
    diagonal = node.numbers(1)
    args = (node.name(0), diagonal) if diagonal else (node.name(0),)
    return Found(function, args, {}, "triu", {})


def einsum(node: Node) -> Found:
    """Read `Einsum`."""
    names = [node.name(at) for at in range(len(node.inputs))]
    return Found(torch.einsum, (node.get("equation"), *names), {}, "einsum", {})


def made(node: Node) -> Found:
    """Read `Made`."""
    value = node.get("value")
    number = value.item() if value is not None else 0.0
    dtype = value.dtype if value is not None else torch.float32
    sizes = listed(node.numbers(0) or [])
    return Found(torch.full, (sizes, number), {"dtype": dtype}, "full", {})


def shape_of(node: Node) -> Found:
    """Read `ShapeOf`."""
    begin, end = node.get("start", 0), node.get("end")
    return Found(
        lambda x: torch.tensor(x.shape[begin:end]), (node.name(0),), {}, "shape", {}
    )


def first(node: Node) -> Found:
    """Read `First`."""
    return Found(lambda x: x, (node.name(0),), {}, "same", {})


def divided(x: Any, y: Any) -> Any:
    """Read `Divided`."""
    whole = isinstance(x, Tensor) and not x.dtype.is_floating_point
    whole = whole and (
        isinstance(y, int) or not getattr(y, "is_floating_point", bool)()
    )
    return torch.div(x, y, rounding_mode="trunc") if whole else torch.div(x, y)
