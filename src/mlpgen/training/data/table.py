"""A table: `{csv: cars.csv, target: price}`."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from mlpgen.catalogue.component import Expects
from mlpgen.training.data.base import Conflict, Task
from mlpgen.training.data.user_data import UserData, is_encoding

Name = Annotated[str, Field(min_length=1)]
Names = Annotated[list[Name], Expects("a list of names of columns")]


class Csv(UserData):
    """A table of numbers, dates and categories; some of its columns are the target.

    Numbers are standardized by the training data, categories are one-hot, dates become
    year, month and weekday.
    """

    loader: ClassVar = "data_tables"
    example: ClassVar = "table.csv"
    numbers: ClassVar = True
    single: ClassVar = True
    standardizes: ClassVar = True
    numbers_rows: ClassVar = True

    csv: Annotated[Name, Field(description="The table.")]
    target: Annotated[
        Name | Annotated[list[Name], Field(min_length=1)],
        Field(description="The column to learn; of numbers, it can be a list of them."),
        Expects("the name of a column, or a list of names"),
    ]
    test: Annotated[
        Annotated[float, Field(gt=0, lt=1)] | Name,
        Field(
            description="The fraction of the rows that is kept for the test, or the "
            "file of the test."
        ),
        Expects("a number above 0 and below 1, or the path of a table"),
    ] = 0.2
    separator: Annotated[
        Annotated[str, Field(pattern=r"^[\t !#$%&()*,/:;<=>?@\[\\\]^`{|}~]$")] | None,
        Field(description="What separates columns. By default, it is found out."),
        Expects("one character that separates columns"),
    ] = None
    decimal: Annotated[
        Literal[".", ","] | None,
        Field(description="What precedes the fraction of a number."),
        Expects("`.` or `,`"),
    ] = None
    encoding: Annotated[
        Name | None,
        Field(description="The encoding of the text: `cp1252`, `utf-16`."),
        Expects("the name of an encoding"),
    ] = None
    day_first: Annotated[
        bool | None,
        Field(
            description="Whether the day is before the month in dates such as "
            "3/4/2024. By default, it is found out."
        ),
        Expects("`true` or `false`"),
    ] = None
    missing: Annotated[
        Literal["mean", "median", "drop"] | None,
        Field(
            description="What stands for missing numbers: their mean or median. `drop` "
            "leaves the rows out. Missing categories are a category of their own."
        ),
        Expects("`mean`, `median` or `drop`"),
    ] = None
    columns: Annotated[
        Names,
        Field(
            default_factory=list,
            description="The columns to learn from. Default: all others.",
        ),
    ]
    drop: Annotated[
        Names,
        Field(default_factory=list, description="Columns to leave out, such as ids."),
    ]
    categories: Annotated[
        Names,
        Field(
            default_factory=list,
            description="Columns of numbers that are categories, such as `zip`.",
        ),
    ]

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns to learn."""
        return (self.target,) if isinstance(self.target, str) else (*self.target,)

    @property
    def results(self) -> int:
        """How many numbers each example has as its target."""
        return len(self.targets)

    def conflict(self) -> Conflict | None:
        """Return what contradicts itself."""
        for key in ("target", "columns", "drop", "categories"):
            names = self.targets if key == "target" else getattr(self, key)
            twice = [name for name in names if names.count(name) > 1]
            if twice:
                return Conflict(key, f"`{twice[0]}` is listed twice")
            both = [name for name in names if name in self.targets]
            if both and key != "target":
                return Conflict(key, f"`{both[0]}` is the target")
        if self.columns and self.drop:
            help = "list what is left in `columns`"
            return Conflict("drop", "`columns` and `drop` cannot be combined", help)
        strange = [name for name in self.categories if name in self.drop]
        strange += [each for each in self.categories if each not in self.columns]
        if strange and (self.columns or strange[0] in self.drop):
            message = f"`{strange[0]}` is not one of the columns that are learned from"
            return Conflict("categories", message)
        if self.separator and self.separator == self.decimal:
            message = f"`{self.decimal}` cannot separate columns and fractions"
            return Conflict("decimal", message)
        if self.test == self.csv:
            return Conflict("test", "the test would be the training data")
        if self.encoding and not is_encoding(self.encoding):
            help = "such as `utf-8`, `cp1252`, `latin-1` or `utf-16`"
            message = f"there is no encoding `{self.encoding}`"
            return Conflict("encoding", message, help)
        return None

    def arguments(self, task: Task) -> dict[str, Any]:
        """Return the path and what to learn."""
        return {
            "path": self.path,
            "target": self.target,
            "test": self.test,
            "separator": self.separator or "",
            "decimal": self.decimal or "",
            "encoding": self.encoding or "",
            "day_first": self.day_first,
            "missing": self.missing,
            "columns": self.columns or (),
            "drop": self.drop or (),
            "categories": self.categories or (),
            "features": task.shape[0],
            "goal": task.goal,
        }

    def misfit(self, shape: tuple[int, ...]) -> tuple[str, str]:
        """Check that the shape is (F,)."""
        if len(shape) == 1:
            return "", ""
        message = f"a row of a table has one dimension, but `input` is {[*shape]}"
        return message, "write `input: [features]`"
