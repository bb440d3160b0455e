"""A Python module of the user: `{module: data.py}`."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from mlpgen.training.data.base import Task, of_tensors
from mlpgen.training.data.user_data import AnyTargets


class Module(AnyTargets):
    """A Python module of the user; its path begins beside the scripts.

    Its function `load` takes the path of `--data-dir` and returns two pairs of tensors,
    features and targets: for training and for the test. For a model with several
    inputs, features are a dict of tensors by the names of the inputs.
    """

    loader: ClassVar = "data_module"
    named_loader: ClassVar = "data_named_module"
    dtypes: ClassVar = ("float32", "int64")
    scalable: ClassVar = True

    module: Annotated[str, Field(min_length=1, description="The Python file.")]

    @property
    def beside(self) -> str:
        """The path of the module."""
        return self.module

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the path and what to learn."""
        return {"path": self.path, **of_tensors(task)}
