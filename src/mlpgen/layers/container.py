"""Containers: layers made of layers."""

from typing import ClassVar

from mlpgen.layers.base import Layer


class Sequential(Layer):
    """Layers that run one after the other, as one layer with a name."""

    example: ClassVar = "Sequential: [{Linear: 64}, ReLU]"
    example_input: ClassVar = (8,)
    rule: ClassVar = "that of its layers, one after the other"
