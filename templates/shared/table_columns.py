"""What the columns of a table hold: numbers, dates, or categories.

This module needs no torch.
"""

import math
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from table_files import Format, Table, read

if TYPE_CHECKING:
    from polars import Expr, Series

Kind = Literal["numbers", "dates", "categories", "nothing"]
MISSING = (
    *("", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "NULL", "null", "Null", "None"),
    *("none", "<NA>", "#N/A", "?", "-", "--", "."),
)
"""What stands for a missing number or date."""
NO_CATEGORY = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "<NA>", "#N/A")
"""What stands for a missing category; other words of `MISSING` may be one."""
GROUPS = r"'\u2019\s\u00a0\u202f"
"""What separates thousands beside a point or a comma."""
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


ID = re.compile(r"(?:^|[\W_])(?i:id|idx|index|uuid|guid|key|nr|no)$|[a-z]I[Dd]$")
"""Names of ids, such as `id`, `user_id` and `PassengerId`."""


class Column(NamedTuple):
    """A column and what it holds.

    Attributes:
        kind: What most of its values are.
        values: Numbers as Float64, dates as Datetime, categories as String; null is
            missing.
        written: Of numbers the decimal, of dates the pattern.
        odd: The row and text of the first value that is none of the kind.
        note: What was found out that may be otherwise.
    """

    kind: Kind
    values: "Series"
    written: str = ""
    odd: tuple[int, str] | None = None
    note: str = ""

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


def read_table(path: Path, form: Format, texts: Collection[str] = ()) -> Table:
    """Read a table; where the decimal is a comma, a point does not mean a fraction.

    Args:
        path: The file.
        form: What is known of how it is written.
        texts: Columns that stay text, even if they look like numbers.

    Raises:
        TableError: It is no table.
    """
    table = read(path, form, texts)
    comma = form.decimal == "," or (not form.decimal and has_commas(table))
    if comma:
        columns = table.columns
        points = [name for name in columns if has_fractions(columns[name])]
        table = read(path, form, [*texts, *points]) if points else table
    either = (",", ".") if comma or table.format.separator == ";" else (".", ",")
    return table._replace(decimals=(form.decimal,) if form.decimal else either)


def has_commas(table: Table) -> bool:
    """Tell whether a column is numbers only if the decimal is a comma."""
    for values in table.columns.values():
        if not values.dtype.is_float():
            some = with_nulls(values.drop_nulls().head(1000), MISSING)
            point, comma = (known(read_numbers(some, each)) for each in ".,")
            if comma > point and 2 * comma >= known(some):
                return True
    return False


def has_fractions(values: "Series") -> bool:
    """Tell whether a column has numbers that are not whole."""
    return values.dtype.is_float() and not bool((values == values.round()).all())


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


def numbers_of(
    given: "Series", decimals: Sequence[str], *, force: bool = False
) -> Column | None:
    """Read a column as numbers; None if most of its values are none.

    Args:
        given: Texts, null where a value is missing.
        decimals: What may be before a fraction; of those that fit, the first is taken.
        force: Whether it is numbers even if most values are none.
    """
    found = [(read_numbers(given, decimal), decimal) for decimal in decimals]
    values, decimal = min(found, key=lambda each: each[0].null_count())
    there = len(given) - given.null_count()
    if not force and 2 * (len(values) - values.null_count()) < there:
        return None
    notes = []
    if decimal == "," and given.str.contains(",").any():
        notes.append("`,` is the decimal")
    if known(read_numbers(given, decimal, groups="")) < known(values):
        notes.append("thousands are separated")
    note = " and ".join(notes)
    return Column("numbers", values, decimal, odd(given, values), note)


def read_numbers(given: "Series", decimal: str, groups: str = GROUPS) -> "Series":
    """Read texts as Float64; null where one is no number."""
    import polars as pl

    text = pl.col(given.name)
    if groups:
        other = "." if decimal == "," else ","
        rest = rf"(?:{re.escape(decimal)}\d*)?$"
        pattern = rf"^[+-]?\d{{1,3}}(?:[{other}{groups}]\d{{3}})+{rest}"
        plain = text.str.replace_all(rf"[{other}{groups}]", "")
        text = pl.when(text.str.contains(pattern)).then(plain).otherwise(text)
    if decimal == ",":
        strange = text.str.contains(".", literal=True)
        text = pl.when(strange).then(None).otherwise(text.str.replace(",", "."))
    return evaluated(given, text.cast(pl.Float64, strict=False).fill_nan(None))


def dates_of(
    given: "Series", formats: Sequence[str] = DATES, *, force: bool = False
) -> Column | None:
    """Read a column as dates; None if most of its values are none.

    Args:
        given: Texts, null where a value is missing.
        formats: How they may be written.
        force: Whether it is dates even if most values are none.
    """
    some = given.drop_nulls().head(100)
    fits = [each for each in formats if 2 * known(read_dates(some, each)) >= len(some)]
    if not fits and not force:
        return None
    read = {each: read_dates(given, each) for each in fits or formats}
    pattern = max(read, key=lambda each: known(read[each]))
    values = read[pattern]
    same = [each for each in fits if known(read[each]) == known(values)]
    note = ""
    if len(same) > 1 and not read[same[1]].equals(values):
        first = "month" if pattern.startswith("%m") else "day"
        note = f"the {first} is taken to be first in dates"
    return Column("dates", values, pattern, odd(given, values), note)


def read_dates(given: "Series", pattern: str) -> "Series":
    """Read texts as Datetime, to the hour; null where one is no date."""
    import polars as pl

    text = pl.col(given.name)
    date = text.str.extract(TIME, 1).str.strip_chars()
    hour = text.str.extract(TIME, 2).cast(pl.Int64).fill_null(0)
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
    """Return the first row, from 1, and its text where a value could not be read."""
    if given.null_count() == values.null_count():
        return None
    row = int((given.is_not_null() & values.is_null()).arg_true()[0])
    return row + 1, str(given[row])


def suspicion(name: str, column: Column) -> str:
    """Say why a column is likely a mistake, such as an id; empty if it is none."""
    count, values = len(column.values), column.values
    if count < 2 or column.kind in ("nothing", "dates"):
        return ""
    some = values.head(1000)
    if column.kind == "numbers" and 1 < some.n_unique() < len(some):
        return ""  # neither an id nor all the same
    different = values.n_unique()
    if different == 1:
        return "is the same in every row"
    if count < 10:
        return ""
    if column.kind == "numbers":
        alike = all_differ(column) and (counts(values) or bool(ID.search(name)))
        return "has another whole number in every row, as an id" if alike else ""
    unit = unit_of(values)
    if unit:
        return f"has numbers with a unit, such as {unit!r}: they are categories"
    if different == count:
        return "has another category in every row, as an id"
    if 2 * different > count:
        return f"has {different} categories in {count} rows"
    return ""


def all_differ(column: Column) -> bool:
    """Tell whether each row has another whole number."""
    values = column.values
    if column.missing or values.n_unique() < len(values):
        return False
    return bool((values == values.floor()).all())


def may_be_id(column: Column) -> bool:
    """Tell whether a column of numbers may be an id; of a few rows, none is odd."""
    some = column.values.head(1000)
    return len(some) >= 20 and some.n_unique() == len(some) and all_differ(column)


def counts(values: "Series") -> bool:
    """Tell whether different whole numbers are about as many as there can be."""
    least, most = values.min(), values.max()
    return float(most) - float(least) < 2 * len(values)  # type: ignore[arg-type]


def is_wide(name: str, column: Column) -> bool:
    """Tell whether a column is likely an id, or makes too many features."""
    return column.values.n_unique() > 1 and bool(suspicion(name, column))


def unit_of(values: "Series") -> str:
    """Return the first of numbers that are all written with a unit; else nothing."""
    pattern = r"^([^\w.,+-]*)[+-]?\d[\d.,]*([^\d]*)$"
    given = values.drop_nulls()
    if not given.str.contains(pattern).all():
        return ""
    units = [given.str.extract(pattern, group).str.strip_chars() for group in (1, 2)]
    same = all(each.n_unique() == 1 for each in units)
    return str(given[0]) if same and any(each[0] for each in units) else ""


def looks_like_number(text: str) -> bool:
    """Tell whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
