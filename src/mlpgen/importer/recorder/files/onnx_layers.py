"""Operators of ONNX that are layers of torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

from mlpgen.importer.recorder.files.onnx_nodes import Found, Node, listed

if TYPE_CHECKING:
    from collections.abc import Callable


def _pads(node: Node, spatial: int) -> tuple[list[int], list[int]]:
    """Return the padding of both sides, and what `F.pad` needs if they differ."""
    pads = node.get("pads") or [0] * 2 * spatial
    begin, end = pads[:spatial], pads[spatial:]
    if begin == end:
        return begin, []
    pairs = [each for pair in zip(begin, end, strict=True) for each in pair]
    flat = [pairs[2 * at + side] for at in reversed(range(spatial)) for side in (0, 1)]
    return [0] * spatial, flat


def conv(node: Node) -> Found:
    """Read `Conv`."""
    spatial = node.rank(node.inputs[1]) - 2
    padding, uneven = _pads(node, spatial)
    given = {
        "stride": node.get("strides") or [1] * spatial,
        "padding": padding,
        "dilation": node.get("dilations") or [1] * spatial,
        "groups": node.get("group", 1),
    }
    function = getattr(functional, f"conv{spatial}d")
    if uneven:
        own = function

        def function(x: Tensor, *rest: Any, **more: Any) -> Tensor:
            found: Tensor = own(functional.pad(x, uneven), *rest, **more)
            return found

    args = (node.name(0), node.name(1), node.name(2))
    layer = "" if uneven else f"Conv{spatial}d"
    return Found(function, args, given, f"conv{spatial}d", given, layer)


def conv_transpose(node: Node) -> Found:
    """Read `ConvTranspose`."""
    spatial = node.rank(node.inputs[1]) - 2
    given = {
        "stride": node.get("strides") or [1] * spatial,
        "padding": _pads(node, spatial)[0],
        "output_padding": node.get("output_padding") or [0] * spatial,
        "groups": node.get("group", 1),
        "dilation": node.get("dilations") or [1] * spatial,
    }
    kind = f"conv_transpose{spatial}d"
    args = (node.name(0), node.name(1), node.name(2))
    layer = f"ConvTranspose{spatial}d"
    return Found(getattr(functional, kind), args, given, kind, given, layer)


def gemm(node: Node) -> Found | None:
    """Read `Gemm`."""
    if (
        node.get("transA", 0)
        or node.get("alpha", 1.0) != 1
        or node.get("beta", 1.0) != 1
    ):
        return None
    args = (node.name(0), node.name(1), node.name(2))
    if node.get("transB", 0):
        return Found(functional.linear, args, {}, "linear", {}, "Linear")
    return Found(_turned, args, {}, "linear_turned", {}, "Linear")


def _turned(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    return functional.linear(x, weight.t(), bias)


def batch_norm(node: Node) -> Found:
    """Read `BatchNorm`."""
    names = [node.name(at) for at in range(5)]
    given = {
        "momentum": round(1 - node.get("momentum", 0.9), 6),
        "eps": node.get("epsilon", 1e-5),
    }
    args = (names[0], names[3], names[4], names[1], names[2])
    rank = {2: 1, 3: 1, 4: 2, 5: 3}[node.rank(node.inputs[0])]
    layer = f"BatchNorm{rank}d"
    return Found(functional.batch_norm, args, given, "batch_norm", given, layer)


def layer_norm(node: Node) -> Found:
    """Read `LayerNorm`."""
    given = {"eps": _short(node.get("epsilon", 1e-5))}
    args = (node.name(0), node.name(1), node.name(2))

    def function(x: Tensor, weight: Tensor, bias: Any = None) -> Tensor:
        return functional.layer_norm(x, weight.shape, weight, bias, given["eps"])

    return Found(function, args, {}, "layer_norm", given, "LayerNorm")


def _short(value: float) -> float:
    """Return a number of 32 bits as it was written."""
    return float(f"{value:.6g}")


def pool(name: str) -> Callable[[Node], Found | None]:
    """Read `Pool`."""

    def made(node: Node) -> Found | None:
        sizes = node.get("kernel_shape")
        padding, uneven = _pads(node, len(sizes))
        if uneven:
            return None
        given: dict[str, Any] = {
            "kernel_size": sizes,
            "stride": node.get("strides") or [1] * len(sizes),
            "padding": padding,
            "ceil_mode": bool(node.get("ceil_mode", 0)),
        }
        if name == "max":
            given["dilation"] = node.get("dilations") or [1] * len(sizes)
        else:
            given["count_include_pad"] = bool(node.get("count_include_pad", 0))
        kind = f"{name}_pool{len(sizes)}d"
        layer = f"{name.title()}Pool{len(sizes)}d"
        args = (node.name(0),)
        return Found(getattr(functional, kind), args, given, kind, given, layer)

    return made


def global_pool(node: Node) -> Found:
    """Read `GlobalPool`."""
    spatial = node.rank(node.inputs[0]) - 2
    kind = f"adaptive_avg_pool{spatial}d"
    given = {"output_size": 1}
    layer = f"AdaptiveAvgPool{spatial}d"
    args = (node.name(0),)
    return Found(getattr(functional, kind), args, given, kind, given, layer)


def reduced(function: Any, kind: str) -> Callable[[Node], Found]:
    """Read `Reduced`."""

    def made(node: Node) -> Found:
        axes = node.numbers(1, "axes")
        keep = bool(node.get("keepdims", 1))
        axes = listed(axes if axes else [*range(node.rank(node.inputs[0]))])
        args = (node.name(0), axes[0] if len(axes) == 1 else axes)
        return Found(function, args, {"keepdim": keep} if keep else {}, kind, {})

    return made


def softmax(function: Any, kind: str) -> Callable[[Node], Found]:
    """Read `Softmax`."""

    def made(node: Node) -> Found:
        given = {"dim": node.get("axis", -1)}
        layer = "LogSoftmax" if kind == "log_softmax" else "Softmax"
        return Found(function, (node.name(0),), given, kind, given, layer)

    return made


def activation(function: Any, kind: str, layer: str, **names: str) -> Any:
    """Read `Activation`."""

    def made(node: Node) -> Found:
        given = {
            own: _short(node.get(name))
            if isinstance(node.get(name), float)
            else node.get(name)
            for own, name in names.items()
            if node.get(name) is not None
        }
        return Found(function, (node.name(0),), given, kind, given, layer)

    return made


def clip(node: Node) -> Found:
    """Read `Clip`."""
    low, high = node.numbers(1, "min"), node.numbers(2, "max")
    if (low, high) == (0, 6):
        return Found(functional.relu6, (node.name(0),), {}, "relu6", {}, "ReLU6")
    return Found(torch.clamp, (node.name(0), low, high), {}, "clamp", {})


def gelu(node: Node) -> Found:
    """Read `Gelu`."""
    mode = node.get("approximate", "none")
    given = {} if mode == "none" else {"approximate": mode}
    return Found(functional.gelu, (node.name(0),), given, "gelu", given, "GELU")


def prelu(node: Node) -> Found:
    """Read `Prelu`."""

    def function(x: Tensor, weight: Tensor) -> Tensor:
        return functional.prelu(x, weight.flatten())

    return Found(function, (node.name(0), node.name(1)), {}, "prelu", {}, "PReLU")
