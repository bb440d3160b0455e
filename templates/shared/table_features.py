"""The columns of a table as features: numbers standardized, categories one-hot."""

import re
import unicodedata
import warnings
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from data_common import DataError, named
from table_columns import (
    Column,
    column_of,
    dates_as,
    numbers_as,
    part_of,
    with_nulls,
)
from table_files import Table
from table_text import MISSING

if TYPE_CHECKING:
    from polars import Series

Known = dict[str, Any]
"""What is known of a column, as plain values.

Of numbers and dates mean and deviation and how they are written; categories; of what is
learned the classes, or how its numbers are written.
"""
TOO_LARGE = "is infinite, or too large"
LARGEST_NUMBER = torch.finfo(torch.float32).max
NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?$")
"""A number that may be a category."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: columns are short, and sums do not depend on threads."""
    count = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(count)


def learned_columns(
    name: str, column: Column, train: Tensor, missing: str | None
) -> Known:
    """Find out what is to be known of a column, by the rows that are trained on.

    Args:
        name: Of the column.
        column: All of it. Its categories are those of all rows, so that the width does
            not depend on how they are parted; those that are not trained on are 0.
        train: The places of the rows that are trained on, int64 (N,).
        missing: What stands for missing numbers: their "mean" or "median"; else they
            are none.
    """
    if column.kind == "categories":
        known: Known = {"categories": column.categories}
        seen = {*column.values.gather(train.tolist()).fill_null("").to_list()}
        strange = [each for each in known["categories"] if each not in seen]
        return known | ({"unseen": strange} if strange else {})
    if column.kind == "dates":
        parts = {
            part: of_numbers(part, column, train, missing) for part in column.parts
        }
        timed = column.timed and "hour" in parts
        known = {"dates": column.written, "parts": parts}
        return known | ({"timed": True} if timed else {})
    return of_numbers(name, column, train, missing) | notation_of(column)


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


def of_numbers(name: str, column: Column, train: Tensor, missing: str | None) -> Known:
    """Return mean and deviation of numbers, or of a part of dates."""
    values = tensor_of(values_of_part(column, name))[train]
    there = values[~values.isnan()] if column.missing else values
    if not len(there):
        raise DataError(f"{name!r} is missing in all rows that are trained on: drop it")
    known: Known = {}
    if missing in ("mean", "median"):
        known["missing"] = (there.mean() if missing == "mean" else median(there)).item()
        values = values.nan_to_num(known["missing"])
    mean, std = values.mean(), values.std(correction=0)
    return {"mean": mean.item(), "std": std.item() or 1.0, **known}


def median(values: Tensor) -> Tensor:
    """Return the median, of an even number the mean of both in the middle."""
    return values.quantile(0.5) if len(values) < 2**24 else values.median()


def values_of_part(column: Column, part: str) -> "Series":
    """Return a column of numbers, or a part of its dates."""
    if column.kind == "dates":
        return part_of(column.values, part)
    return column.values


def tensor_of(values: "Series") -> Tensor:
    """Return numbers as float64 (N,), not to be written to; missing ones are NaN."""
    with warnings.catch_warnings(action="ignore"):  # nothing is copied
        found: Tensor = torch.from_numpy(values.to_numpy())
    return found


def width_of(known: Known) -> int:
    """Return how many features a column makes."""
    if "categories" in known:
        return len(known["categories"])
    return len(known.get("parts", "1"))


def encoded_columns(
    name: str, column: Column, known: Known, lines: Sequence[int]
) -> Tensor:
    """Return the features of a column, float32 (N, F).

    Args:
        name: Of the column.
        column: The column.
        known: What is known of it.
        lines: The lines of the file that its rows begin in.

    Raises:
        DataError: A number is missing, or too large.
    """
    if "categories" in known:
        return one_hot(column.values, known)
    parts = known.get("parts", {name: known})
    found = [standardized(values_of_part(column, part), parts[part]) for part in parts]
    values = torch.stack(found, dim=1) if len(found) > 1 else found[0].unsqueeze(1)
    if not values.isfinite().all():
        row = int((~values.isfinite()).any(dim=1).nonzero()[0])
        fault = "is missing" if column.values[row] is None else TOO_LARGE
        raise DataError(f"line {lines[row]}: {name!r} {fault}")
    return values


def standardized(values: "Series", known: Known) -> Tensor:
    """Bring numbers from their mean and deviation to 0 and 1, float32 (N,)."""
    found = tensor_of(values)
    if "missing" in known:
        found = found.nan_to_num(known["missing"], torch.inf, -torch.inf)
    mean, std = float(known["mean"]), float(known["std"])
    return ((found - mean) / std).float()


def one_hot(values: "Series", known: Known) -> Tensor:
    """Return a 1 in the place of each row's category; of a new one, all are 0."""
    rows = places(values, known)
    found = torch.zeros(len(rows), len(known["categories"]))
    there = (rows >= 0).nonzero().flatten()
    found[there, rows[there]] = 1.0
    return found


def places(values: "Series", known: Known) -> Tensor:
    """Return the place of each row's category, int64 (N,); -1 if it is new."""
    unseen = known.get("unseen", ())
    found = {
        category: -1 if category in unseen else place
        for place, category in enumerate(known["categories"])
    }
    return torch.tensor([found.get(each or "", -1) for each in values.to_list()])


def unseen_categories(columns: dict[str, Column], about: dict[str, Known]) -> list[str]:
    """Say which categories were not trained on, and in how many rows, a line each."""
    lines = []
    for name, known in about.items():
        if "categories" not in known or not len(columns[name].values):
            continue
        values = columns[name].values
        new = values.filter((places(values, known) < 0).tolist()).fill_null("")
        if len(new):
            rows = "1 row" if len(new) == 1 else f"{len(new):,} rows"
            which = named(repr(each) for each in new.unique(maintain_order=True))
            lines.append(f"{name}: {which} in {rows}, not seen in training: all zeros")
    return lines


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
    if values.dtype.is_float():
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
    there, found = {*categories}, {folded(each): each for each in categories}
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
    if NUMBER.match(category):
        return Decimal(category)
    return " ".join(unicodedata.normalize("NFC", category).casefold().split())


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
        large = column.values.abs() > LARGEST_NUMBER
        if large.any():
            row = int(large.arg_true()[0])
            raise DataError(f"line {lines[row]}: {name!r} {TOO_LARGE}")
    return column
