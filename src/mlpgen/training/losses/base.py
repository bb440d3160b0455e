"""The base class of losses.

https://docs.pytorch.org/docs/stable/nn.html#loss-functions

Arguments that change the mean over a batch are left out (`reduction`, `size_average`,
`reduce`), because the training script reports means.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from mlpgen.catalogue.component import Expects
from mlpgen.diagnostics.advice import Advice, Argument
from mlpgen.layers.base import Shape, shown
from mlpgen.training.component import Problem, TrainingComponent

Target = Literal["label", "places", "one_hot", "image", "number", "next", "own"]
"""What an output is compared with.

`places` are labels, one for each place of an output: pixels, words. Only custom losses
take whatever the data has (`own`).
"""


Weight = Annotated[float, Field(gt=0, allow_inf_nan=False)]
"""How much a class counts in a loss, relative to others."""
ClassWeights = Annotated[
    Literal["balanced"] | list[Weight] | None,
    Expects("`balanced` or a list of numbers above 0, one for each class"),
]
PosWeight = Annotated[
    Literal["balanced"] | Weight | list[Weight] | None,
    Expects("`balanced`, a number above 0 or a list of them, one for each output"),
]

Taken = Literal[
    "logits", "scores", "log-probabilities", "probabilities", "rates", "numbers"
]
"""What the output of a model has to be.

`logits` are scores that the loss makes probabilities of; `scores` have no scale;
`rates` are not below 0.
"""
OF_LOGITS: tuple[Taken, ...] = ("logits", "scores")
"""What losses take that make probabilities themselves, or need none."""


OF_STEPS = (
    "use one step (`select: last` at a recurrent layer), their mean (`mean: 1`), or "
    "all of them (`Flatten`)"
)
ONE_EACH = "`Flatten` and `Linear` make one value for each class"


class Loss(TrainingComponent):
    """Base of losses between the output and its target.

    Class attributes:
        custom: Whether it is a function of the user.
        call: The function in `torch.nn.functional`.
        takes: What the output has to be.
        itself: What makes probabilities of logits and is part of it, for people.
        unit: Whether targets are between 0 and 1.
        restores: Whether targets may be the input itself.
        soft: Whether targets may be probabilities of classes.
        of_text: Whether it works for each step of a text, each place of an image.
        any_scale: Whether numeric targets may be standardized.
        negative: Whether it may be below 0.
        probabilities: Code that converts the output `{}` to probabilities of classes,
            which are in dimension `{dim}`.
    """

    custom: ClassVar[bool] = False
    call: ClassVar[str] = ""
    takes: ClassVar[Taken] = "numbers"
    itself: ClassVar[str] = ""
    probabilities: ClassVar[str] = "{}"
    unit: ClassVar[bool] = False
    restores: ClassVar[bool] = False
    soft: ClassVar[bool] = False
    any_scale: ClassVar[bool] = False
    negative: ClassVar[bool] = False
    of_text: ClassVar[bool] = False

    @property
    def values(self) -> Taken:
        """What the output has to be, with these arguments."""
        return self.takes

    @property
    def inverse(self) -> str:
        """The function that gives the output the unit of numbers; empty without one."""
        return ""

    def inverted(self, output: str) -> str:
        """Write the output in the unit of numeric targets."""
        return f"{self.inverse}({output})" if self.inverse else output

    def target(self, output: Shape, image: Shape, classes: int) -> Target | Problem:
        """Return what the output is compared with: by default, a label.

        Args:
            output: Shape of the output.
            image: Shape of an example of the data.
            classes: Number of classes of the data.
        """
        del image
        name = type(self).__name__
        if len(output) != 1:
            return Problem(
                "MG401",
                f"`{name}` expects (N, {classes or 'classes'}), but the output is "
                f"{shown(output)}",
                help=OF_STEPS if len(output) == 2 else ONE_EACH,
            )
        if output[0] != classes:
            return Problem(
                "MG404",
                f"the output has {int(output[0])} values, but the data has "
                f"{classes} classes",
                help=Advice(
                    f"give the last layer {classes} outputs",
                    Argument("out_features", classes, "out_features"),
                ),
            )
        return "label"

    def takes_numbers(self, output: Shape) -> bool:
        """Return whether the loss can compare this output with numbers."""
        del output
        return False

    @property
    def class_weights(self) -> Any:
        """The weights of the classes: None, `balanced` or a list."""
        return getattr(self, "weight", None)

    @property
    def positive_weights(self) -> Any:
        """The weights of positive targets: None, `balanced`, a number or a list."""
        return getattr(self, "pos_weight", None)

    def check_weights(self, target: Target, output: Shape, dim: int) -> Problem | None:
        """Check that the weights fit the target and the output.

        Args:
            target: What the output is compared with.
            output: Shape of the output.
            dim: The dimension of the output that tells classes apart.
        """
        name = type(self).__name__
        classes = target in ("label", "one_hot", "places")
        if target == "places":
            output = (output[dim - 1],)
        if self.class_weights is not None and not classes:
            message = f"`weight` of `{name}` is for classes, not for text"
            return Problem("MG406", message, "weight", "leave it out")
        for argument, weights in (
            ("weight", self.class_weights),
            ("pos_weight", self.positive_weights),
        ):
            if weights == "balanced" and target == "number":
                continue
            found = _check_count(argument, weights, classes=classes, output=output)
            if found is not None:
                return found
        return None

    def takes_mixtures(self, target: Target) -> bool:
        """Return whether targets may be mixtures of classes."""
        return target == "one_hot"


def _check_count(
    argument: str, weights: Any, *, classes: bool, output: Shape
) -> Problem | None:
    """Check that there is a weight for each class, or each output."""
    if weights is None or isinstance(weights, float | int):
        return None
    if len(output) != 1:
        message = f"`{argument}` of an output {shown(output)} must be one number"
        return Problem("MG406", message, argument)
    if weights != "balanced" and len(weights) != output[0]:
        what = "classes" if classes else "outputs"
        message = f"`{argument}` has {len(weights)} numbers, but there are "
        message += f"{int(output[0])} {what}"
        help = f"write one number for each of the {what}"
        return Problem("MG404", message, argument, help)
    return None
