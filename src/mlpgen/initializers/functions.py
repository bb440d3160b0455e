"""Functions of torch.nn.init: https://docs.pytorch.org/docs/stable/nn.init.html."""

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
    """A function of torch.nn.init; the class has its name in CamelCase.

    Class attributes:
        dimensions: The fewest and the most dimensions of a tensor.
    """

    dimensions: ClassVar[tuple[int, int]] = (0, 9)

    def refuses(self, shape: Shape) -> str:
        """Say why it cannot fill a tensor of this shape; empty if it can."""
        fewest, most = self.dimensions
        if fewest <= len(shape) <= most:
            return ""
        wanted = f"{fewest}" if fewest == most else f"at least {fewest}"
        if fewest != most and most < 9:
            wanted = f"{fewest} to {most}"
        return f"needs {wanted} dimensions, but {[int(size) for size in shape]} has "


class Uniform(Initializer):
    """Samples from the uniform distribution between `a` and `b`."""

    a: float = 0.0
    b: float = 1.0

    def refuses(self, shape: Shape) -> str:
        """Check that `a` is not above `b`."""
        del shape
        return "" if self.a <= self.b else "needs an `a` that is not above `b`"


class Normal(Initializer):
    """Samples from a normal distribution."""

    mean: float = 0.0
    std: NonNegativeReal = 1.0


class TruncNormal(Initializer):
    """Samples from a normal distribution, truncated to the range from `a` to `b`."""

    mean: float = 0.0
    std: Annotated[float, Field(gt=0), Expects("a number above 0")] = 1.0
    a: float = -2.0
    b: float = 2.0

    def refuses(self, shape: Shape) -> str:
        """Check that `a` is below `b`."""
        del shape
        return "" if self.a < self.b else "needs an `a` below `b`"


class Constant(Initializer):
    """Fills with one value."""

    val: float


class Ones(Initializer):
    """Fills with ones."""


class Zeros(Initializer):
    """Fills with zeros."""


class Eye(Initializer):
    """The identity matrix."""

    dimensions: ClassVar = (2, 2)


class Dirac(Initializer):
    """A convolution that passes through as many channels as it can."""

    dimensions: ClassVar = (3, 5)
    groups: Positive = 1

    def refuses(self, shape: Shape) -> str:
        """Check that `groups` divides the channels."""
        reason = super().refuses(shape)
        if not reason and shape[0] % self.groups:
            reason = f"needs `groups` that divide {int(shape[0])}"
        return reason


class XavierUniform(Initializer):
    """Xavier initialization, uniform (Glorot and Bengio, 2010)."""

    dimensions: ClassVar = (2, 9)
    gain: float = 1.0


class XavierNormal(XavierUniform):
    """Xavier initialization, normal (Glorot and Bengio, 2010)."""


class KaimingUniform(Initializer):
    """Kaiming initialization, uniform (He et al., 2015)."""

    dimensions: ClassVar = (2, 9)
    a: Slope = 0.0
    mode: Literal["fan_in", "fan_out"] = "fan_in"
    nonlinearity: Nonlinearity = "leaky_relu"


class KaimingNormal(KaimingUniform):
    """Kaiming initialization, normal (He et al., 2015)."""


class Orthogonal(Initializer):
    """A (semi-)orthogonal matrix (Saxe et al., 2013)."""

    dimensions: ClassVar = (2, 9)
    gain: float = 1.0


class Sparse(Initializer):
    """A sparse matrix: a fraction of each column is zero (Martens, 2010)."""

    dimensions: ClassVar = (2, 2)
    sparsity: Probability
    std: NonNegativeReal = 0.01
