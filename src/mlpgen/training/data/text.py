"""A text: `{text: book.txt}`."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from mlpgen.training.data.base import Task
from mlpgen.training.data.user_data import Share, UserData


class Text(UserData):
    """A text; the model predicts the next character after each one.

    An example is as long as the input; `by: lines` makes one of each line.
    """

    loader: ClassVar = "data_text"
    example: ClassVar = "beginning.txt"
    continues: ClassVar = True
    dtypes: ClassVar = ("int64",)

    test: Share = 0.2
    text: Annotated[str, Field(min_length=1, description="The file, in UTF-8.")]
    by: Annotated[
        Literal["characters", "lines"],
        Field(
            description="Whether the text is continuous, or each line is an example."
        ),
    ] = "characters"

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the path and the length of an example."""
        return {
            "path": self.path,
            "length": task.shape[0],
            "vocabulary": min(task.outputs, task.known or task.outputs),
            "padding": task.ignored if self.by == "lines" else None,
            "test": self.test,
        }

    def misfit(self, shape: tuple[int, ...]) -> tuple[str, str]:
        """Check that the shape is (L,)."""
        if len(shape) == 1:
            return "", ""
        return f"a text has one dimension, but `input` is {[*shape]}", ""
