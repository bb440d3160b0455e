"""What a loss is: https://docs.pytorch.org/docs/stable/nn.html#loss-functions.

Arguments that change how a batch is averaged are left out (`reduction`, `size_average`,
`reduce`), because the training script reports means; so are tensors (`weight`).
"""

from typing import ClassVar, Literal

from mlpgen.layers.base import Shape, shown
from mlpgen.training.component import Problem, TrainingComponent

Target = Literal["label", "one_hot", "image", "number", "next"]


NO_LOGITS = (
    "Softmax",
    "Softmax2d",
    "LogSoftmax",
    "Softmin",
    "Sigmoid",
    "LogSigmoid",
    "Hardsigmoid",
)
"""Layers whose outputs are probabilities or their logarithms."""


OF_STEPS = (
    "take one step (`select: last` at a recurrent layer), their mean (`mean: 1`), or "
    "all of them (`Flatten`)"
)
ONE_EACH = "`Flatten` and `Linear` make one value for each class"


class Loss(TrainingComponent):
    """A loss between the output and its target.

    Class attributes:
        call: The function in `torch.nn.functional`.
        after: Layers that it must follow, if any.
        not_after: Layers that it must not follow, because it does their work itself.
        itself: That work, for people.
        unit: Whether targets lie between 0 and 1.
        of_text: Whether it is for each step of a text.
        probabilities: Code that makes probabilities of classes from the output `{}`.
    """

    call: ClassVar[str] = ""
    after: ClassVar[tuple[str, ...]] = ()
    not_after: ClassVar[tuple[str, ...]] = ()
    itself: ClassVar[str] = ""
    probabilities: ClassVar[str] = "{}"
    unit: ClassVar[bool] = False
    of_text: ClassVar[bool] = False

    def target(self, output: Shape, image: Shape, classes: int) -> Target | Problem:
        """Decide what the output is compared with: by default one value a class.

        Args:
            output: Shape of the output.
            image: Shape of an image of the data.
            classes: How many classes the data has.
        """
        del image
        name = type(self).__name__
        if len(output) != 1:
            return Problem(
                "MG401",
                f"`{name}` takes (N, {classes or 'classes'}), the output is "
                f"{shown(output)}",
                help=OF_STEPS if len(output) == 2 else ONE_EACH,
            )
        if output[0] != classes:
            return Problem(
                "MG404",
                f"the output has {int(output[0])} values, but the data has "
                f"{classes} classes",
                help=f"give the last layer {classes} outputs",
            )
        return "label"

    def values(self, kind: str, last: str) -> Problem | None:
        """Check that a layer gives the kind of values it takes.

        Args:
            kind: What the layer does: `LogSoftmax`.
            last: What the spec calls it: `log_softmax`.
        """
        name = type(self).__name__
        if kind in self.not_after:
            return Problem(
                "MG402",
                f"`{name}` takes logits and applies {self.itself} itself, "
                f"but `{last}` comes last",
                help=f"remove `{last}`, or put the layer before it first in `outputs`",
            )
        if self.after and kind not in self.after:
            options = " or ".join(f"`{each}`" for each in self.after)
            message = f"`{name}` takes what {options} gives, but `{last}` comes last"
            return Problem("MG402", message, help=f"end with {options}")
        return None

    def takes_numbers(self, output: Shape) -> bool:
        """Tell whether it compares an output with numbers, where the data has some."""
        del output
        return False

    def takes_mixtures(self, target: Target) -> bool:
        """Tell whether the target of an example may be a mixture of classes."""
        return target == "one_hot"
