"""The catalogue: one small pydantic class a layer, in files by family."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlpgen.layers.base import Layer

FAMILIES = {
    "linear": "Linear Identity Flatten Unflatten",
    "convolution": "Conv1d Conv2d Conv3d "
    "ConvTranspose1d ConvTranspose2d ConvTranspose3d",
    "pooling": "MaxPool1d MaxPool2d MaxPool3d AvgPool1d AvgPool2d AvgPool3d "
    "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d "
    "AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d",
    "normalization": "BatchNorm1d BatchNorm2d BatchNorm3d LayerNorm GroupNorm "
    "InstanceNorm1d InstanceNorm2d InstanceNorm3d LocalResponseNorm RMSNorm",
    "dropout": "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout",
    "rectifier": "ReLU ReLU6 LeakyReLU PReLU RReLU ELU CELU SELU GELU SiLU Mish",
    "activation": "Sigmoid LogSigmoid Hardsigmoid Tanh Hardtanh Tanhshrink Hardshrink "
    "Softshrink Hardswish Softplus Softsign Threshold GLU",
    "softmax": "Softmax Softmin LogSoftmax Softmax2d",
    "padding": "ZeroPad1d ZeroPad2d ZeroPad3d "
    "ConstantPad1d ConstantPad2d ConstantPad3d "
    "ReflectionPad1d ReflectionPad2d ReflectionPad3d "
    "ReplicationPad1d ReplicationPad2d ReplicationPad3d "
    "CircularPad1d CircularPad2d CircularPad3d",
    "vision": "Upsample PixelShuffle PixelUnshuffle",
}
"""The names of each family's file, so that a spec loads only the files it uses."""


@cache
def names() -> tuple[str, ...]:
    """Return the names of all layers, by family."""
    return tuple(name for family in FAMILIES.values() for name in family.split())


@cache
def layer_class(name: str) -> type[Layer]:
    """Return the class of a layer.

    Raises:
        KeyError: There is no such layer.
    """
    for family, members in FAMILIES.items():
        if name in members.split():
            module = import_module(f"mlpgen.layers.{family}")
            found: type[Layer] = getattr(module, name)
            return found
    raise KeyError(name)
