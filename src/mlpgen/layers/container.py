"""Containers: layers that are made of layers."""

from typing import ClassVar

from mlpgen.layers.base import Layer


class Sequential(Layer):
    """Runs layers one after the other, as one named layer."""

    example: ClassVar = "Sequential: [{Linear: 64}, ReLU]"
    example_input: ClassVar = (8,)
    rule: ClassVar = "that of its layers, in sequence"
