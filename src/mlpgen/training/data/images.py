"""Folders of images: `{images: photos}`."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from mlpgen.training.data.base import Task
from mlpgen.training.data.user_data import Share, UserData


class Images(UserData):
    """A folder with a folder of images for each class, or with such a `train`, `test`.

    Images of any size become those of the input, as `fit` says.
    """

    loader: ClassVar = "data_images"
    example: ClassVar = "drawn.png"
    pictures: ClassVar = True
    binary: ClassVar = True
    scalable: ClassVar = True

    test: Share = 0.2
    images: Annotated[str, Field(min_length=1, description="The folder.")]

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the path and what images become."""
        found = {name: getattr(task, name) for name in ("fit", "shape", "goal")}
        return {"path": self.path, "test": self.test, **found}

    def misfit(self, shape: tuple[int, ...]) -> tuple[str, str]:
        """Check that the shape is (C, H, W), gray or RGB."""
        if len(shape) != len(("channels", "height", "width")):
            return (
                f"images have channels, height and width, but `input` is {[*shape]}",
                "write `input: [3, 64, 64]`",
            )
        if shape[0] not in (1, 3):
            return f"images have 1 or 3 channels, but `input` is {[*shape]}", ""
        return "", ""
