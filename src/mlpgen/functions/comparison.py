"""Comparisons, logic, and selection by a mask, a tensor of bool."""

from math import isinf
from typing import ClassVar

from mlpgen.functions.arithmetic import Operator
from mlpgen.functions.base import (
    InfiniteNumber,
    Operation,
    Pointwise,
    need_dtype,
    with_number,
)
from mlpgen.layers.base import Function, ShapeError, Value, Values
from mlpgen.layers.shapes import broadcast


class _Comparison(Operator):
    gives: ClassVar = "bool"


class Eq(_Comparison):
    """True where two tensors, or a tensor and a number, are equal."""

    sign: ClassVar = "=="
    example: ClassVar = "eq: 0"


class Ne(_Comparison):
    """True where two tensors, or a tensor and a number, differ."""

    sign: ClassVar = "!="
    example: ClassVar = "ne: 0"


class Lt(_Comparison):
    """True where the first is less than the second."""

    sign: ClassVar = "<"
    example: ClassVar = "lt: 0"


class Le(_Comparison):
    """True where the first is at most the second."""

    sign: ClassVar = "<="
    example: ClassVar = "le: 0"


class Gt(_Comparison):
    """True where the first is greater than the second."""

    sign: ClassVar = ">"
    example: ClassVar = "gt: 0"


class Ge(_Comparison):
    """True where the first is at least the second."""

    sign: ClassVar = ">="
    example: ClassVar = "ge: 0"


class _Logic(Operation):
    arity: ClassVar = (2, 2)
    gives: ClassVar = "bool"
    rule: ClassVar = "(N, *), (N, *) → (N, *), by torch's broadcasting"
    example_inputs: ClassVar = (Value((8,), "bool"), Value((8,), "bool"))

    def results(self, values: Values) -> dict[str, Value]:
        """Broadcast the inputs."""
        found = broadcast(self.title(), values)
        return self.result(found, found.shape)


class LogicalAnd(_Logic):
    """True where both are true; 0 is false."""

    example: ClassVar = "logical_and"


class LogicalOr(_Logic):
    """True where at least one is true; 0 is false."""

    example: ClassVar = "logical_or"


class LogicalXor(_Logic):
    """True where exactly one is true; 0 is false."""

    example: ClassVar = "logical_xor"


class LogicalNot(Pointwise):
    """True where the input is false; 0 is false."""

    gives: ClassVar = "bool"
    example: ClassVar = "logical_not"
    example_inputs: ClassVar = (Value((8,), "bool"),)


class Where(Operation):
    """Takes from the second input where the first is true, else from the third.

    A number stands for either: `input` for the second, `other` for the third.
    """

    arity: ClassVar = (1, 3)
    example: ClassVar = "where"
    example_inputs: ClassVar = (Value((8,), "bool"), Value((8,)), Value((8,)))
    rule: ClassVar = "(N, *), (N, *), (N, *) → (N, *), by torch's broadcasting"

    input: InfiniteNumber | None = None
    other: InfiniteNumber | None = None

    def results(self, values: Values) -> dict[str, Value]:
        """Broadcast the inputs; the dtype is that of the values."""
        numbers = [each for each in (self.input, self.other) if each is not None]
        if len(values) + len(numbers) != 3:
            message = "`where` expects a mask and two tensors, with the number `input` "
            message += "or `other` in the place of a tensor"
            raise ShapeError("MG314", message)
        need_dtype("where", "first input", values[0], "bool")
        found = broadcast("where", values)
        # A mask has the lowest dtype, so it decides nothing.
        for number in numbers:
            found = found._replace(dtype=with_number(found.dtype, number))
        return {"": found}

    def function(self) -> Function:
        """Call the torch function of the same name."""
        numbers = (self.input, self.other)
        given = tuple(each for each in numbers if each is not None)
        return Function("torch.where", given, after=1 if self.input is not None else 0)


class MaskedFill(Operation):
    """Replaces the first input by a number where the second, a mask, is true."""

    arity: ClassVar = (2, 2)
    example: ClassVar = "masked_fill: 0.0"
    example_inputs: ClassVar = (Value((8, 8)), Value((8, 8), "bool"))
    page: ClassVar = "Tensor.masked_fill"
    rule: ClassVar = "(N, *), (N, *) → (N, *), by torch's broadcasting"

    value: InfiniteNumber

    def results(self, values: Values) -> dict[str, Value]:
        """Broadcast the inputs; the dtype is that of the first."""
        need_dtype("masked_fill", "mask", values[1], "bool")
        if isinf(self.value) and values[0].dtype != "float32":
            message = f"`masked_fill` cannot write infinity into {values[0].dtype}"
            raise ShapeError("MG315", message, argument="value")
        found = broadcast("masked_fill", values)
        return {"": found._replace(dtype=values[0].dtype)}

    def function(self) -> Function:
        """Call the tensor method of the same name."""
        return Function(".masked_fill", (self.value,))
