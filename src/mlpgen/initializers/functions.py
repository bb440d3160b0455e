"""The functions of torch.nn.init: https://docs.pytorch.org/docs/stable/nn.init.html."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mlpgen.catalogue.component import (
    Component,
    Expects,
    NonNegativeReal,
    Positive,
    Probability,
)

Shape = tuple[int, ...]
Nonlinearity = Literal[
    "linear",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "selu",
]
Slope = Annotated[float, Field(ge=0), Expects("a number of at least 0")]


class Initializer(Component):
    """One function of torch.nn.init; its class has the name in CamelCase.

    Class attributes:
        dimensions: How many dimensions a tensor must have: the fewest and the most.
    """

    dimensions: ClassVar[tuple[int, int]] = (1, 9)

    def refuses(self, shape: Shape) -> str:
        """Say why a tensor of this shape cannot be filled; empty if it can."""
        fewest, most = self.dimensions
        if fewest <= len(shape) <= most:
            return ""
        wanted = f"{fewest}" if fewest == most else f"at least {fewest}"
        if fewest != most and most < 9:
            wanted = f"{fewest} to {most}"
        return f"needs {wanted} dimensions, and {[int(size) for size in shape]} has "


class Uniform(Initializer):
    """Numbers between a and b, all equally likely."""

    a: float = 0.0
    b: float = 1.0

    def refuses(self, shape: Shape) -> str:
        """The bounds must be in order."""
        del shape
        return "" if self.a <= self.b else "needs an `a` that is not above `b`"


class Normal(Initializer):
    """Numbers of a normal distribution."""

    mean: float = 0.0
    std: NonNegativeReal = 1.0


class TruncNormal(Initializer):
    """Numbers of a normal distribution, drawn again outside of a and b."""

    mean: float = 0.0
    std: Annotated[float, Field(gt=0), Expects("a number above 0")] = 1.0
    a: float = -2.0
    b: float = 2.0

    def refuses(self, shape: Shape) -> str:
        """The bounds must be in order."""
        del shape
        return "" if self.a < self.b else "needs an `a` below `b`"


class Constant(Initializer):
    """One number everywhere."""

    val: float


class Ones(Initializer):
    """One everywhere."""


class Zeros(Initializer):
    """Zero everywhere."""


class Eye(Initializer):
    """The identity matrix."""

    dimensions: ClassVar = (2, 2)


class Dirac(Initializer):
    """A convolution that passes as many channels through as it can."""

    dimensions: ClassVar = (3, 5)
    groups: Positive = 1

    def refuses(self, shape: Shape) -> str:
        """The groups must divide the channels."""
        reason = super().refuses(shape)
        if not reason and shape[0] % self.groups:
            reason = f"needs `groups` that divide {int(shape[0])}"
        return reason


class XavierUniform(Initializer):
    """Uniform numbers that keep the variance (Glorot and Bengio, 2010)."""

    dimensions: ClassVar = (2, 9)
    gain: float = 1.0


class XavierNormal(XavierUniform):
    """Normal numbers that keep the variance (Glorot and Bengio, 2010)."""


class KaimingUniform(Initializer):
    """Uniform numbers that keep the variance before a ReLU (He et al., 2015)."""

    dimensions: ClassVar = (2, 9)
    a: Slope = 0.0
    mode: Literal["fan_in", "fan_out"] = "fan_in"
    nonlinearity: Nonlinearity = "leaky_relu"


class KaimingNormal(KaimingUniform):
    """Normal numbers that keep the variance before a ReLU (He et al., 2015)."""


class Orthogonal(Initializer):
    """A matrix whose rows (or columns) are orthogonal (Saxe et al., 2013)."""

    dimensions: ClassVar = (2, 9)
    gain: float = 1.0


class Sparse(Initializer):
    """Columns that are mostly zero (Martens, 2010)."""

    dimensions: ClassVar = (2, 2)
    sparsity: Probability
    std: NonNegativeReal = 0.01
