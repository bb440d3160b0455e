"""The base class of data sources, and what a model does with their data."""

from typing import Any, ClassVar, Literal, NamedTuple

Meaning = Literal["classes", "probabilities", "numbers", "input"]
"""What targets are: classes, their probabilities, numbers, or the input itself."""


class Task(NamedTuple):
    """What a model does with its data.

    Attributes:
        shape: Shape of one example.
        dtype: Its dtype.
        known: The number of different integers that the model takes, if it is known.
        outputs: The number of classes; 0 if the targets are not classes.
        places: The shape of the classes of one example: () for a single one.
        result: The shape of the output, if the targets are numbers.
        unit: Whether the loss compares with numbers from 0 to 1.
        soft: Whether the targets are probabilities of the classes.
        ignored: The target that the loss ignores, if there is one.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    known: int = 0
    outputs: int = 0
    places: tuple[int, ...] = ()
    result: tuple[int, ...] | None = None
    unit: bool = False
    soft: bool = False
    ignored: int | None = None


class DataSource:
    """A source of data, and the shared module that loads it.

    Class attributes:
        loader: The shared module that loads it.
        example: A file name for the help of `predict`.
        pictures: Whether the examples are images.
        numbers: Whether the targets may be numbers.
        binary: Whether they may be two classes that one number tells apart.
        single: Whether there is one number for each example.
        shaped: Whether targets can have any shape: classes or numbers for each place
            of an output, such as pixels.
        continues: Whether each target is the next element of the example.
        dtypes: The dtypes that an example may have.
        scalable: Whether it can be standardized with a mean and a standard deviation.
        shares: Whether the seed decides which examples are kept for the test.
    """

    loader: ClassVar[str]
    example: ClassVar[str] = "file"
    pictures: ClassVar[bool] = False
    numbers: ClassVar[bool] = False
    binary: ClassVar[bool] = False
    single: ClassVar[bool] = False
    shaped: ClassVar[bool] = False
    continues: ClassVar[bool] = False
    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
    scalable: ClassVar[bool] = False
    shares: ClassVar[bool] = True

    @property
    def beside(self) -> str:
        """The author's file that it needs beside the scripts; empty without one."""
        return ""

    @property
    def meaning(self) -> Meaning | None:
        """What its targets are, if the spec says it."""
        return None

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the keyword arguments of the module's `load` for this data."""
        raise NotImplementedError

    def misfit(self, shape: tuple[int, ...]) -> tuple[str, str]:
        """Say why an example cannot have a shape, and a fix; empty if it can."""
        del shape
        return "", ""


def of_tensors(task: Task) -> dict[str, Any]:
    """Return the arguments of a `load` that is given tensors."""
    names = ("shape", "dtype", "known", "outputs", "places", "result", "unit", "soft")
    found = {name: getattr(task, name) for name in names}
    if task.outputs and task.ignored is not None:
        found["ignored"] = task.ignored
    return found
