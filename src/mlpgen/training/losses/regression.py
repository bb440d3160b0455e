"""Losses that compare the output with numbers, images or one-hot classes."""

from math import prod
from typing import Annotated, ClassVar

from pydantic import Field

from mlpgen.catalogue.component import Expects, PositiveReal
from mlpgen.layers.base import Shape, shown
from mlpgen.training.component import Problem
from mlpgen.training.losses.base import (
    OF_STEPS,
    ONE_EACH,
    Loss,
    PosWeight,
    Taken,
    Target,
)


class OfImages(Loss):
    """Base of losses that compare images or numbers."""

    restores: ClassVar = True

    def takes_numbers(self, output: Shape) -> bool:
        """Return true: any numbers."""
        del output
        return True

    def target(self, output: Shape, image: Shape, classes: int) -> Target | Problem:
        """Compare each pixel: the output must reconstruct the input."""
        name = type(self).__name__
        if output == image:
            return "image"
        help = "the output of an autoencoder has the shape of its input"
        if output == (classes,):
            help = "for classes, use `CrossEntropyLoss`"
        elif prod(output) == prod(image):
            sizes = ", ".join(str(size) for size in image)
            help = f"end with `Unflatten: {{dim: 1, unflattened_size: [{sizes}]}}`"
        return Problem(
            "MG401",
            f"`{name}` compares with the input {shown(image)}, but the output is "
            f"{shown(output)}",
            help=help,
        )


class OfBoth(OfImages):
    """Base of losses that compare images or one-hot classes."""

    unit: ClassVar = True

    def takes_numbers(self, output: Shape) -> bool:
        """Accept one number from 0 to 1; several values are classes."""
        return prod(output) == 1

    def target(self, output: Shape, image: Shape, classes: int) -> Target | Problem:
        """Return one-hot classes, or the image itself."""
        if output == (classes,) and output != image:
            return "one_hot"
        if len(output) == 1 and prod(output) != prod(image):
            return Loss.target(self, output, image, classes)
        found = super().target(output, image, classes)
        if isinstance(found, str) or prod(output) == prod(image):
            return found
        name = type(self).__name__
        return Problem(
            "MG401",
            f"`{name}` compares with one value for each class or with the input "
            f"{shown(image)}, but the output is {shown(output)}",
            help=OF_STEPS if len(output) == 2 else ONE_EACH,
        )


class BCEWithLogitsLoss(OfBoth):
    """Binary cross-entropy for each class or pixel, from logits."""

    call: ClassVar = "F.binary_cross_entropy_with_logits"
    example: ClassVar = "BCEWithLogitsLoss"
    takes: ClassVar = "logits"
    itself: ClassVar = "a sigmoid"
    probabilities: ClassVar = "torch.sigmoid({})"

    pos_weight: PosWeight = None

    @property
    def inverse(self) -> str:
        """The function that makes chances of logits."""
        return "torch.sigmoid"


class BCELoss(OfBoth):
    """Binary cross-entropy for each class or pixel, from probabilities."""

    call: ClassVar = "F.binary_cross_entropy"
    example: ClassVar = "BCELoss"
    takes: ClassVar = "probabilities"


class MSELoss(OfImages):
    """Mean squared error."""

    call: ClassVar = "F.mse_loss"
    any_scale: ClassVar = True
    example: ClassVar = "MSELoss"


class L1Loss(OfImages):
    """Mean absolute error."""

    call: ClassVar = "F.l1_loss"
    any_scale: ClassVar = True
    example: ClassVar = "L1Loss"


class SmoothL1Loss(OfImages):
    """Squared error where it is below `beta`, else absolute error."""

    call: ClassVar = "F.smooth_l1_loss"
    any_scale: ClassVar = True
    example: ClassVar = "SmoothL1Loss"

    beta: Annotated[float, Field(ge=0), Expects("a number of at least 0")] = 1.0


class HuberLoss(OfImages):
    """Squared error where it is below `delta`, else `delta` times absolute error."""

    call: ClassVar = "F.huber_loss"
    any_scale: ClassVar = True
    example: ClassVar = "HuberLoss: {delta: 0.5}"

    delta: PositiveReal = 1.0


class PoissonNLLLoss(OfImages):
    """Negative log-likelihood of counts with a Poisson distribution."""

    call: ClassVar = "F.poisson_nll_loss"
    example: ClassVar = "PoissonNLLLoss"
    negative: ClassVar = True

    log_input: bool = True
    full: bool = False
    eps: PositiveReal = 1e-08

    @property
    def values(self) -> Taken:
        """What the output has to be: without `log_input`, positive."""
        return "numbers" if self.log_input else "rates"

    @property
    def inverse(self) -> str:
        """The function that makes expected counts of their logarithms."""
        return "torch.exp" if self.log_input else ""
