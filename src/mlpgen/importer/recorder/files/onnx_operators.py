"""What operators of ONNX compute, as functions of torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from mlpgen.importer.recorder.files.onnx_layers import (
    activation,
    batch_norm,
    clip,
    conv,
    conv_transpose,
    gelu,
    gemm,
    global_pool,
    layer_norm,
    pool,
    prelu,
    reduced,
    softmax,
)
from mlpgen.importer.recorder.files.onnx_nodes import Found, Node
from mlpgen.importer.recorder.files.onnx_tensors import (
    cast,
    concat,
    divided,
    einsum,
    expand,
    first,
    flatten,
    gather,
    made,
    pad,
    reshape,
    resize,
    shape_of,
    sliced,
    split,
    squeeze,
    transpose,
    trilu,
    unsqueeze,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def found_for(operator: str, node: Node) -> Found | None:
    """Return what computes a node; None if nothing does."""
    if operator in _PLAIN:
        function, kind = _PLAIN[operator]
        args = tuple(node.name(at) for at in range(len(node.inputs)))
        return Found(function, args, {}, kind, {})
    maker = _MAKERS.get(operator)
    return maker(node) if maker else None


_PLAIN: dict[str, tuple[Any, str]] = {
    "Add": (torch.add, "add"),
    "Sub": (torch.sub, "sub"),
    "Mul": (torch.mul, "mul"),
    "Div": (divided, "div"),
    "Pow": (torch.pow, "pow"),
    "MatMul": (torch.matmul, "matmul"),
    "Sqrt": (torch.sqrt, "sqrt"),
    "Neg": (torch.neg, "neg"),
    "Abs": (torch.abs, "abs"),
    "Exp": (torch.exp, "exp"),
    "Log": (torch.log, "log"),
    "Erf": (torch.erf, "erf"),
    "Sin": (torch.sin, "sin"),
    "Cos": (torch.cos, "cos"),
    "Floor": (torch.floor, "floor"),
    "Reciprocal": (torch.reciprocal, "reciprocal"),
    "Where": (torch.where, "where"),
    "Equal": (torch.eq, "eq"),
    "Greater": (torch.gt, "gt"),
    "GreaterOrEqual": (torch.ge, "ge"),
    "Less": (torch.lt, "lt"),
    "LessOrEqual": (torch.le, "le"),
    "Not": (torch.logical_not, "logical_not"),
    "And": (torch.logical_and, "logical_and"),
    "Or": (torch.logical_or, "logical_or"),
    "Min": (torch.minimum, "minimum"),
    "Max": (torch.maximum, "maximum"),
    "Mod": (torch.remainder, "remainder"),
    "Range": (torch.arange, "arange"),
}
"""Operators whose arguments are those of a function of torch."""

_MAKERS: dict[str, Callable[[Node], Found | None]] = {
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "Gemm": gemm,
    "BatchNormalization": batch_norm,
    "LayerNormalization": layer_norm,
    "MaxPool": pool("max"),
    "AveragePool": pool("avg"),
    "GlobalAveragePool": global_pool,
    "ReduceMean": reduced(torch.mean, "mean"),
    "ReduceSum": reduced(torch.sum, "sum"),
    "ReduceMax": reduced(torch.amax, "amax"),
    "ReduceMin": reduced(torch.amin, "amin"),
    "Softmax": softmax(functional.softmax, "softmax"),
    "LogSoftmax": softmax(functional.log_softmax, "log_softmax"),
    "Relu": activation(functional.relu, "relu", "ReLU"),
    "Sigmoid": activation(torch.sigmoid, "sigmoid", "Sigmoid"),
    "Tanh": activation(torch.tanh, "tanh", "Tanh"),
    "HardSwish": activation(functional.hardswish, "hardswish", "Hardswish"),
    "HardSigmoid": activation(functional.hardsigmoid, "hardsigmoid", "Hardsigmoid"),
    "Softplus": activation(functional.softplus, "softplus", "Softplus"),
    "Mish": activation(functional.mish, "mish", "Mish"),
    "LeakyRelu": activation(
        functional.leaky_relu, "leaky_relu", "LeakyReLU", negative_slope="alpha"
    ),
    "Elu": activation(functional.elu, "elu", "ELU", alpha="alpha"),
    "Gelu": gelu,
    "PRelu": prelu,
    "Clip": clip,
    "Reshape": reshape,
    "Flatten": flatten,
    "Transpose": transpose,
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
    "Concat": concat,
    "Split": split,
    "Slice": sliced,
    "Gather": gather,
    "Expand": expand,
    "Cast": cast,
    "Pad": pad,
    "Resize": resize,
    "Trilu": trilu,
    "Einsum": einsum,
    "ConstantOfShape": made,
    "Shape": shape_of,
    "Identity": first,
    "Dropout": first,
}
