"""A table: `{csv: cars.csv, target: price}`."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from mlpgen.training.data.base import Task
from mlpgen.training.data.user_data import Share, UserData


class Csv(UserData):
    """A table of numbers and categories; one of its columns is the target.

    Numbers are standardized by the training data, categories are one-hot.
    """

    loader: ClassVar = "data_tables"
    example: ClassVar = "table.csv"
    numbers: ClassVar = True
    single: ClassVar = True

    test: Share = 0.2
    csv: Annotated[str, Field(min_length=1, description="The table.")]
    target: Annotated[str, Field(min_length=1, description="The column to learn.")]

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the path and what to learn."""
        return {
            "path": self.path,
            "target": self.target,
            "features": task.shape[0],
            "outputs": task.outputs,
            "result": task.result,
            "unit": task.unit,
            "test": self.test,
        }

    def misfit(self, shape: tuple[int, ...]) -> tuple[str, str]:
        """Check that the shape is (F,)."""
        if len(shape) == 1:
            return "", ""
        message = f"a row of a table has one dimension, but `input` is {[*shape]}"
        return message, "write `input: [features]`"
