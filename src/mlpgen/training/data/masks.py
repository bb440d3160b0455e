"""Images and masks: `{images: photos, masks: masks}`."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from mlpgen.training.data.base import Task
from mlpgen.training.data.images import Images


class Masks(Images):
    """A folder of images, and one of masks: a class or a number for each pixel.

    A mask has the name of its image, and is in the same place.
    """

    loader: ClassVar = "data_masks"
    binary: ClassVar = False
    numbers: ClassVar = True
    shaped: ClassVar = True
    paired: ClassVar = True

    masks: Annotated[str, Field(min_length=1, description="The folder of the masks.")]

    @property
    def path(self) -> str:
        """The folder of the images."""
        return self.images

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the paths and what images and masks become."""
        return {"path": self.path, "masks": self.masks, **super().arguments(task)}
