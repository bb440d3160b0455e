"""Data of the user's own that a training script can read: `data: {images: photos}`."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, Field

from mlpgen.component import STRICT, Expects

_Share = Annotated[
    float,
    Field(
        gt=0,
        lt=1,
        description="The share of the examples that is kept for the test, if the data "
        "does not say it.",
    ),
    Expects("a number above 0 and below 1"),
]


class Source(BaseModel):
    """Data of the user's own; relative paths begin in `--data-dir`.

    Class attributes:
        pictures: Whether the examples are images.
        numbers: Whether the targets may be numbers.
        single: Whether there is one number for each example.
        dtypes: What an example may hold.
        scalable: Whether it can be brought from a mean and a deviation.
    """

    model_config = STRICT

    pictures: ClassVar[bool] = False
    numbers: ClassVar[bool] = False
    single: ClassVar[bool] = False
    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
    scalable: ClassVar[bool] = False

    @classmethod
    def kind(cls) -> str:
        """Name the key that says of what kind the data is, and where."""
        return cls.__name__.lower()

    @property
    def path(self) -> str:
        """Where it is."""
        found: str = getattr(self, self.kind())
        return found


class Images(Source):
    """A folder with a folder of images for each class, or with such a `train`, `test`.

    Images of any size are fitted into the input of the model.
    """

    pictures: ClassVar = True
    scalable: ClassVar = True

    test: _Share = 0.2
    images: Annotated[str, Field(min_length=1, description="The folder.")]


class Csv(Source):
    """A table of numbers and categories, one of whose columns is the target.

    Numbers are standardized by the training data, categories are one-hot.
    """

    numbers: ClassVar = True
    single: ClassVar = True

    test: _Share = 0.2
    csv: Annotated[str, Field(min_length=1, description="The table.")]
    target: Annotated[str, Field(min_length=1, description="The column to learn.")]


class Npz(Source):
    """Arrays `x` and `y` of one file of numpy, and perhaps `x_test` and `y_test`."""

    numbers: ClassVar = True
    dtypes: ClassVar = ("float32", "int64")
    scalable: ClassVar = True

    test: _Share = 0.2
    npz: Annotated[str, Field(min_length=1, description="The file of the arrays.")]


class Text(Source):
    """A text: after each character, the model says which one is next.

    An example is as long as the input; `by: lines` makes one of each line.
    """

    dtypes: ClassVar = ("int64",)

    test: _Share = 0.2
    text: Annotated[str, Field(min_length=1, description="The file, in UTF-8.")]
    by: Annotated[
        Literal["characters", "lines"],
        Field(description="Whether it runs on, or each line stands for itself."),
    ] = "characters"


class Module(Source):
    """A module of yours with a function `load`; its path begins beside the scripts.

    It takes the path of `--data-dir` and gives two pairs of tensors, features and
    targets: for training and for the test.
    """

    numbers: ClassVar = True
    dtypes: ClassVar = ("float32", "int64")
    scalable: ClassVar = True

    module: Annotated[str, Field(min_length=1, description="The Python file.")]


SOURCES: dict[str, type[Source]] = {
    each.kind(): each for each in (Images, Csv, Npz, Text, Module)
}
"""Kinds of own data by the key that names them."""
