"""Losses of `torch.nn` that fit labels, or the image itself.

Arguments that change how a batch is averaged are left out (`reduction`, `size_average`,
`reduce`), because the training script reports means; so are tensors (`weight`).
https://docs.pytorch.org/docs/stable/nn.html#loss-functions
"""

from math import prod
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mlpgen.component import Expects, PositiveReal, Probability
from mlpgen.layers.base import Shape, shown
from mlpgen.training.base import Part, Problem

Target = Literal["label", "one_hot", "image"]


class Loss(Part):
    """A loss between the first output and its target.

    Class attributes:
        call: The function in `torch.nn.functional`.
        after: Layers that it must follow, if any.
        not_after: Layers that it must not follow, because it does their work itself.
    """

    call: ClassVar[str] = ""
    after: ClassVar[tuple[str, ...]] = ()
    not_after: ClassVar[tuple[str, ...]] = ()

    def target(self, output: Shape, image: Shape, classes: int) -> Target | Problem:
        """Decide what the output is compared with: by default one value a class.

        Args:
            output: Shape of the first output.
            image: Shape of an image of the data.
            classes: How many classes the data has.
        """
        del image
        name = type(self).__name__
        if len(output) != 1:
            return Problem(
                "MG401",
                f"`{name}` takes (N, {classes}), the first output is {shown(output)}",
                help="`Flatten` and `Linear` make one value for each class",
            )
        if output[0] != classes:
            return Problem(
                "MG404",
                f"the first output has {int(output[0])} values, but the data has "
                f"{classes} classes",
                help=f"give the last layer {classes} outputs",
            )
        return "label"

    def values(self, last: str) -> Problem | None:
        """Check that the layer type `last` gives the kind of values it takes."""
        name = type(self).__name__
        if last in self.not_after:
            return Problem(
                "MG402",
                f"`{name}` takes logits, but `{last}` comes last",
                help=f"put the layer before `{last}` first in `outputs`",
            )
        if self.after and last not in self.after:
            options = " or ".join(f"`{each}`" for each in self.after)
            message = f"`{name}` takes what {options} gives, but `{last}` comes last"
            return Problem("MG402", message, help=f"end with {options}")
        return None


class _OfImages(Loss):
    def target(self, output: Shape, image: Shape, classes: int) -> Target | Problem:
        """A value for each pixel: the output restores the input."""
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
            f"`{name}` compares with the input {shown(image)}, but the first output is "
            f"{shown(output)}",
            help=help,
        )


class _OfBoth(_OfImages):
    def target(self, output: Shape, image: Shape, classes: int) -> Target | Problem:
        """One-hot classes, or the image itself."""
        if output == (classes,) and output != image:
            return "one_hot"
        if len(output) == 1 and prod(output) != prod(image):
            return Loss.target(self, output, image, classes)
        return super().target(output, image, classes)


class CrossEntropyLoss(Loss):
    """For classes, from logits."""

    call: ClassVar = "F.cross_entropy"
    example: ClassVar = "CrossEntropyLoss: {label_smoothing: 0.1}"
    not_after: ClassVar = ("Softmax", "LogSoftmax", "Sigmoid", "LogSigmoid", "Softmin")

    ignore_index: int = -100
    label_smoothing: Probability = 0.0


class NLLLoss(Loss):
    """For classes, from logarithms of probabilities."""

    call: ClassVar = "F.nll_loss"
    example: ClassVar = "NLLLoss"
    after: ClassVar = ("LogSoftmax",)

    ignore_index: int = -100


class MultiMarginLoss(Loss):
    """For classes: the right one should lead by a margin."""

    call: ClassVar = "F.multi_margin_loss"
    example: ClassVar = "MultiMarginLoss"

    p: Annotated[int, Field(ge=1, le=2), Expects("1 or 2")] = 1
    margin: float = 1.0


class BCEWithLogitsLoss(_OfBoth):
    """For each class or pixel by itself, from logits."""

    call: ClassVar = "F.binary_cross_entropy_with_logits"
    example: ClassVar = "BCEWithLogitsLoss"
    not_after: ClassVar = ("Softmax", "LogSoftmax", "Sigmoid", "LogSigmoid", "Softmin")


class BCELoss(_OfBoth):
    """For each class or pixel by itself, from probabilities."""

    call: ClassVar = "F.binary_cross_entropy"
    example: ClassVar = "BCELoss"
    after: ClassVar = ("Sigmoid", "Softmax", "Softmin", "Softmax2d", "Hardsigmoid")


class MultiLabelSoftMarginLoss(Loss):
    """For each class by itself, from logits, averaged over the classes."""

    call: ClassVar = "F.multilabel_soft_margin_loss"
    example: ClassVar = "MultiLabelSoftMarginLoss"
    not_after: ClassVar = ("Softmax", "LogSoftmax", "Sigmoid", "LogSigmoid", "Softmin")

    def target(self, output: Shape, image: Shape, classes: int) -> Target | Problem:
        """Labels as one-hot rows."""
        found = super().target(output, image, classes)
        return "one_hot" if found == "label" else found


class MSELoss(_OfImages):
    """The mean squared difference."""

    call: ClassVar = "F.mse_loss"
    example: ClassVar = "MSELoss"


class L1Loss(_OfImages):
    """The mean absolute difference."""

    call: ClassVar = "F.l1_loss"
    example: ClassVar = "L1Loss"


class SmoothL1Loss(_OfImages):
    """Squared below beta, absolute above."""

    call: ClassVar = "F.smooth_l1_loss"
    example: ClassVar = "SmoothL1Loss"

    beta: Annotated[float, Field(ge=0), Expects("a number of at least 0")] = 1.0


class HuberLoss(_OfImages):
    """Squared below delta, delta times the difference above."""

    call: ClassVar = "F.huber_loss"
    example: ClassVar = "HuberLoss: {delta: 0.5}"

    delta: PositiveReal = 1.0


class PoissonNLLLoss(_OfImages):
    """For counts that follow a Poisson distribution."""

    call: ClassVar = "F.poisson_nll_loss"
    example: ClassVar = "PoissonNLLLoss"

    log_input: bool = True
    full: bool = False
    eps: PositiveReal = 1e-08


NAMES = [
    "CrossEntropyLoss",
    "NLLLoss",
    "MultiMarginLoss",
    "BCEWithLogitsLoss",
    "BCELoss",
    "MultiLabelSoftMarginLoss",
    "MSELoss",
    "L1Loss",
    "SmoothL1Loss",
    "HuberLoss",
    "PoissonNLLLoss",
]
_PAIRS = "it compares two outputs or several inputs, which a chain does not have"
REFUSED = {
    "CTCLoss": "it takes sequences of labels",
    "CosineEmbeddingLoss": _PAIRS,
    "GaussianNLLLoss": "it takes a variance as well",
    "HingeEmbeddingLoss": _PAIRS,
    "KLDivLoss": "it takes distributions as targets",
    "MarginRankingLoss": _PAIRS,
    "MultiLabelMarginLoss": "it takes several labels for each example",
    "SoftMarginLoss": "it takes labels of -1 and 1",
    "TripletMarginLoss": _PAIRS,
    "TripletMarginWithDistanceLoss": _PAIRS,
}
