"""Arithmetic, element by element."""

from typing import ClassVar

from mlpgen.functions.base import FLOAT, NUMBERS, Number, Operation, with_number
from mlpgen.layers.base import Function, ShapeError, Value, Values
from mlpgen.layers.shapes import broadcast, promoted


class WithNumber(Operation):
    """Base of functions of two tensors, or of a tensor and a number."""

    arity: ClassVar = (1, 2)
    rule: ClassVar = "(N, *), (N, *) → (N, *), by torch's broadcasting"
    example_input: ClassVar = (8,)

    @property
    def number(self) -> int | float | None:
        """The number, which is the only argument."""
        found: int | float | None = getattr(self, next(iter(type(self).model_fields)))
        return found

    @property
    def first(self) -> int | float | None:
        """The number in the place of the first tensor, if the function takes one."""
        found: int | float | None = getattr(self, "input", None)
        return found

    def results(self, values: Values) -> dict[str, Value]:
        """Broadcast the inputs."""
        numbers = [each for each in (self.number, self.first) if each is not None]
        if len(numbers) != (len(values) < 2):
            message = f"`{self.title()}` expects two tensors, or a tensor and a number"
            raise ShapeError("MG314", message)
        found = broadcast(self.title(), values)
        for number in numbers:
            found = found._replace(dtype=with_number(found.dtype, number))
        return self.result(found, found.shape)

    @property
    def number_argument(self) -> tuple[int | float, ...]:
        """Return the arguments after the tensors."""
        return () if self.number is None else (self.number,)


class Operator(WithNumber):
    """Base of functions that are operators in Python."""

    sign: ClassVar[str]

    other: Number | None = None

    def function(self) -> Function:
        """Return the operator."""
        first = () if self.first is None else (self.first,)
        return Function(self.sign, self.number_argument, leading=first)


class Add(Operator):
    """The sum of tensors, or of a tensor and a number."""

    arity: ClassVar = (1, 8)
    sign: ClassVar = "+"
    example: ClassVar = "add: 0.5"


class Sub(Operator):
    """The difference of two tensors, or of a tensor and a number.

    `input` is a number in the place of the first tensor: `sub: {input: 1}` is 1 - x.
    """

    dtypes: ClassVar = NUMBERS
    sign: ClassVar = "-"
    example: ClassVar = "sub: 0.5"

    other: Number | None = None
    input: Number | None = None


class Mul(Operator):
    """The product of tensors, or of a tensor and a number."""

    arity: ClassVar = (1, 8)
    sign: ClassVar = "*"
    example: ClassVar = "mul: 0.5"


class Div(Operator):
    """The quotient of two tensors, or of a tensor and a number; always float32.

    `input` is a number in the place of the first tensor: `div: {input: 1}` is 1 / x.
    """

    gives: ClassVar = "float32"
    sign: ClassVar = "/"
    example: ClassVar = "div: 2"

    other: Number | None = None
    input: Number | None = None

    def results(self, values: Values) -> dict[str, Value]:
        """Refuse a division by 0."""
        if self.other == 0:
            raise ShapeError("MG311", "`div` divides by 0", argument="other")
        return super().results(values)


class _Quotient(Operator):
    """Base of functions of a quotient in whole numbers."""

    def results(self, values: Values) -> dict[str, Value]:
        """Refuse a division by 0, and of bool."""
        found = super().results(values)
        if self.other == 0:
            message = f"`{self.title()}` divides by 0"
            raise ShapeError("MG311", message, argument="other")
        if found[""].dtype == "bool":
            message = f"`{self.title()}` expects numbers, but got only bool"
            raise ShapeError("MG315", message)
        return found


class FloorDivide(_Quotient):
    """The quotient of two tensors, or of a tensor and a number, rounded down.

    Only of int64, since torch has no gradient for it: `div` and `floor` have one.
    """

    dtypes: ClassVar = ("int64", "bool")
    sign: ClassVar = "//"
    example: ClassVar = "floor_divide: 2"
    example_inputs: ClassVar = (Value((8,), "int64"),)

    def results(self, values: Values) -> dict[str, Value]:
        """Refuse fractions."""
        found = super().results(values)
        if found[""].dtype == "float32":
            message = "`floor_divide` has no gradient for float32"
            raise ShapeError("MG315", message, help="`div` and then `floor` have one")
        return found


class Remainder(_Quotient):
    """The remainder of `floor_divide`, with the sign of the divisor."""

    sign: ClassVar = "%"
    example: ClassVar = "remainder: 2"


class Pow(WithNumber):
    """A tensor to the power of another, or of a number.

    `input` is a number in the place of the first tensor: `pow: {input: 2}` is 2 ** x.
    """

    example: ClassVar = "pow: 2"

    exponent: Number | None = None
    input: Number | None = None

    def results(self, values: Values) -> dict[str, Value]:
        """Refuse negative powers of int64, and bool."""
        found = super().results(values)
        dtype = promoted([value.dtype for value in values])
        if isinstance(self.exponent, int) and self.exponent < 0 and dtype != "float32":
            message = f"`pow` expects float32 with `exponent` {self.exponent}"
            raise ShapeError("MG315", f"{message}, but got {dtype}")
        if len(values) > 1 and dtype == "bool":
            raise ShapeError("MG315", "`pow` expects numbers, but got only bool")
        return found

    def function(self) -> Function:
        """Call the tensor method of the same name, or the function on a number."""
        if self.first is not None:
            return Function("torch.pow", leading=(self.first,))
        return Function(".pow", self.number_argument)


class _Extreme(Operation):
    arity: ClassVar = (2, 2)
    rule: ClassVar = "(N, *), (N, *) → (N, *), by torch's broadcasting"
    example_inputs: ClassVar = (Value((8,)), Value((8,)))

    def results(self, values: Values) -> dict[str, Value]:
        """Broadcast the inputs."""
        found = broadcast(self.title(), values)
        return self.result(found, found.shape)


class Minimum(_Extreme):
    """The smaller element of two tensors; `clamp` takes a number."""

    example: ClassVar = "minimum"


class Maximum(_Extreme):
    """The larger element of two tensors; `clamp` takes a number."""

    example: ClassVar = "maximum"


class Logaddexp(_Extreme):
    """The logarithm of the sum of the exponentials of two tensors."""

    saves_output: ClassVar = "always"
    example: ClassVar = "logaddexp"

    def results(self, values: Values) -> dict[str, Value]:
        """Broadcast the inputs, of which one must be float32."""
        found = super().results(values)
        if found[""].dtype != "float32":
            message = "`logaddexp` expects float32, but got " + found[""].dtype
            raise ShapeError("MG315", message)
        return found


class Atan2(_Extreme):
    """The angle of the point with the second input as x and the first as y."""

    gives: ClassVar = "float32"
    example: ClassVar = "atan2"


class Lerp(Operation):
    """Goes from the first tensor to the second by a weight, a number or a tensor."""

    arity: ClassVar = (2, 3)
    dtypes: ClassVar = FLOAT
    rule: ClassVar = "(N, *), (N, *) → (N, *), by torch's broadcasting"
    example: ClassVar = "lerp: 0.1"
    example_inputs: ClassVar = (Value((8,)), Value((8,)))

    weight: float | None = None

    def results(self, values: Values) -> dict[str, Value]:
        """Broadcast the inputs."""
        if (len(values) > 2) == (self.weight is not None):
            message = "`lerp` expects two tensors and `weight`, or three tensors"
            raise ShapeError("MG314", message)
        return {"": broadcast("lerp", values)}

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function("torch.lerp", () if self.weight is None else (self.weight,))
