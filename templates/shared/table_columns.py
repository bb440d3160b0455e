"""What the columns of a table hold: numbers, dates, or categories.

This module needs no torch.
"""

import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from table_dates import PARTS, TIME, best_pattern, part_of, read_dates, zones_of
from table_files import Format, Table, read
from table_numbers import code_in, doubt_of, read_numbers
from table_series import known, odd, with_nulls
from table_text import MISSING, NO_CATEGORY

if TYPE_CHECKING:
    from polars import Series

Kind = Literal["numbers", "dates", "categories", "nothing"]


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
        code: The first of its numbers that begins with a zero, as codes do.
    """

    kind: Kind
    values: "Series"
    written: str = ""
    odd: tuple[int, str] | None = None
    note: str = ""
    thousands: bool = False
    timed: bool = False
    code: str = ""

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
        if values.dtype.is_numeric():
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
    if values.dtype.is_numeric():
        return Column("numbers", without_nan(doubles(values)), ".")
    given = with_nulls(values, MISSING)
    if given.null_count() == len(given):
        return Column("nothing", given)
    return (
        numbers_of(given, table.decimals, table.separator)
        or dates_of(given, table.day_first)
        or Column("categories", words(values))
    )


def numbers_of(
    given: "Series", decimals: Sequence[str], separator: str = ","
) -> Column | None:
    """Read a column as numbers; None if most of its values are none.

    Args:
        given: Texts, null where a value is missing.
        decimals: What may be before a fraction; of those that fit, the first is taken.
        separator: What is between the columns of the table.
    """
    doubt = doubt_of(given) if len(decimals) > 1 else None
    usual = decimals[0]
    if doubt:
        decimals = (doubt.decimal(usual),)
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
    note = doubt.note(decimal, usual, separator) if doubt else " and ".join(notes)
    column = Column("numbers", values, decimal, odd(given, values), note, thousands)
    return column._replace(code=code_in(given))


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


def dates_of(given: "Series", day_first: bool | None = None) -> Column | None:
    """Read a column as dates; None if most of its values are none.

    Args:
        given: Texts, null where a value is missing.
        day_first: Whether the day is before the month; None if nobody has said it.
    """
    pattern, note = best_pattern(given, day_first)
    if not pattern:
        return None
    zones = zones_of(given)
    ignored = f"time zones of dates are ignored, here {', '.join(zones[:5])}"
    notes = [note] if note else []
    notes += [ignored] if zones else []
    return dates_as(given, pattern)._replace(note="; ".join(notes))


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


def values_of_part(column: Column, part: str) -> "Series":
    """Return a column of numbers, or a part of its dates."""
    if column.kind == "dates":
        return part_of(column.values, part)
    return column.values


def doubles(values: "Series") -> "Series":
    """Return numbers as Float64, in one piece."""
    import polars as pl

    return values.cast(pl.Float64).rechunk()


def without_nan(values: "Series") -> "Series":
    """Return numbers with null in the place of NaN; they are not copied without one."""
    return values.fill_nan(None) if math.isnan(values.sum()) else values


def words(values: "Series") -> "Series":
    """Read a column as categories; null where one is missing."""
    import polars as pl

    return with_nulls(values.cast(pl.String), NO_CATEGORY)


def looks_like_number(text: str) -> bool:
    """Tell whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
