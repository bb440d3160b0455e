"""Arrays of NumPy: `{npz: arrays.npz}`."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from mlpgen.training.data.base import Input, Task, of_tensors
from mlpgen.training.data.user_data import AnyTargets, Share


class Npz(AnyTargets):
    """Arrays `x` and `y` in a NumPy file, optionally with `x_test` and `y_test`.

    A model with several inputs takes arrays of their names in the place of `x`.
    """

    loader: ClassVar = "data_arrays"
    named_loader: ClassVar = "data_named_arrays"
    example: ClassVar = "arrays.npz"
    dtypes: ClassVar = ("float32", "int64")
    scalable: ClassVar = True

    test: Share = 0.2
    npz: Annotated[str, Field(min_length=1, description="The file of the arrays.")]

    def refuses(self, inputs: Sequence[Input]) -> tuple[str, str]:
        """Refuse inputs whose arrays are those of something else."""
        names = {each.name for each in inputs}
        taken = {"y", "y_test", *(f"{name}_test" for name in names)} & names
        if not taken:
            return "", ""
        name = min(taken)
        what = "the targets" if name[0] == "y" else f"the test of `{name[:-5]}`"
        return f"`{name}` is the array of {what}: an input cannot have its name", ""

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the path and what to learn."""
        return {"path": self.path, "test": self.test, **of_tensors(task)}
