"""Texts in a column of a CSV file, and what else is in their rows."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from data_common import DataError, named, readable
from text_files import read_text

TABLE_ENDINGS = (".csv", ".tsv")
SEPARATORS = (",", ";", "\t", "|")
LARGEST = 2**31 - 1
"""The most characters of one value."""


class Column(NamedTuple):
    """Some columns of a table.

    Attributes:
        values: Of each row, those of the columns.
        separator: What stands between values.
    """

    values: list[tuple[str, ...]]
    separator: str


def read_columns(
    path: Path, names: Sequence[str], separator: str = "", encoding: str = ""
) -> Column:
    """Read columns of a table, whose first line names them.

    Args:
        path: The file.
        names: The columns; without any, the only one that the table has.
        separator: What stands between values; without it, what fits the names.
        encoding: Of the file; without it, as it says itself, else UTF-8.

    Raises:
        DataError: It is no table, or has no such columns.
    """
    text = read_text(path, encoding).lstrip("\n")
    if not text.strip():
        raise DataError(f"{path} is empty")
    separator = separator or _separator(text, names)
    csv.field_size_limit(LARGEST)
    with readable(path, "is no table"):
        lines = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
        header = [each.strip() for each in next(lines)]
        rows = [row for row in lines if row]
    places = [_place(path, header, name) for name in names or _only(path, header)]
    if not rows:
        raise DataError(f"{path} has no rows below a line of names")
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            raise DataError(
                f"{path}, row {number}: it has {len(row)} values, the line of names "
                f"has {len(header)}; a text with {separator!r} in it stands in quotes"
            )
    values = [tuple(row[place].strip() for place in places) for row in rows]
    return Column(values, separator)


def _separator(text: str, names: Sequence[str]) -> str:
    """Return what parts the first line into the names, and at least into most."""
    line = next(line for line in text.split("\n") if line.strip())

    def fit(separator: str) -> tuple[int, int]:
        found = [each.strip() for each in next(csv.reader([line], delimiter=separator))]
        return sum(name in found for name in names), len(found)

    return max(SEPARATORS, key=fit)


def _place(path: Path, header: list[str], name: str) -> int:
    """Return the place of a column."""
    if header.count(name) == 1:
        return header.index(name)
    if name in header:
        raise DataError(f"{path} has {header.count(name)} columns {name!r}")
    raise DataError(f"{path} has no column {name!r}, only {named(header)}")


def _only(path: Path, header: list[str]) -> list[str]:
    """Return the only column of a table."""
    if len(header) > 1:
        raise DataError(
            f"{path} has {len(header)} columns, {named(header)}: the model has learned "
            "from files, and a table for it has one column"
        )
    return header
