"""Functions of each element: rounding, limits, exponentials and others."""

from typing import ClassVar

from mlpgen.catalogue.component import PositiveReal
from mlpgen.functions.base import NUMBERS, Number, Pointwise, with_number
from mlpgen.layers.base import ShapeError, Value, Values


class _Plain(Pointwise):
    """Base of functions that keep the dtype of numbers."""

    dtypes: ClassVar[tuple[str, ...]] = NUMBERS


class Neg(_Plain):
    """The negative."""

    call: ClassVar = ".neg"  # a sign before a longer expression needs parentheses
    example: ClassVar = "neg"


class Abs(_Plain):
    """The absolute value."""

    example: ClassVar = "abs"


class Floor(_Plain):
    """Rounds down."""

    example: ClassVar = "floor"


class Ceil(_Plain):
    """Rounds up."""

    example: ClassVar = "ceil"


class Round(_Plain):
    """Rounds to the nearest whole number; halves to the even one."""

    example: ClassVar = "round"


class Trunc(_Plain):
    """Removes the fractional part: rounds towards 0."""

    example: ClassVar = "trunc"


class Sign(_Plain):
    """-1, 0 or 1."""

    dtypes: ClassVar = (*NUMBERS, "bool")
    example: ClassVar = "sign"


class Square(Pointwise):
    """The square."""

    example: ClassVar = "square"

    def results(self, values: Values) -> dict[str, Value]:
        """Convert bool to int64."""
        value = values[0]
        return {"": value._replace(dtype=with_number(value.dtype, 2))}


class Clamp(Pointwise):
    """Clamps to the range from `min` to `max`."""

    call: ClassVar = ".clamp"
    example: ClassVar = "clamp: {min: 0}"

    min: Number | None = None
    max: Number | None = None

    def results(self, values: Values) -> dict[str, Value]:
        """Convert to float32 if a limit is a float."""
        value = values[0]
        limits = [each for each in (self.min, self.max) if each is not None]
        if not limits:
            raise ShapeError("MG311", "`clamp` expects `min`, `max` or both")
        for limit in limits:
            value = value._replace(dtype=with_number(value.dtype, limit))
        return {"": value}


class Smooth(Pointwise):
    """Base of functions that always return float32."""

    gives: ClassVar = "float32"


class Exp(Smooth):
    """The exponential, exp(x)."""

    saves_output: ClassVar = "always"
    example: ClassVar = "exp"


class Expm1(Smooth):
    """exp(x) - 1, exact near 0."""

    saves_output: ClassVar = "always"
    example: ClassVar = "expm1"


class Log(Smooth):
    """The natural logarithm."""

    example: ClassVar = "log"


class Log1p(Smooth):
    """log(1 + x), exact near 0."""

    example: ClassVar = "log1p"


class Exp2(Smooth):
    """2 to the power of x."""

    saves_output: ClassVar = "always"
    example: ClassVar = "exp2"


class Log2(Smooth):
    """The logarithm to base 2."""

    example: ClassVar = "log2"


class Log10(Smooth):
    """The logarithm to base 10."""

    example: ClassVar = "log10"


class Sqrt(Smooth):
    """The square root."""

    saves_output: ClassVar = "always"
    example: ClassVar = "sqrt"


class Rsqrt(Smooth):
    """The reciprocal of the square root."""

    saves_output: ClassVar = "always"
    example: ClassVar = "rsqrt"


class Reciprocal(Smooth):
    """The reciprocal, 1 / x."""

    saves_output: ClassVar = "always"
    example: ClassVar = "reciprocal"


class Erf(Smooth):
    """The error function."""

    example: ClassVar = "erf"


class Detach(Pointwise):
    """The same values, through which no gradient flows back."""

    arranges: ClassVar = True
    returns_input: ClassVar = "always"
    page: ClassVar = "Tensor.detach"
    call: ClassVar = ".detach"
    example: ClassVar = "detach"


class Erfc(Smooth):
    """1 - erf(x), exact for large x."""

    example: ClassVar = "erfc"


class Erfinv(Smooth):
    """The inverse of the error function."""

    saves_output: ClassVar = "always"
    example: ClassVar = "erfinv"


class Logit(Smooth):
    """The inverse of the logistic function; `eps` keeps its input from 0 and 1."""

    example: ClassVar = "logit: 0.001"

    eps: PositiveReal | None = None


class Sinc(Smooth):
    """sin(πx) / πx, which is 1 at 0."""

    example: ClassVar = "sinc"


class NanToNum(Pointwise):
    """Replaces NaN by a number, and infinity by the largest one or another."""

    example: ClassVar = "nan_to_num: 0.0"

    nan: float = 0.0
    posinf: float | None = None
    neginf: float | None = None


class Isnan(Pointwise):
    """True where the input is not a number."""

    gives: ClassVar = "bool"
    example: ClassVar = "isnan"


class Isfinite(Pointwise):
    """True where the input is neither infinite nor NaN."""

    gives: ClassVar = "bool"
    example: ClassVar = "isfinite"
