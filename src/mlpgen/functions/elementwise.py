"""Functions of each element by itself: rounding, limits, powers of e, angles."""

from typing import ClassVar

from mlpgen.functions.base import NUMBERS, Number, Pointwise, with_number
from mlpgen.layers.base import Function, ShapeError, Value, Values


class _Plain(Pointwise):
    """Takes numbers of both kinds and leaves them as they are."""

    dtypes: ClassVar[tuple[str, ...]] = NUMBERS

    def function(self) -> Function:
        """The function of the same name."""
        return Function(f"torch.{self.title()}")


class Neg(_Plain):
    """The number with the other sign."""

    example: ClassVar = "neg"

    def function(self) -> Function:
        """The method: a sign before a longer expression would need parentheses."""
        return Function(".neg")


class Abs(_Plain):
    """The number without its sign."""

    example: ClassVar = "abs"


class Floor(_Plain):
    """The next whole number below."""

    example: ClassVar = "floor"


class Ceil(_Plain):
    """The next whole number above."""

    example: ClassVar = "ceil"


class Round(_Plain):
    """The nearest whole number; of two, the even one."""

    example: ClassVar = "round"


class Sign(_Plain):
    """-1, 0 or 1."""

    dtypes: ClassVar = (*NUMBERS, "bool")
    example: ClassVar = "sign"


class Square(Pointwise):
    """The number times itself."""

    example: ClassVar = "square"

    def results(self, values: Values) -> dict[str, Value]:
        """Truth values become whole numbers."""
        value = values[0]
        return {"": value._replace(dtype=with_number(value.dtype, 2))}

    def function(self) -> Function:
        """The function of the same name."""
        return Function("torch.square")


class Clamp(Pointwise):
    """Moves what is below `min` or above `max` there."""

    example: ClassVar = "clamp: {min: 0}"

    min: Number | None = None
    max: Number | None = None

    def results(self, values: Values) -> dict[str, Value]:
        """A limit that is a float makes floats."""
        value = values[0]
        limits = [each for each in (self.min, self.max) if each is not None]
        if not limits:
            raise ShapeError("MG311", "`clamp` takes `min`, `max` or both")
        for limit in limits:
            value = value._replace(dtype=with_number(value.dtype, limit))
        return {"": value}

    def function(self) -> Function:
        """The method of the same name."""
        return Function(".clamp", (), self.arguments())


class Smooth(Pointwise):
    """Always gives floats."""

    gives: ClassVar = "float32"

    def function(self) -> Function:
        """The function of the same name."""
        return Function(f"torch.{self.title()}")


class Exp(Smooth):
    """The exponential, eˣ."""

    saves_output: ClassVar = "always"
    example: ClassVar = "exp"


class Expm1(Smooth):
    """The exponential less 1, exact near 0."""

    saves_output: ClassVar = "always"
    example: ClassVar = "expm1"


class Log(Smooth):
    """The natural logarithm."""

    example: ClassVar = "log"


class Log1p(Smooth):
    """The natural logarithm of 1 + x, exact near 0."""

    example: ClassVar = "log1p"


class Sqrt(Smooth):
    """The square root."""

    saves_output: ClassVar = "always"
    example: ClassVar = "sqrt"


class Rsqrt(Smooth):
    """One divided by the square root."""

    saves_output: ClassVar = "always"
    example: ClassVar = "rsqrt"


class Reciprocal(Smooth):
    """One divided by x."""

    saves_output: ClassVar = "always"
    example: ClassVar = "reciprocal"


class Sin(Smooth):
    """The sine, of radians."""

    example: ClassVar = "sin"


class Cos(Smooth):
    """The cosine, of radians."""

    example: ClassVar = "cos"


class Erf(Smooth):
    """The error function."""

    example: ClassVar = "erf"
