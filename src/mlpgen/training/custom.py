"""Losses and metrics that the user writes: functions in a Python file."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mlpgen.catalogue.component import Expects
from mlpgen.layers.base import Shape
from mlpgen.training.component import Problem, TrainingComponent
from mlpgen.training.losses.base import Loss, Target


class CustomFunction(TrainingComponent):
    """A function of outputs and, if it has one more parameter, of the targets."""

    path: Annotated[str, Field(description="The Python file, such as `losses.py`.")]
    function: Annotated[str, Field(description="The function in that file.")]

    @property
    def module(self) -> str:
        """The module to import: `losses`, `losses.images`."""
        return self.path.removesuffix(".py").replace("/", ".")


class CustomMetric(CustomFunction):
    """A metric: the mean of a batch, or a number for each example."""

    example: ClassVar = "custom: {path: metrics.py, function: dice}"


class CustomLoss(CustomFunction, Loss):
    """A loss: a scalar, the mean of the batch."""

    example: ClassVar = "custom: {path: losses.py, function: elbo}"
    custom: ClassVar = True
    of_text: ClassVar = True
    negative: ClassVar = True
    probabilities: ClassVar = "F.softmax({}, dim={dim})"
    ignore_index: ClassVar = -100

    targets: Annotated[
        Literal["classes", "numbers", "input"] | None,
        Field(description="What the targets are; by default, what fits the output."),
        Expects("`classes`, `numbers` or `input`"),
    ] = None

    def target(self, output: Shape, image: Shape, classes: int) -> Target | Problem:
        """Return what fits the output: the input, labels, or whatever the data has."""
        if self.targets == "input" or (self.targets is None and output == image):
            return "image"
        return "label" if tuple(output) == (classes,) else "own"


class OfProbabilities(CustomLoss):
    """A loss of an output that consists of probabilities."""

    probabilities: ClassVar = "{}"


class OfLogProbabilities(CustomLoss):
    """A loss of an output that consists of log-probabilities."""

    probabilities: ClassVar = "torch.exp({})"
