"""Arrays of NumPy: `{npz: arrays.npz}`."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from mlpgen.training.data.base import Task, of_tensors
from mlpgen.training.data.user_data import AnyTargets, Share


class Npz(AnyTargets):
    """Arrays `x` and `y` in a NumPy file, optionally with `x_test` and `y_test`."""

    loader: ClassVar = "data_arrays"
    example: ClassVar = "arrays.npz"
    dtypes: ClassVar = ("float32", "int64")
    scalable: ClassVar = True

    test: Share = 0.2
    npz: Annotated[str, Field(min_length=1, description="The file of the arrays.")]

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the path and what to learn."""
        return {"path": self.path, **of_tensors(task), "test": self.test}
