"""Kinds of the user's data that a script can read: `data: {images: photos}`."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from mlpgen.catalogue.component import STRICT, Expects
from mlpgen.training.data.base import DataSource, Task

_Share = Annotated[
    float,
    Field(
        gt=0,
        lt=1,
        description="The fraction of the examples that is kept for the test, if the "
        "data has no test set.",
    ),
    Expects("a number above 0 and below 1"),
]


class UserData(DataSource, BaseModel):
    """Base of the user's data; relative paths begin in `--data-dir`."""

    model_config = STRICT

    @classmethod
    def kind(cls) -> str:
        """Return the key that names the kind of data and its path."""
        return cls.__name__.lower()

    @property
    def path(self) -> str:
        """The path."""
        found: str = getattr(self, self.kind())
        return found


class Images(UserData):
    """A folder with a folder of images for each class, or with such a `train`, `test`.

    Images of any size are fitted into the input of the model.
    """

    loader: ClassVar = "data_images"
    example: ClassVar = "drawn.png"
    pictures: ClassVar = True
    binary: ClassVar = True
    scalable: ClassVar = True

    test: _Share = 0.2
    images: Annotated[str, Field(min_length=1, description="The folder.")]

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the path and what images become."""
        found = {"path": self.path, "shape": task.shape, "outputs": task.outputs}
        return {**found, "result": task.result, "test": self.test}

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


class Csv(UserData):
    """A table of numbers and categories; one of its columns is the target.

    Numbers are standardized by the training data, categories are one-hot.
    """

    loader: ClassVar = "data_tables"
    example: ClassVar = "table.csv"
    numbers: ClassVar = True
    single: ClassVar = True

    test: _Share = 0.2
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


class Npz(UserData):
    """Arrays `x` and `y` in a NumPy file, optionally with `x_test` and `y_test`."""

    loader: ClassVar = "data_arrays"
    example: ClassVar = "arrays.npz"
    numbers: ClassVar = True
    dtypes: ClassVar = ("float32", "int64")
    scalable: ClassVar = True

    test: _Share = 0.2
    npz: Annotated[str, Field(min_length=1, description="The file of the arrays.")]

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the path and what to learn."""
        return {"path": self.path, **_of_tensors(task), "test": self.test}


class Text(UserData):
    """A text; the model predicts the next character after each one.

    An example is as long as the input; `by: lines` makes one of each line.
    """

    loader: ClassVar = "data_text"
    example: ClassVar = "beginning.txt"
    continues: ClassVar = True
    dtypes: ClassVar = ("int64",)

    test: _Share = 0.2
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


class Module(UserData):
    """A Python module of the user; its path begins beside the scripts.

    Its function `load` takes the path of `--data-dir` and returns two pairs of tensors,
    features and targets: for training and for the test.
    """

    loader: ClassVar = "data_module"
    numbers: ClassVar = True
    dtypes: ClassVar = ("float32", "int64")
    scalable: ClassVar = True
    shares: ClassVar = False

    module: Annotated[str, Field(min_length=1, description="The Python file.")]

    @property
    def beside(self) -> str:
        """The path of the module."""
        return self.module

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the path and what to learn."""
        return {"path": self.path, **_of_tensors(task)}


def _of_tensors(task: Task) -> dict[str, Any]:
    names = ("shape", "dtype", "known", "outputs", "result", "unit")
    return {name: getattr(task, name) for name in names}


USER_DATA: dict[str, type[UserData]] = {
    each.kind(): each for each in (Images, Csv, Npz, Text, Module)
}
"""Kinds of the user's data, by their key in a spec."""
