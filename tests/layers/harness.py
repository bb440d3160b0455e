"""Builds a layer of the catalogue and the same layer of torch, and compares them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import torch
from pydantic import ValidationError
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: F401 - used by eval
from torch.utils.flop_counter import FlopCounterMode

from mlpgen.layers import LAYERS
from mlpgen.layers.base import ShapeError
from mlpgen.styles.code import call, flat, keyword, literal

if TYPE_CHECKING:
    from mlpgen.layers.base import Function, Layer, Shape


def ours(name: str, arguments: dict[str, Any], shape: Shape) -> tuple[Layer, Shape]:
    """Validate a layer and give it a shape."""
    layer = LAYERS[name].model_validate(arguments)
    inferred = layer.inferred(shape)
    for key, value in inferred.items():
        given = getattr(layer, key)
        if given is not None and given != value:
            raise ShapeError("MG301", f"{key}: {given} is not {value}")
    layer = layer.model_copy(update=inferred)
    output = layer.output(shape)
    if any(size < 1 for size in output):
        raise ShapeError("MG303", "nothing is left")
    return layer, output


def theirs(layer: Layer) -> nn.Module:
    """Make the module of torch with what the generated code would say."""
    cls = getattr(nn, type(layer).__name__)
    arguments = layer.arguments()
    required = [value for key, value in arguments.items() if layer.required(key)]
    others = {key: value for key, value in arguments.items() if not layer.required(key)}
    module: nn.Module = cls(*required, **others)
    return module


def run(module: nn.Module, x: Tensor) -> Tensor:
    torch.manual_seed(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result: Tensor = module(x)
    return result


def called(function: Function, x: Tensor, *, training: bool) -> Tensor:
    """Evaluate the call that the explicit style writes."""
    arguments = [
        *(literal(each) for each in function.positional),
        *(keyword(key, literal(value)) for key, value in function.keywords.items()),
    ]
    if function.training:
        arguments.append(f"training={training}")
    if function.is_method:
        code = flat(call("x" + function.name, *arguments))
    else:
        code = flat(call(function.name, "x", *arguments))
    torch.manual_seed(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result: Tensor = eval(code)
    return result


def compare(name: str, arguments: dict[str, Any], shape: Shape) -> bool:
    """Compare a layer with torch's.

    Returns:
        Whether both take the arguments and the shape; they must agree on that.
    """
    try:
        layer, output = ours(name, arguments, shape)
    except (ValidationError, ShapeError) as error:
        refused = _torch_refuses(name, arguments, shape)
        assert refused, f"{name} {arguments} {shape}: only we refuse it: {error}"
        return False
    context = f"{name} {arguments} {shape}"
    module = theirs(layer)
    x = torch.randn(2, *shape)
    for training in (True, False):
        module.train(training)
        expected = run(module, x.clone())
        assert tuple(expected.shape[1:]) == output, context
        function = layer.function()
        if function is not None:
            assert not list(module.state_dict()), f"{context} has a state"
            actual = called(function, x.clone(), training=training)
            assert torch.equal(actual, expected), f"{context}: {function} differs"
    counted = sum(parameter.numel() for parameter in module.parameters())
    assert layer.parameters() == counted, context
    with FlopCounterMode(display=False) as counter:
        run(module.eval(), x.clone())
    assert (
        layer.multiply_adds(shape, output) * 2 * len(x) == counter.get_total_flops()
    ), context
    return True


MISREAD = [
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "Softmax2d",
    "PixelShuffle",
    "PixelUnshuffle",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
]
"""torch takes the batch for channels where a dimension is missing, without a word."""


def _torch_refuses(name: str, arguments: dict[str, Any], shape: Shape) -> bool:
    cls = LAYERS[name]
    example = len(cls.example_input)
    if name in MISREAD and len(shape) != example:
        return True
    if name in ("Softmax", "Softmin", "LogSoftmax") and "dim" not in arguments:
        return True
    padding = arguments.get("padding", 0)
    if (
        name.startswith("Circular")
        and min(padding if isinstance(padding, list) else [padding]) < 0
    ):
        return True  # torch leaves values undefined
    dims = [arguments.get(key) for key in ("dim", "start_dim", "end_dim")]
    if any(dim == 0 or (dim is not None and dim == -len(shape) - 1) for dim in dims):
        return True
    inferred: dict[str, Any] = {}
    try:
        layer = cls.model_validate({})
        inferred = layer.inferred(shape)
    except (ValidationError, ShapeError):
        for key in ("in_channels", "num_features", "in_features", "num_channels"):
            if key in cls.model_fields and shape:
                inferred[key] = shape[-1] if key == "in_features" else shape[0]
    fields = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in {**inferred, **arguments}.items()
    }
    order = [key for key in cls.model_fields if cls.required(key) and key in fields]
    others = {key: value for key, value in fields.items() if key not in order}
    try:
        module = getattr(nn, name)(*(fields[key] for key in order), **others)
        result = run(module.train(), torch.randn(2, *shape))
        run(module.eval(), torch.randn(2, *shape))
    except (
        ValueError,
        RuntimeError,
        TypeError,
        AssertionError,
        NotImplementedError,
        IndexError,
        ZeroDivisionError,
        OverflowError,
    ):
        return True
    return result.numel() == 0
