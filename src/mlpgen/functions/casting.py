"""Other kinds of numbers."""

from typing import ClassVar

from mlpgen.functions.base import Pointwise
from mlpgen.layers.base import Function


class _Cast(Pointwise):
    returns_input: ClassVar = "always"

    def function(self) -> Function:
        """The method of the same name."""
        return Function(f".{self.title()}")


class Float(_Cast):
    """The same as float32: true is 1, false is 0."""

    arranges: ClassVar = True
    gives: ClassVar = "float32"
    page: ClassVar = "Tensor.float"
    example: ClassVar = "float"


class Long(_Cast):
    """The same as int64: floats lose what is behind the point."""

    gives: ClassVar = "int64"
    page: ClassVar = "Tensor.long"
    example: ClassVar = "long"


class Bool(_Cast):
    """Where the number is not 0."""

    gives: ClassVar = "bool"
    page: ClassVar = "Tensor.bool"
    example: ClassVar = "bool"

    def function(self) -> Function:
        """A comparison: torch.jit.script knows no method `bool`."""
        return Function("!=", (0,))
