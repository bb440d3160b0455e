"""ReLU and ReLU6."""

from typing import ClassVar

from mlpgen.layers.base import (
    Activation,
)


class ReLU(Activation):
    """max(0, x)."""

    saves_output: ClassVar = "always"
    call: ClassVar = "F.relu"
    example: ClassVar = "ReLU"
    inplace: bool = False


class ReLU6(Activation):
    """min(max(0, x), 6)."""

    call: ClassVar = "F.relu6"
    example: ClassVar = "ReLU6"
    inplace: bool = False
