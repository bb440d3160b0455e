"""Layers: a pydantic class for each layer of `torch.nn`, in files by family.

To add a layer:

1. Write a class in the file of its family, with torch's arguments as fields: names,
   order and defaults as in torch. Define `output` (the shape rule) and, if the defaults
   of `Layer` (in `base`) do not fit, `inferred`, `weights`, `multiply_adds` and
   `function`. Shape rules use plain arithmetic (`+ - * //`) only.
2. Add its name to `LAYERS` below.
3. Run `mlpgen schema`. The tests compare signature, shapes, counts and errors with
   torch; give them values for new argument names in `POOLS`
   (`tests/layers/test_catalogue.py`).

A layer that torch lacks is in `not_in_torch`, with its code in a template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.catalogue.catalogue import Catalogue

if TYPE_CHECKING:
    from mlpgen.layers.base import Layer

CONTAINERS: Catalogue[Layer] = Catalogue(__name__, {"container": "Sequential"})
"""Layers that contain layers."""

LAYERS: Catalogue[Layer] = Catalogue(
    __name__,
    {
        "linear": "Linear Identity Flatten Unflatten",
        "convolution": "Conv1d Conv2d Conv3d "
        "ConvTranspose1d ConvTranspose2d ConvTranspose3d",
        "pooling": "MaxPool1d MaxPool2d MaxPool3d AvgPool1d AvgPool2d AvgPool3d "
        "LPPool1d LPPool2d LPPool3d",
        "adaptive_pooling": "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d "
        "AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d",
        "fractional_pooling": "FractionalMaxPool2d FractionalMaxPool3d",
        "unpooling": "MaxUnpool1d MaxUnpool2d MaxUnpool3d",
        "normalization": "BatchNorm1d BatchNorm2d BatchNorm3d LayerNorm GroupNorm "
        "InstanceNorm1d InstanceNorm2d InstanceNorm3d LocalResponseNorm RMSNorm "
        "SyncBatchNorm",
        "dropout": "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout "
        "FeatureAlphaDropout",
        "activation_relu": "ReLU ReLU6",
        "activation_leaky": "LeakyReLU PReLU RReLU",
        "activation_smooth": "ELU CELU SELU GELU SiLU Mish",
        "activation_other": "Sigmoid LogSigmoid Hardsigmoid Tanh Hardtanh Tanhshrink "
        "Hardshrink Softshrink Hardswish Softplus Softsign Threshold GLU",
        "softmax": "Softmax Softmin LogSoftmax Softmax2d",
        "padding": "ZeroPad1d ZeroPad2d ZeroPad3d "
        "ConstantPad1d ConstantPad2d ConstantPad3d "
        "ReflectionPad1d ReflectionPad2d ReflectionPad3d "
        "ReplicationPad1d ReplicationPad2d ReplicationPad3d "
        "CircularPad1d CircularPad2d CircularPad3d",
        "vision": "Upsample PixelShuffle PixelUnshuffle ChannelShuffle",
        "folding": "Fold Unfold",
        "embedding": "Embedding EmbeddingBag",
        "recurrent": "RNN LSTM GRU",
        "recurrent_cells": "RNNCell LSTMCell GRUCell",
        "attention": "MultiheadAttention",
        "transformer_layers": "TransformerEncoderLayer TransformerDecoderLayer",
        "transformer": "TransformerEncoder TransformerDecoder Transformer",
        "comparison": "Bilinear CosineSimilarity PairwiseDistance",
    },
)
