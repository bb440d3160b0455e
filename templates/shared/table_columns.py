"""What the columns of a table hold: numbers, dates, or categories.

This module needs no torch.
"""

import math
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from table_files import Format, Table, read
from table_text import MISSING, NO_CATEGORY

if TYPE_CHECKING:
    from polars import Expr, Series

Kind = Literal["numbers", "dates", "categories", "nothing"]
GROUPS = r"'\u2019\s\u00a0\u202f"
"""What separates thousands beside a point or a comma; nothing else does it mean."""
PARTS = ("year", "month", "weekday")
"""What a date becomes; Monday is 1. One with a time has an hour too."""
DATES = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"),
    *("%d.%m.%y", "%d.%m.%Y", "%m/%d/%y", "%m/%d/%Y", "%d/%m/%y", "%d/%m/%Y"),
    *("%d-%m-%y", "%d-%m-%Y", "%m-%d-%y", "%m-%d-%Y"),
    *("%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%d. %B %Y"),
    *("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y"),
)
"""How dates are written; of several that fit, the first is taken."""
TIME = r"^(.*?)(?:[T\s,]+(\d{1,2}):\d{2}(?::\d{2})?(?:[.,]\d+)?\s*([AaPp][Mm])?.*)?$"
"""A date, and perhaps a time: its hour, and whether that is in the afternoon."""


class Column(NamedTuple):
    """A column and what it holds.

    Attributes:
        kind: What most of its values are.
        values: Numbers as Float64, dates as Datetime, categories as String; null is
            missing.
        written: Of numbers the decimal, of dates the pattern.
        odd: The row, from 0, and text of the first value that is none of the kind.
        note: What was found out that may be otherwise.
        thousands: Whether the other one of point and comma separates thousands.
        timed: Whether each date has a time.
    """

    kind: Kind
    values: "Series"
    written: str = ""
    odd: tuple[int, str] | None = None
    note: str = ""
    thousands: bool = False
    timed: bool = False

    @property
    def missing(self) -> int:
        """The number of rows without a value."""
        return self.values.null_count()

    @property
    def categories(self) -> list[str]:
        """The categories that are there, sorted; an empty one for missing values."""
        return sorted(self.values.fill_null("").unique().to_list())

    @property
    def parts(self) -> tuple[str, ...]:
        """What the dates become."""
        timed = self.values.dt.hour().max()
        return (*PARTS, "hour") if timed else PARTS


def read_table(
    path: Path,
    form: Format,
    texts: Collection[str] = (),
    names: Collection[str] = (),
) -> Table:
    """Read a table, and find out whether a comma or a point is the decimal.

    Args:
        path: The file.
        form: What is known of how it is written.
        texts: Columns that stay text, even if they look like numbers.
        names: Columns that should be there.

    Raises:
        TableError: It is no table.
    """
    table = read(path, form, texts, names)
    if form.decimal:
        return table._replace(decimals=(form.decimal,))
    if not has_commas(table):
        return table
    table = read(path, form._replace(decimal=","), texts, names)
    return table._replace(decimals=(",", "."))


def has_commas(table: Table) -> bool:
    """Tell whether a column is numbers only if the decimal is a comma.

    Where semicolons separate columns it is enough that it may be.
    """
    for values in table.columns.values():
        if values.dtype.is_float():
            continue
        some = with_nulls(values.drop_nulls().head(1000), MISSING)
        point, comma = (known(read_numbers(some, each)) for each in ".,")
        likely = comma > point or (comma == point and table.separator == ";")
        if likely and 2 * comma >= known(some) and some.str.contains(",").any():
            return True
    return False


def column_of(table: Table, name: str, *, text: bool = False) -> Column:
    """Find out what a column of a table holds.

    Args:
        table: The table.
        name: Of the column.
        text: Whether it is categories, whatever it looks like.
    """
    values = table.columns[name]
    if text:
        return Column("categories", words(values))
    if values.dtype.is_float():
        return Column("numbers", without_nan(values.rechunk()), ".")
    given = with_nulls(values, MISSING)
    if given.null_count() == len(given):
        return Column("nothing", given)
    return (
        numbers_of(given, table.decimals)
        or dates_of(given)
        or Column("categories", words(values))
    )


def numbers_of(given: "Series", decimals: Sequence[str]) -> Column | None:
    """Read a column as numbers; None if most of its values are none.

    Args:
        given: Texts, null where a value is missing.
        decimals: What may be before a fraction; of those that fit, the first is taken.
    """
    found = [(read_numbers(given, decimal), decimal) for decimal in decimals]
    values, decimal = min(found, key=lambda each: each[0].null_count())
    if 2 * known(values) < known(given):
        return None
    notes = []
    if decimal == "," and given.str.contains(",").any():
        notes.append("`,` is the decimal")
    thousands = False
    if known(read_numbers(given, decimal, groups="")) < known(values):
        notes.append("thousands are separated")
        other = "." if decimal == "," else ","
        thousands = bool(given.str.contains(other, literal=True).any())
    note = " and ".join(notes)
    return Column("numbers", values, decimal, odd(given, values), note, thousands)


def numbers_as(given: "Series", decimal: str, *, thousands: bool) -> Column:
    """Read a column as numbers that are written as others were.

    Args:
        given: Texts, null where a value is missing.
        decimal: What is before a fraction.
        thousands: Whether the other one of point and comma separated thousands; if not,
            1,234 may be another number than here, and is odd.
    """
    values = read_numbers(given, decimal)
    if not thousands:
        other = r"\." if decimal == "," else ","
        either = given.str.contains(rf"^[+-]?\d{{1,3}}{other}\d{{3}}$")
        values = values.set(either.fill_null(value=False), None)
    return Column("numbers", values, decimal, odd(given, values))


def read_numbers(given: "Series", decimal: str, groups: str = GROUPS) -> "Series":
    """Read texts as Float64; null where one is no number."""
    import polars as pl

    text = pl.col(given.name)
    if groups:
        other = "." if decimal == "," else ","
        rest = rf"(?:{re.escape(decimal)}\d*)?$"
        pattern = rf"^[+-]?[1-9]\d{{0,2}}(?:[{other}{groups}]\d{{3}})+{rest}"
        plain = text.str.replace_all(rf"[{other}{groups}]", "")
        text = pl.when(text.str.contains(pattern)).then(plain).otherwise(text)
    if decimal == ",":
        strange = text.str.contains(".", literal=True)
        text = pl.when(strange).then(None).otherwise(text.str.replace(",", "."))
    return evaluated(given, text.cast(pl.Float64, strict=False).fill_nan(None))


def dates_of(given: "Series") -> Column | None:
    """Read a column as dates; None if most of its values are none.

    Args:
        given: Texts, null where a value is missing.
    """
    some = given.drop_nulls().head(100)
    fits = [each for each in DATES if 2 * known(read_dates(some, each)) >= len(some)]
    if not fits:
        return None
    read = {each: read_dates(given, each) for each in fits}
    pattern = max(read, key=lambda each: known(read[each]))
    same = [each for each in fits if known(read[each]) == known(read[pattern])]
    note = ""
    if len(same) > 1 and not read[same[1]].equals(read[pattern]):
        first = "month" if pattern.startswith("%m") else "day"
        note = f"the {first} is taken to be first in dates"
    return dates_as(given, pattern)._replace(note=note)


def dates_as(given: "Series", pattern: str, *, timed: bool = False) -> Column:
    """Read a column as dates that are written in one way.

    Args:
        given: Texts, null where a value is missing.
        pattern: How they are written.
        timed: Whether those without a time are odd.
    """
    values = read_dates(given, pattern)
    times = given.str.extract(TIME, 2).is_not_null()
    if timed:
        values = values.set(~times, None)
    every = bool((times | given.is_null()).all())
    return Column("dates", values, pattern, odd(given, values), timed=every)


def read_dates(given: "Series", pattern: str) -> "Series":
    """Read texts as Datetime, to the hour; null where one is no date."""
    import polars as pl

    text = pl.col(given.name)
    date = text.str.extract(TIME, 1).str.strip_chars()
    hour = text.str.extract(TIME, 2).cast(pl.Int64).fill_null(0)
    hour = pl.when(hour <= 24).then(hour)
    half = text.str.extract(TIME, 3).str.to_lowercase()
    hour = pl.when(half.is_not_null()).then(hour % 12).otherwise(hour)
    hour = hour + pl.when(half == "pm").then(12).otherwise(0)
    day = date.str.to_date(pattern, strict=False)
    if "%Y" in pattern:  # polars takes 24 for a year of four digits
        day = pl.when(day.dt.year() >= 1000).then(day)
    return evaluated(given, day.cast(pl.Datetime) + pl.duration(hours=hour))


def part_of(values: "Series", part: str) -> "Series":
    """Return a part of dates as Float64."""
    import polars as pl

    found: Series = getattr(values.dt, part)()
    return found.cast(pl.Float64)


def without_nan(values: "Series") -> "Series":
    """Return numbers with null in the place of NaN; they are not copied without one."""
    return values.fill_nan(None) if math.isnan(values.sum()) else values


def words(values: "Series") -> "Series":
    """Read a column as categories; null where one is missing."""
    import polars as pl

    return with_nulls(values.cast(pl.String), NO_CATEGORY)


def with_nulls(values: "Series", missing: Sequence[str]) -> "Series":
    """Return texts without space around them; null in the place of some of them."""
    import polars as pl

    text = pl.col(values.name).str.strip_chars()
    return evaluated(values, pl.when(text.is_in([*missing])).then(None).otherwise(text))


def evaluated(values: "Series", expression: "Expr") -> "Series":
    """Compute something of a column."""
    return values.to_frame().select(expression.alias(values.name)).to_series()


def known(values: "Series") -> int:
    """Count the values that are there."""
    return len(values) - values.null_count()


def odd(given: "Series", values: "Series") -> tuple[int, str] | None:
    """Return the first row, from 0, and its text where a value could not be read."""
    if given.null_count() == values.null_count():
        return None
    row = int((given.is_not_null() & values.is_null()).arg_true()[0])
    return row, str(given[row])


def looks_like_number(text: str) -> bool:
    """Tell whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
