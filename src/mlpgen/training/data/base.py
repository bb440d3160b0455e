"""What every kind of data says about itself, and of the module that loads it."""

from typing import Any, ClassVar, NamedTuple


class Task(NamedTuple):
    """What a model makes of its data.

    Attributes:
        shape: Of one example.
        dtype: What it holds.
        known: How many different whole numbers the model takes, if that is known.
        outputs: How many classes it tells apart; 0 if the targets are none.
        result: The shape of its output, if the targets are numbers.
        unit: Whether the loss compares with numbers from 0 to 1.
        ignored: The target that the loss leaves out, if there is one.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    known: int = 0
    outputs: int = 0
    result: tuple[int, ...] | None = None
    unit: bool = False
    ignored: int | None = None


class DataSource:
    """A kind of data.

    Class attributes:
        loader: The shared module that loads it.
        example: A file that can be predicted from, for people.
        pictures: Whether the examples are images.
        numbers: Whether the targets may be numbers.
        single: Whether there is one number for each example.
        continues: Whether the targets are what comes next.
        dtypes: What an example may hold.
        scalable: Whether it can be brought from a mean and a deviation.
        shares: Whether the seed says what of it is kept for the test.
    """

    loader: ClassVar[str]
    example: ClassVar[str] = "file"
    pictures: ClassVar[bool] = False
    numbers: ClassVar[bool] = False
    single: ClassVar[bool] = False
    continues: ClassVar[bool] = False
    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
    scalable: ClassVar[bool] = False
    shares: ClassVar[bool] = True

    @property
    def beside(self) -> str:
        """The author's file beside the scripts that it needs; empty without one."""
        return ""

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return what `load` of the module takes of this data, by keyword."""
        raise NotImplementedError

    def misfit(self, shape: tuple[int, ...]) -> tuple[str, str]:
        """Say why an example cannot have a shape, and what helps; empty if it can."""
        del shape
        return "", ""
