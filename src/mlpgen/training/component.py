"""The base class of what a training is made of."""

from typing import ClassVar, NamedTuple

from mlpgen.catalogue.component import Component


class Problem(NamedTuple):
    """Why a component does not fit, in the user's words."""

    code: str
    message: str
    argument: str | None = None
    help: str = ""


class TrainingComponent(Component):
    """Base of optimizers, schedulers, losses and augmentations.

    Class attributes:
        example: The component as a spec has it.
    """

    example: ClassVar[str] = ""

    def check(self) -> Problem | None:
        """Return what torch would refuse about the arguments as a whole."""
        return None
