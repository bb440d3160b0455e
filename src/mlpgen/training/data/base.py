"""The base class of data sources, and what a model does with their data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Meaning = Literal["classes", "probabilities", "numbers", "input"]
"""What targets are: classes, their probabilities, numbers, or the input itself."""


class Input(NamedTuple):
    """What a model takes, by the name that it has.

    Attributes:
        name: The name.
        shape: Shape of one example.
        dtype: Its dtype.
        known: The number of different integers that the model takes, if it is known.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"
    known: int = 0


Fit = Literal["resize", "crop", "pad"]
"""How images of another size become those of the input."""


class Goal(NamedTuple):
    """What the loss compares with: the class of this name in the shared modules.

    Attributes:
        classes: The number of classes; 0 if the targets are not classes.
        places: The shape of the classes of one example: () for a single one.
        numbers: The shape of the output, if the targets are numbers.
        unit: Whether the loss compares with numbers from 0 to 1.
        standardize: Whether targets that are numbers are standardized.
        soft: Whether the targets are probabilities of the classes.
        ignored: The class that the loss ignores.
    """

    classes: int = 0
    places: tuple[int, ...] = ()
    numbers: tuple[int, ...] | None = None
    unit: bool = False
    standardize: bool = False
    soft: bool = False
    ignored: int = -100


class Task(NamedTuple):
    """What a model does with its data.

    Attributes:
        shape: Shape of one example.
        goal: What the loss compares with.
        dtype: The dtype of an example.
        known: The number of different integers that the model takes, if it is known.
        ignored: The target that the loss ignores, if there is one.
        inputs: The inputs of a model with several; `shape`, `dtype` and `known` are of
            the first one.
        restored: The name of the one that the model restores, if it does.
        fit: How images of another size become those of the input.
        last_step: Whether the model looks at the last step of a text.
    """

    shape: tuple[int, ...]
    goal: Goal
    dtype: str = "float32"
    known: int = 0
    ignored: int | None = None
    inputs: tuple[Input, ...] = ()
    restored: str = ""
    fit: Fit = "resize"
    last_step: bool = False


class Conflict(NamedTuple):
    """A key of a data source that contradicts another one.

    Attributes:
        key: The key.
        message: What is wrong.
        help: A fix; empty without one.
    """

    key: str
    message: str
    help: str = ""


class DataSource:
    """A source of data, and the shared module that loads it.

    Class attributes:
        loader: The shared module that loads it.
        named_loader: The one that loads several inputs by name; empty if the data has
            one input.
        example: A file name for the help of `predict`.
        pictures: Whether the examples are images.
        paired: Whether the targets are images too, pixel by pixel.
        numbers: Whether the targets may be numbers.
        binary: Whether they may be two classes that one number tells apart.
        single: Whether there are `results` numbers for each example.
        shaped: Whether targets can have any shape: classes or numbers for each place
            of an output, such as pixels.
        continues: Whether each target is the next element of the example.
        dtypes: The dtypes that an example may have.
        named_dtypes: Those that an input of several may have.
        scalable: Whether it can be standardized with a mean and a standard deviation.
        standardizes: Whether it can standardize targets that are numbers.
        single_texts: Whether each example is a text of its own.
        numbers_rows: Whether its loader numbers the rows of a file to predict for,
            some of which may be left out.
        metrics: What is measured without being asked for, besides the loss and the
            accuracy of classes.
    """

    loader: ClassVar[str]
    named_loader: ClassVar[str] = ""
    example: ClassVar[str] = "file"
    pictures: ClassVar[bool] = False
    paired: ClassVar[bool] = False
    numbers: ClassVar[bool] = False
    binary: ClassVar[bool] = False
    single: ClassVar[bool] = False
    shaped: ClassVar[bool] = False
    continues: ClassVar[bool] = False
    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
    named_dtypes: ClassVar[tuple[str, ...]] = ("float32", "int64", "bool")
    scalable: ClassVar[bool] = False
    standardizes: ClassVar[bool] = False
    single_texts: ClassVar[bool] = False
    numbers_rows: ClassVar[bool] = False
    metrics: ClassVar[tuple[str, ...]] = ()

    @property
    def results(self) -> int:
        """How many numbers each example has as its target, if it is `single`."""
        return 1

    @property
    def share(self) -> float:
        """The share of the examples that the seed keeps for the test; 0 for none."""
        test = getattr(self, "test", None)  # it may also be the file of the test
        return test if isinstance(test, float) else 0.0

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

    def refuses(self, inputs: Sequence[Input]) -> tuple[str, str]:
        """Say why a model cannot have several inputs, and a fix; empty if it can."""
        if self.named_loader:
            return "", ""
        names = ", ".join(f"`{each.name}`" for each in inputs)
        message = f"this data gives one input, but the model has {len(inputs)}: {names}"
        return message, "`npz` and `module` give several inputs, by their names"

    def conflict(self) -> Conflict | None:
        """Return a key that contradicts another one."""
        return None

    def misfit(self, shape: tuple[int, ...]) -> tuple[str, str]:
        """Say why an example cannot have a shape, and a fix; empty if it can."""
        del shape
        return "", ""


def of_tensors(task: Task) -> dict[str, Any]:
    """Return the arguments of a `load` that is given tensors.

    They say what the model takes, of several inputs by their names, and its goal.
    """
    if not task.inputs:
        names = ("shape", "dtype", "known", "goal")
        return {name: getattr(task, name) for name in names}
    inputs = {each.name: each for each in task.inputs}
    return {"inputs": inputs, "goal": task.goal, "restored": task.restored}
