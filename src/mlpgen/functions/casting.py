"""Conversions to another dtype."""

from typing import ClassVar

from mlpgen.functions.base import Pointwise
from mlpgen.layers.base import Function


class _Cast(Pointwise):
    returns_input: ClassVar = "always"


class Float(_Cast):
    """Converts to float32: true is 1, false is 0."""

    arranges: ClassVar = True
    gives: ClassVar = "float32"
    page: ClassVar = "Tensor.float"
    call: ClassVar = ".float"
    example: ClassVar = "float"


class Long(_Cast):
    """Converts to int64: floats lose their fractional part."""

    gives: ClassVar = "int64"
    page: ClassVar = "Tensor.long"
    call: ClassVar = ".long"
    example: ClassVar = "long"


class Bool(_Cast):
    """Converts to bool: true where the number is not 0."""

    gives: ClassVar = "bool"
    page: ClassVar = "Tensor.bool"
    example: ClassVar = "bool"

    def function(self) -> Function:
        """Compare with 0: torch.jit.script does not support the method `bool`."""
        return Function("!=", (0,))
