"""Texts in a column of a CSV file, and what else is in their rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from data_common import DataError, named
from errors import note
from file_errors import readable
from table_text import NO_CATEGORY, TableError, named_rows, open_table

TABLE_ENDINGS = (".csv", ".tsv")


class TextColumns(NamedTuple):
    """Some columns of a table.

    Attributes:
        values: Of each row, those of the columns.
        numbers: The place of each row below the line of names, from 1; empty ones,
            which are left out, count too.
        separator: What stands between values.
    """

    values: list[tuple[str, ...]]
    numbers: list[int]
    separator: str


def read_columns(
    path: Path, names: Sequence[str], separator: str = "", encoding: str = ""
) -> TextColumns:
    """Read columns of a table, whose first line names them, as other tables are read.

    Args:
        path: The file.
        names: The columns, that of the texts first; without any, the only one that the
            table has. Where others have what stands for a missing value they are empty.
        separator: What stands between values; found out if it is empty.
        encoding: Of the file; found out if it is empty.

    Raises:
        DataError: It is no table, or has no such columns.
    """
    with readable(path, "is no table"):
        try:
            content = open_table(path, separator, encoding, names)
            header, rows, numbers, empty = named_rows(content)
        except TableError as error:
            raise DataError(str(error)) from None
    if content.encoding and not encoding:
        note(f"{path}: it is read as {content.encoding}")
    if empty:
        note(f"{path}: {empty} empty {'row is' if empty == 1 else 'rows are'} left out")
    places = [_place(path, header, name) for name in names or _only(path, header)]
    if not rows:
        raise DataError(f"{path} has no rows below a line of names")
    values = [tuple(row[place].strip() for place in places) for row in rows]
    return TextColumns(
        [(text, *map(_known, more)) for text, *more in values],
        numbers,
        content.separator,
    )


def read_texts(
    path: Path, names: list[str], separator: str, encoding: str
) -> list[str]:
    """Read the texts of a table, as `read_columns` does; empty ones are left out.

    Raises:
        DataError: It is no table, or has no texts.
    """
    found = read_columns(path, names, separator, encoding)
    pairs = zip(found.numbers, found.values, strict=True)
    empty = [number for number, (text,) in pairs if not text]
    if len(empty) == len(found.values):
        raise DataError(f"{path} has no texts")
    if empty:
        said = (
            f"{len(empty):,} of {len(found.values):,} rows without a text are left out"
        )
        note(f"{path}: {said}: row {named(empty)}")
    return [text for (text,) in found.values if text]


def numbers_of_texts(
    path: Path, names: list[str], separator: str, encoding: str
) -> list[int]:
    """Number the rows whose texts `read_texts` reads, from 1, and say nothing."""
    table = named_rows(open_table(path, separator, encoding, names))
    place = table.header.index(names[0]) if names else 0
    pairs = zip(table.numbers, table.rows, strict=True)
    return [number for number, row in pairs if row[place].strip()]


def _known(value: str) -> str:
    """Return a value; nothing, if it stands for a missing one."""
    return "" if value in NO_CATEGORY else value


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
