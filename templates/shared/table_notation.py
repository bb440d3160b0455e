"""How values are written: what training has found out is all that other tables mean.

A value that is written otherwise is refused, since nobody knows what it stands for.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from data_common import LARGEST_NUMBER, DataError
from table_columns import Column, column_of, dates_as, numbers_as
from table_files import Table
from table_series import with_nulls
from table_text import MISSING

Known = dict[str, Any]
"""What is known of a column, as plain values.

Of numbers and dates mean and deviation and how they are written; categories; of what is
learned the classes, or how its numbers are written.
"""
TOO_LARGE = "is infinite, or too large"
NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?")
"""A number that may be a category."""
YES_AND_NO: tuple[tuple[str | Decimal, str | Decimal], ...] = (
    (Decimal(1), Decimal(0)),
    ("true", "false"),
    ("t", "f"),
    ("yes", "no"),
    ("y", "n"),
    ("on", "off"),
)
"""Words for the same two categories."""


def notation_of(column: Column) -> Known:
    """Tell how the numbers of a column are written, if not as in Python."""
    comma: Known = {"decimal": ","} if column.written == "," else {}
    return comma | ({"thousands": True} if column.thousands else {})


def with_thousands(columns: Collection[Known], said: str) -> None:
    """Let thousands be separated in all columns of a decimal where they are in one.

    They may be anyway if the spec has said what the decimal is.
    """
    found = {each.get("decimal", ".") for each in columns if "thousands" in each}
    for known in columns:
        numbers = known.keys().isdisjoint(("categories", "parts", "classes"))
        if numbers and known.get("decimal", ".") in {*found, said}:
            known["thousands"] = True


def text_columns(about: dict[str, Known]) -> list[str]:
    """Name the columns that are read as texts: all but numbers with a point."""
    keys = ("categories", "parts", "classes", "decimal")
    return [name for name, known in about.items() if not known.keys().isdisjoint(keys)]


def as_known(table: Table, name: str, known: Known) -> Column:
    """Read a column as what is known of it: nothing is guessed anew.

    Raises:
        DataError: A value is none of that.
    """
    values = table.columns[name]
    if "classes" in known:
        return column_of(table, name, text=True)
    if "categories" in known:
        return checked_categories(table, name, known["categories"])
    if values.dtype.is_numeric():
        return checked_columns(name, column_of(table, name), table.lines, "")
    given = with_nulls(values, MISSING)
    if "parts" in known:
        timed = known.get("timed", False)
        column = dates_as(given, known["dates"], timed=timed)
        how = f"written as `{column.written}`{' and a time' if timed else ''}"
    else:
        thousands = known.get("thousands", False)
        column = numbers_as(given, known.get("decimal", "."), thousands=thousands)
        how = f"where `{column.written}` is the decimal"
        how += "" if thousands else " and thousands are not separated"
    return checked_columns(name, column, table.lines, f" as in training, {how}")


def checked_categories(table: Table, name: str, categories: Sequence[str]) -> Column:
    """Read a column as categories; those that are new must not be known ones.

    Raises:
        DataError: One is, in another notation: Red for red, or 1.0 for 1.
    """
    column = column_of(table, name, text=True)
    there = {*categories}
    found = other_words(categories) | {folded(each): each for each in categories}
    for each in column.values.drop_nulls().unique(maintain_order=True):
        if each not in there and folded(each) in found:
            row = int((column.values == each).arg_true()[0])
            raise DataError(
                f"line {table.lines[row]}: {each!r} of {name!r} is another notation of "
                f"{found[folded(each)]!r} in training: write it as there"
            )
    return column


def folded(category: str) -> str | Decimal:
    """Return what categories have in common that people take for the same."""
    if NUMBER.fullmatch(category):
        return Decimal(category)
    return " ".join(unicodedata.normalize("NFC", category).casefold().split())


def other_words(categories: Sequence[str]) -> dict[str | Decimal, str]:
    """Return other words for categories, by them, if these are yes and no."""
    known = {folded(each): each for each in categories if each}
    for pair in YES_AND_NO:
        if known.keys() == {*pair}:
            return {
                word: known[each]
                for words in YES_AND_NO
                for word, each in zip(words, pair, strict=True)
            }
    return {}


def checked_columns(
    name: str, column: Column, lines: Sequence[int], said: str
) -> Column:
    """Refuse a column with values that are none of its kind.

    Args:
        name: Of the column.
        column: The column.
        lines: The lines of the file that its rows begin in.
        said: What else there is to say of such a value.

    Raises:
        DataError: It has one.
    """
    if column.odd is not None:
        row, text = column.odd
        short = text if len(text) <= 40 else f"{text[:37]}..."
        what = "date" if column.kind == "dates" else "number"
        raise DataError(f"line {lines[row]}: {short!r} of {name!r} is no {what}{said}")
    if column.kind == "numbers":
        ends: Any = column.values.min(), column.values.max()
        if any(abs(each or 0) > LARGEST_NUMBER for each in ends):
            row = int((column.values.abs() > LARGEST_NUMBER).arg_true()[0])
            raise DataError(f"line {lines[row]}: {name!r} {TOO_LARGE}")
    return column
