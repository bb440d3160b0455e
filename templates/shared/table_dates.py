"""Dates in the columns of tables: how they are written, and what they become.

This module needs no torch.
"""

import re
from typing import TYPE_CHECKING

from table_series import evaluated, known, with_nulls
from table_text import MISSING

if TYPE_CHECKING:
    from polars import DataFrame, Expr, Series

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
ZONE = r"Z|[+-]\d{2}(?::?\d{2})?|[A-Z]{3,5}(?:[+-]\d{1,2}(?::?\d{2})?)?|[A-Z]\w+/\w+"
"""A time zone: `Z`, `+05:00`, `UTC`, `Europe/Berlin`."""
TIME = (
    r"^(.*?)(?:[T\s,]+(\d{1,2}):[0-5]\d(?::[0-5]\d)?(?:[.,]\d+)?\s*([AaPp][Mm])?"
    rf"(?:\s*(?:Uhr|h))?\s*\[?({ZONE})?\]?)?$"
)
"""A date, and perhaps a time: its hour, whether that is in the afternoon, its zone."""
LONGEST = 200
"""Bytes of a date: longer texts are none, and to search them in each way takes long."""


def fitting(given: "Series") -> list[str]:
    """Name the ways of writing dates that fit half of the first values, or more.

    Args:
        given: Texts, null where a value is missing.
    """
    some = given.drop_nulls().head(100)
    found = _days_and_hours(some).select(_read(way).count().alias(way) for way in DATES)
    counts = found.row(0, named=True)
    return [each for each in DATES if 2 * counts[each] >= len(some)]


def best_pattern(given: "Series", day_first: bool | None) -> tuple[str, str]:
    """Say how most of a column's dates are written, and what may be otherwise.

    Args:
        given: Texts, null where a value is missing.
        day_first: Whether the day is before the month; None if nobody has said it.

    Returns:
        The pattern, which is empty if they are no dates; and a note.
    """
    fits = fitting(given)
    if not fits:
        return "", ""
    read = {each: read_dates(given, each) for each in fits}
    pattern = max(read, key=lambda each: known(read[each]))
    if day_first is not None:
        return turned(pattern, day_first=day_first), ""
    same = [each for each in fits if known(read[each]) == known(read[pattern])]
    if len(same) < 2 or read[same[1]].equals(read[pattern]):
        return pattern, ""
    if pattern.startswith("%m"):
        first, line = "month", "`day_first: true` takes the day"
    else:
        first, line = "day", "`day_first: false` takes the month"
    return pattern, f"the {first} is taken to be first in dates, {line}"


def turned(pattern: str, *, day_first: bool) -> str:
    """Put the day before the month, or behind it, where both are numbers."""
    one, two = "dm" if day_first else "md"
    return re.sub(r"^%[dm]([/.-])%[dm]", rf"%{one}\1%{two}", pattern)


def read_dates(given: "Series", pattern: str) -> "Series":
    """Read texts as Datetime, to the hour; null where one is no date.

    A day has 24 hours; 24:00 is the next one's 0:00.
    """
    return _days_and_hours(given).select(_read(pattern).alias(given.name)).to_series()


def _days_and_hours(given: "Series") -> "DataFrame":
    """Split texts into `day`, a text, and `hour`, a number; null where there is none.

    This takes longer than to read the days, which may be tried in many ways.
    """
    import polars as pl

    text = pl.col(given.name)
    text = pl.when(text.str.len_bytes() <= LONGEST).then(text)
    hour = text.str.extract(TIME, 2).cast(pl.Int64).fill_null(0)
    half = text.str.extract(TIME, 3).str.to_lowercase()
    midnight = text.str.contains(r"[T\s,]24:00(?::00)?(?:[.,]0+)?(?:\D|$)")
    hour = pl.when((hour < 24) | midnight).then(hour)
    hour = pl.when(half.is_not_null()).then(hour % 12).otherwise(hour)
    hour = hour + pl.when(half == "pm").then(12).otherwise(0)
    day = text.str.extract(TIME, 1).str.strip_chars()
    return given.to_frame().select(day=day, hour=hour)


def _read(pattern: str) -> "Expr":
    """Read `day` in a way, with its `hour`, as Datetime."""
    import polars as pl

    day = pl.col("day").str.to_date(pattern, strict=False)
    if "%Y" in pattern:  # polars takes 24 for a year of four digits
        day = pl.when(day.dt.year() >= 1000).then(day)
    return day.cast(pl.Datetime) + pl.duration(hours=pl.col("hour"))


def zones_of(given: "Series") -> list[str]:
    """Name the time zones of dates, in the order of their first rows."""
    import polars as pl

    found = evaluated(given, pl.col(given.name).str.extract(TIME, 4))
    return [*found.drop_nulls().unique(maintain_order=True)]


def hold_dates(values: "Series") -> bool:
    """Tell whether all values of a column are dates; missing ones may be there."""
    import polars as pl

    if values.dtype != pl.String:
        return False
    given = with_nulls(values, MISSING)
    pattern, _ = best_pattern(given, None)
    return bool(pattern) and known(read_dates(given, pattern)) == known(given) > 0


def part_of(values: "Series", part: str) -> "Series":
    """Return a part of dates as Float64."""
    import polars as pl

    found: Series = getattr(values.dt, part)()
    return found.cast(pl.Float64)
