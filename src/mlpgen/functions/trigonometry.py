"""Trigonometric and hyperbolic functions, and their inverses."""

from typing import ClassVar

from mlpgen.functions.elementwise import Smooth


class Sin(Smooth):
    """The sine of an angle in radians."""

    example: ClassVar = "sin"


class Cos(Smooth):
    """The cosine of an angle in radians."""

    example: ClassVar = "cos"


class Tan(Smooth):
    """The tangent of an angle in radians."""

    saves_output: ClassVar = "always"
    example: ClassVar = "tan"


class Asin(Smooth):
    """The angle with this sine."""

    example: ClassVar = "asin"


class Acos(Smooth):
    """The angle with this cosine."""

    example: ClassVar = "acos"


class Atan(Smooth):
    """The angle with this tangent."""

    example: ClassVar = "atan"


class Sinh(Smooth):
    """The hyperbolic sine."""

    example: ClassVar = "sinh"


class Cosh(Smooth):
    """The hyperbolic cosine."""

    example: ClassVar = "cosh"


class Asinh(Smooth):
    """The inverse of the hyperbolic sine."""

    example: ClassVar = "asinh"


class Acosh(Smooth):
    """The inverse of the hyperbolic cosine."""

    example: ClassVar = "acosh"


class Atanh(Smooth):
    """The inverse of the hyperbolic tangent."""

    example: ClassVar = "atanh"
