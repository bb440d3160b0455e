"""Comparisons, logic, and choices by it: a mask is a tensor of truth values."""

from typing import ClassVar

from mlpgen.functions.arithmetic import Operator
from mlpgen.functions.base import Number, Operation, Pointwise, need_dtype, with_number
from mlpgen.layers.base import Function, ShapeError, Value, Values
from mlpgen.layers.shapes import broadcast


class _Comparison(Operator):
    gives: ClassVar = "bool"


class Eq(_Comparison):
    """Where two tensors, or one and a number, are equal."""

    sign: ClassVar = "=="
    example: ClassVar = "eq: 0"


class Ne(_Comparison):
    """Where two tensors, or one and a number, differ."""

    sign: ClassVar = "!="
    example: ClassVar = "ne: 0"


class Lt(_Comparison):
    """Where the first is less than the other."""

    sign: ClassVar = "<"
    example: ClassVar = "lt: 0"


class Le(_Comparison):
    """Where the first is at most the other."""

    sign: ClassVar = "<="
    example: ClassVar = "le: 0"


class Gt(_Comparison):
    """Where the first is greater than the other."""

    sign: ClassVar = ">"
    example: ClassVar = "gt: 0"


class Ge(_Comparison):
    """Where the first is at least the other."""

    sign: ClassVar = ">="
    example: ClassVar = "ge: 0"


class _Logic(Operation):
    arity: ClassVar = (2, 2)
    gives: ClassVar = "bool"
    rule: ClassVar = "(N, *), (N, *) → (N, *), by torch's broadcasting"
    example_inputs: ClassVar = (Value((8,), "bool"), Value((8,), "bool"))

    def results(self, values: Values) -> dict[str, Value]:
        """What both broadcast to."""
        found = broadcast(self.title(), values)
        return self.result(found, found.shape)

    def function(self) -> Function:
        """The function of the same name."""
        return Function(f"torch.{self.title()}")


class LogicalAnd(_Logic):
    """Where both are true; 0 is false."""

    example: ClassVar = "logical_and"


class LogicalOr(_Logic):
    """Where one of both is true; 0 is false."""

    example: ClassVar = "logical_or"


class LogicalNot(Pointwise):
    """Where the input is false; 0 is false."""

    call: ClassVar = "torch.logical_not"
    gives: ClassVar = "bool"
    example: ClassVar = "logical_not"
    example_inputs: ClassVar = (Value((8,), "bool"),)


class Where(Operation):
    """Takes from the second input where the first is true, else from the third."""

    arity: ClassVar = (2, 3)
    example: ClassVar = "where"
    example_inputs: ClassVar = (Value((8,), "bool"), Value((8,)), Value((8,)))
    rule: ClassVar = "(N, *), (N, *), (N, *) → (N, *), by torch's broadcasting"

    other: Number | None = None

    def results(self, values: Values) -> dict[str, Value]:
        """What all of them broadcast to, of the kind of what is taken."""
        if (len(values) == 3) == (self.other is not None):
            message = "`where` takes a mask and two tensors, or one and `other`"
            raise ShapeError("MG314", message)
        need_dtype("where", "first input", values[0], "bool")
        found = broadcast("where", values)
        if self.other is not None:
            dtype = with_number(values[1].dtype, self.other)
            found = found._replace(dtype=dtype)
        return {"": found}

    def function(self) -> Function:
        """The function of the same name."""
        return Function("torch.where", () if self.other is None else (self.other,))


class MaskedFill(Operation):
    """Puts a number into the first input where the second, a mask, is true."""

    arity: ClassVar = (2, 2)
    example: ClassVar = "masked_fill: 0.0"
    example_inputs: ClassVar = (Value((8, 8)), Value((8, 8), "bool"))
    page: ClassVar = "Tensor.masked_fill"
    rule: ClassVar = "(N, *), (N, *) → (N, *), by torch's broadcasting"

    value: Number

    def results(self, values: Values) -> dict[str, Value]:
        """What both broadcast to, of the kind of the first."""
        need_dtype("masked_fill", "mask", values[1], "bool")
        found = broadcast("masked_fill", values)
        return {"": found._replace(dtype=values[0].dtype)}

    def function(self) -> Function:
        """The method of the same name."""
        return Function(".masked_fill", (self.value,))
