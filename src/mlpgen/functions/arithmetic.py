"""Arithmetic, element by element."""

from typing import ClassVar

from mlpgen.functions.base import Operation, broadcast
from mlpgen.layers.base import Function, ShapeError, Value, Values


class _Arithmetic(Operation):
    """Combines two tensors or more, or one and a number."""

    arity: ClassVar = (1, 8)
    sign: ClassVar[str]
    rule: ClassVar = "(N, *), (N, *) → (N, *), by torch's broadcasting"
    example_input: ClassVar = (8,)

    other: float | None = None

    def results(self, values: Values) -> dict[str, Value]:
        """What all of them broadcast to."""
        if (len(values) > 1) == (self.other is not None):
            message = f"`{self.title()}` takes two tensors, or one and a number"
            raise ShapeError("MG314", message)
        found = broadcast(self.title(), values)
        if self.other is not None:
            found = found._replace(dtype="float32")
        return {"": found}

    def function(self) -> Function:
        """The operator."""
        return Function(self.sign, () if self.other is None else (self.other,))


class Add(_Arithmetic):
    """The sum of tensors, or of one and a number."""

    sign: ClassVar = "+"
    example: ClassVar = "add: 0.5"


class Sub(_Arithmetic):
    """The difference of two tensors, or of one and a number."""

    arity: ClassVar = (1, 2)
    sign: ClassVar = "-"
    example: ClassVar = "sub: 0.5"


class Mul(_Arithmetic):
    """The product of tensors, or of one and a number."""

    sign: ClassVar = "*"
    example: ClassVar = "mul: 0.5"


class Div(_Arithmetic):
    """The quotient of two tensors, or of one and a number."""

    arity: ClassVar = (1, 2)
    sign: ClassVar = "/"
    example: ClassVar = "div: 2"

    def results(self, values: Values) -> dict[str, Value]:
        """Division gives floats."""
        return {"": super().results(values)[""]._replace(dtype="float32")}
