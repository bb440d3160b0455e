"""What the parts of a training share."""

from typing import ClassVar, NamedTuple

from mlpgen.catalogue.component import Component


class Problem(NamedTuple):
    """Why a part of the training does not fit, in the user's words."""

    code: str
    message: str
    argument: str | None = None
    help: str = ""


class TrainingComponent(Component):
    """An optimizer, a scheduler or a loss.

    Class attributes:
        example: How a spec names it.
    """

    example: ClassVar[str] = ""

    def check(self) -> Problem | None:
        """Return what torch would refuse about its arguments together."""
        return None
